import { toastApiRef, useApi } from '@backstage/frontend-plugin-api';
import {
  AppStoreError,
  appNameProblem,
  secretNameProblem,
  type AppSecret,
  type SecretVisibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import {
  Alert,
  Button,
  Checkbox,
  Select,
  Text,
  TextField,
} from '@backstage/ui';
import { useState } from 'react';
import { appStoreApiRef } from '../api';
import { useAction } from './useAction';
import {
  dataOf,
  entriesOf,
  identityOf,
  type SecretEntry,
} from '../secretValues';
import { ConfirmDialog } from './ConfirmDialog';
import { entriesProblem, SecretFields } from './SecretFields';
import { isStale } from './ProblemPanel';
import { SecretUsagePanel, useSecretUsage } from './SecretUsagePanel';

const SCOPES: Array<{ value: SecretVisibility; label: string }> = [
  { value: 'PRIVATE', label: 'Private: for apps that I own' },
  { value: 'ALL_USERS', label: 'All users: for the apps of everybody' },
  { value: 'APP', label: 'One app: for all versions of one app' },
];

/** The store says "changed meanwhile" of what should not have been there at all. */
function alreadyThere(error: Error, name: string): Error {
  if (!(error instanceof AppStoreError) || !isStale(error)) return error;
  return new AppStoreError({
    ...error.problem,
    detail: `There is a secret ${name} already. It was not changed.`,
    remedy:
      'Choose another name, or replace the values of the existing secret.',
  });
}

/** Makes a secret. */
export function CreateSecret(props: {
  /** Whether the reader may write secrets that are not private. */
  admin: boolean;
  /** What is chosen at first. */
  visibility?: SecretVisibility;
  onClose: () => void;
  onDone: () => void;
}) {
  const { admin, onClose, onDone } = props;
  const api = useApi(appStoreApiRef);
  const toast = useApi(toastApiRef);
  const [name, setName] = useState('');
  const [visibility, setVisibility] = useState<SecretVisibility>(
    props.visibility ?? 'PRIVATE',
  );
  const [app, setApp] = useState('');
  const [entries, setEntries] = useState<SecretEntry[]>([
    { key: '', value: '', binary: false },
  ]);
  const nameProblem = name && secretNameProblem(name);
  const appProblem = app && appNameProblem(app);
  const problem = entriesProblem(entries);
  return (
    <ConfirmDialog
      title="Create a secret"
      confirm="Create"
      width={640}
      disabled={Boolean(
        !name ||
          nameProblem ||
          problem ||
          (visibility === 'APP' && (!app || appProblem)),
      )}
      onClose={onClose}
      onConfirm={async () => {
        await api
          .putSecret(
            {
              name,
              visibility,
              ...(visibility === 'APP' ? { parent: `app:${app}` } : {}),
            },
            dataOf(entries),
            { encoding: 'base64', create: true },
          )
          .catch(error => {
            throw alreadyThere(error, name);
          });
        toast.post({
          title: `The secret ${name} was created`,
          status: 'success',
          timeout: 8000,
        });
        onDone();
      }}
    >
      <TextField
        label="Name"
        value={name}
        onChange={setName}
        isInvalid={Boolean(nameProblem)}
        isRequired
        autoComplete="off"
      />
      {nameProblem && (
        <Text variant="body-small" color="danger" role="alert">
          The name {nameProblem}.
        </Text>
      )}
      {admin && (
        <Select
          label="Available to"
          options={SCOPES}
          value={visibility}
          onChange={key => setVisibility(String(key) as SecretVisibility)}
        />
      )}
      {visibility === 'APP' && (
        <TextField
          label="Name of the app"
          description="You can import the app later."
          value={app}
          onChange={setApp}
          isInvalid={Boolean(appProblem)}
          autoComplete="off"
        />
      )}
      <SecretFields entries={entries} onChange={setEntries} />
      {problem && entries.some(({ key, value }) => key || value) && (
        <Text variant="body-small" color="secondary" role="status">
          {problem}
        </Text>
      )}
    </ConfirmDialog>
  );
}

/** Replaces the whole key set of a secret, after saying so, and who uses it. */
export function EditSecret(props: {
  secret: AppSecret;
  onClose: () => void;
  onDone: () => void;
}) {
  const { secret, onClose, onDone } = props;
  const api = useApi(appStoreApiRef);
  const toast = useApi(toastApiRef);
  const usage = useSecretUsage(secret);
  const [busy, act] = useAction();
  const [entries, setEntries] = useState<SecretEntry[]>(
    secret.keys.map(key => ({ key, value: '', binary: false })),
  );
  const lost = secret.keys.filter(
    key => !entries.some(entry => entry.key === key),
  );
  const empty = entries.filter(({ value }) => !value).map(({ key }) => key);
  const problem = entriesProblem(entries);
  // The form begins with empty values, which nobody means by accident.
  const [meantFor, setMeantFor] = useState<string>();
  const meant = meantFor === empty.join();
  return (
    <ConfirmDialog
      title={`Replace ${secret.name}`}
      confirm="Replace"
      width={640}
      disabled={Boolean(problem) || (empty.length > 0 && !meant)}
      onClose={onClose}
      onStale={() => {
        onDone();
        onClose();
      }}
      onConfirm={async () => {
        await api.putSecret(identityOf(secret), dataOf(entries), {
          encoding: 'base64',
          revision: secret.revision,
        });
        toast.post({
          title: `The secret ${secret.name} was replaced`,
          description:
            'Running instances keep the old value until you suspend and resume them.',
          status: 'success',
          timeout: 8000,
        });
        onDone();
      }}
    >
      <Alert
        status="warning"
        icon
        title="This replaces all keys"
        description="Keys that are not in this form are deleted. The form does not load current values automatically."
      />
      {secret.can.reveal && secret.state !== 'LOST' && (
        <Button
          size="small"
          variant="secondary"
          isDisabled={busy}
          style={{ alignSelf: 'flex-start' }}
          onPress={() =>
            act(async () =>
              setEntries(entriesOf(await api.revealSecret(identityOf(secret)))),
            )
          }
        >
          Load the current values (recorded in the audit log)
        </Button>
      )}
      <SecretFields entries={entries} onChange={setEntries} />
      {lost.length > 0 && (
        <Text as="p" color="danger" role="status">
          Will be deleted: {lost.join(', ')}
        </Text>
      )}
      {problem && (
        <Text variant="body-small" color="secondary" role="status">
          {problem}
        </Text>
      )}
      {!problem && empty.length > 0 && (
        <Checkbox
          isSelected={meant}
          onChange={on => setMeantFor(on ? empty.join() : undefined)}
        >
          Save an empty value for {empty.join(', ')}
        </Checkbox>
      )}
      <section aria-label="Usage">
        <SecretUsagePanel usage={usage} />
      </section>
    </ConfirmDialog>
  );
}
