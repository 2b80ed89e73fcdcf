/** The dialogs that show a secret: its values for a while, its usage, the lines for app.toml; and the one that deletes it. */
import { toastApiRef, useApi } from '@backstage/frontend-plugin-api';
import type { AppSecret } from '@ai-app-store/backstage-plugin-app-store-common';
import { Button, Flex, Text } from '@backstage/ui';
import { RiEyeLine } from '@remixicon/react';
import { useEffect, useState } from 'react';
import { appStoreApiRef } from '../api';
import { useForm } from '../hooks/useForm';
import { useNow } from '../hooks/useNow';
import { entriesOf, identityOf, type SecretEntry } from '../secretValues';
import { ConfirmDialog } from './ConfirmDialog';
import { CopyBlock, CopyButton } from './Copy';
import { ErrorPanel, ProblemPanel } from './ProblemPanel';
import styles from './SecretDialogs.module.css';
import { SecretUsagePanel, useSecretUsage } from './SecretUsagePanel';
import { envSnippet } from './snippets';
import { ViewDialog } from './ViewDialog';

/** Values disappear from the screen, and from the page's memory, after this long. */
const SHOWN_MS = 30_000;

/** Shows the values for half a minute, once asked. */
export function RevealSecret(props: {
  secret: AppSecret;
  onClose: () => void;
}) {
  const { secret, onClose } = props;
  const api = useApi(appStoreApiRef);
  const [entries, setEntries] = useState<SecretEntry[]>();
  const [until, setUntil] = useState(0);
  const now = useNow(1000, Boolean(entries));
  const { busy, error, send } = useForm();
  useEffect(() => {
    if (!entries) return undefined;
    const timer = setTimeout(() => setEntries(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [entries]);
  const reveal = () =>
    send(async () => {
      const values = entriesOf(await api.revealSecret(identityOf(secret)));
      setUntil(Date.now() + SHOWN_MS);
      setEntries(values);
    });
  return (
    <ViewDialog title={`Values of ${secret.name}`} onClose={onClose}>
      <Flex direction="column" gap="4" align="stretch">
        {error && <ErrorPanel error={error} />}
        {!entries && (
          <>
            <Text as="p">
              The audit log records that you saw them. They are hidden again
              after 30 seconds.
            </Text>
            <Flex>
              <Button
                variant="primary"
                iconStart={<RiEyeLine />}
                isDisabled={busy}
                onPress={reveal}
              >
                Reveal
              </Button>
            </Flex>
          </>
        )}
        {entries && (
          <>
            <dl className={styles.values}>
              {entries.map(({ key, value, binary }) => (
                <div key={key}>
                  <dt>
                    {key}
                    {binary && ' (base64)'}
                  </dt>
                  <dd>
                    <pre>{value}</pre>
                    <CopyButton text={value} what={`value of ${key}`} />
                  </dd>
                </div>
              ))}
            </dl>
            <Flex gap="3" align="center">
              <Button
                size="small"
                variant="secondary"
                onPress={() => setEntries(undefined)}
              >
                Hide
              </Button>
              <Text variant="body-small" color="secondary">
                Hidden in {Math.max(0, Math.round((until - now) / 1000))} s
              </Text>
            </Flex>
          </>
        )}
      </Flex>
    </ViewDialog>
  );
}

/** Which apps use a secret. */
export function UsageOfSecret(props: {
  secret: AppSecret;
  onClose: () => void;
}) {
  const usage = useSecretUsage(props.secret);
  return (
    <ViewDialog title={`Usage of ${props.secret.name}`} onClose={props.onClose}>
      <SecretUsagePanel usage={usage} />
    </ViewDialog>
  );
}

/** What an app.toml says to get the values. */
export function SnippetOfSecret(props: {
  secret: AppSecret;
  onClose: () => void;
}) {
  const { secret } = props;
  return (
    <ViewDialog title={`${secret.name} in app.toml`} onClose={props.onClose}>
      <Flex direction="column" gap="3">
        <Text as="p">
          Each key becomes an environment variable of the app. Keep the lines
          that the app needs.
        </Text>
        <CopyBlock
          what="lines for app.toml"
          text={envSnippet(secret.name, secret.keys)}
        />
      </Flex>
    </ViewDialog>
  );
}

/** Deletes a secret that no app needs. */
export function DeleteSecret(props: {
  secret: AppSecret;
  onClose: () => void;
  onDone: () => void;
}) {
  const { secret, onClose, onDone } = props;
  const api = useApi(appStoreApiRef);
  const toast = useApi(toastApiRef);
  const usage = useSecretUsage(secret);
  const needed = usage.value?.apps.filter(app => !app.optional) ?? [];
  return (
    <ConfirmDialog
      title={`Delete ${secret.name}?`}
      confirm="Delete"
      destructive
      width={560}
      disabled={usage.loading || needed.length > 0}
      onClose={onClose}
      onConfirm={async () => {
        await api.deleteSecret(identityOf(secret));
        toast.post({
          title: `The secret ${secret.name} was deleted`,
          status: 'success',
          timeout: 8000,
        });
        onDone();
      }}
    >
      {needed.length > 0 ? (
        <ProblemPanel
          status="warning"
          problem={{
            code: 'SECRET_IN_USE',
            message: 'You cannot delete this secret: apps need it.',
            owner: 'you',
            remedy: 'Delete these apps first.',
          }}
        />
      ) : (
        <Text as="p">
          This permanently deletes its values. Nobody can restore them.
        </Text>
      )}
      <SecretUsagePanel usage={usage} />
    </ConfirmDialog>
  );
}
