/** Access tokens: those of command lines and of machines. The text of a new one is shown once, and kept nowhere. */
import { toastApiRef, useApi } from '@backstage/frontend-plugin-api';
import type { AccessToken } from '@ai-app-store/backstage-plugin-app-store-common';
import {
  Alert,
  Button,
  Flex,
  NumberField,
  Text,
  TextField,
} from '@backstage/ui';
import { RiAddLine } from '@remixicon/react';
import { useState } from 'react';
import { appStoreApiRef } from '../api';
import { useLoad } from '../hooks/useLoad';
import { ConfirmDialog } from './ConfirmDialog';
import { CopyBlock } from './Copy';
import { DataTable, type DataColumn } from './DataTable';
import { Loading } from './Loading';
import { ErrorPanel } from './ProblemPanel';
import { When } from './When';

const DAYS = 90;
const MOST_DAYS = 366;

function CreateToken(props: {
  onClose: () => void;
  onDone: (token: string, name: string) => void;
}) {
  const { onClose, onDone } = props;
  const api = useApi(appStoreApiRef);
  const [name, setName] = useState('');
  const [days, setDays] = useState(DAYS);
  return (
    <ConfirmDialog
      title="Create a machine token"
      confirm="Create"
      disabled={!name.trim() || !(days >= 1 && days <= MOST_DAYS)}
      onClose={onClose}
      onConfirm={async () => {
        const made = await api.createToken({
          name: name.trim(),
          kind: 'machine',
          days,
        });
        onDone(made.token, made.name);
      }}
    >
      <Text as="p">
        A program with this token can do what you can do in the store, but it
        cannot create tokens.
      </Text>
      <TextField
        label="Name"
        placeholder="Nightly build"
        value={name}
        onChange={setName}
        isRequired
        autoComplete="off"
      />
      <NumberField
        label="Expires after (days)"
        minValue={1}
        maxValue={MOST_DAYS}
        value={days}
        onChange={setDays}
      />
    </ConfirmDialog>
  );
}

/** The reader's access tokens: list, create, revoke. A new token is shown once. */
export function Tokens() {
  const api = useApi(appStoreApiRef);
  const toast = useApi(toastApiRef);
  const tokens = useLoad(() => api.listTokens(), []);
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<AccessToken>();
  const [made, setMade] = useState<{ token: string; name: string }>();
  const columns: Array<DataColumn<AccessToken>> = [
    {
      label: 'Token',
      lead: true,
      cell: token => <Text weight="bold">{token.name}</Text>,
    },
    {
      label: 'Kind',
      cell: token => (token.kind === 'login' ? 'Command line' : 'Machine'),
    },
    {
      label: 'Created',
      short: true,
      cell: token => <When at={token.createdAt} day />,
    },
    {
      label: 'Last used',
      short: true,
      cell: token =>
        token.lastUsedAt ? <When at={token.lastUsedAt} /> : 'never',
    },
    {
      label: 'Expires',
      short: true,
      cell: token => <When at={token.expiresAt} day />,
    },
    {
      label: 'Actions',
      quiet: true,
      cell: token => (
        <Button
          size="small"
          variant="secondary"
          destructive
          aria-label={`Revoke ${token.name}`}
          onPress={() => setRevoking(token)}
        >
          Revoke
        </Button>
      ),
    },
  ];
  return (
    <section aria-labelledby="tokens">
      <Text as="h3" variant="title-x-small" weight="bold" id="tokens">
        Access tokens
      </Text>
      <Flex direction="column" gap="4">
        {made && (
          <Alert
            status="success"
            icon
            role="status"
            title={`Token ${made.name} created`}
            description={
              <Flex direction="column" gap="2">
                <Text as="p" variant="body-small">
                  Copy it now. The store cannot show it again.
                </Text>
                <CopyBlock text={made.token} what="token" />
              </Flex>
            }
            customActions={
              <Button
                size="small"
                variant="secondary"
                onPress={() => setMade(undefined)}
              >
                Done
              </Button>
            }
          />
        )}
        {tokens.error && <ErrorPanel error={tokens.error} />}
        {!tokens.value && !tokens.error && (
          <Loading label="Loading tokens" shape="table" lines={2} />
        )}
        {tokens.value && !tokens.value.length && (
          <Text as="p" color="secondary">
            You have no access tokens. Signing in with the command creates one.
            For a pipeline, create one here.
          </Text>
        )}
        {tokens.value && tokens.value.length > 0 && (
          <DataTable
            label="Access tokens"
            items={tokens.value}
            columns={columns}
          />
        )}
        <Flex>
          <Button
            variant="secondary"
            iconStart={<RiAddLine />}
            onPress={() => setCreating(true)}
          >
            Create a machine token
          </Button>
        </Flex>
      </Flex>
      {creating && (
        <CreateToken
          onClose={() => setCreating(false)}
          onDone={(token, name) => {
            setMade({ token, name });
            tokens.reload();
          }}
        />
      )}
      {revoking && (
        <ConfirmDialog
          title={`Revoke ${revoking.name}?`}
          confirm="Revoke"
          destructive
          onClose={() => setRevoking(undefined)}
          onConfirm={async () => {
            await api.revokeToken(revoking.id);
            toast.post({
              title: `The token ${revoking.name} was revoked`,
              status: 'success',
              timeout: 8000,
            });
            tokens.reload();
          }}
        >
          <Text as="p">
            Programs that use it are refused from their next request.
          </Text>
        </ConfirmDialog>
      )}
    </section>
  );
}
