/** Secrets by name and keys, with what can be done to each. No value is on the page, nor in its address. */
import { useApi } from '@backstage/frontend-plugin-api';
import type {
  AppSecret,
  SecretVisibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import {
  Button,
  ButtonIcon,
  Flex,
  Menu,
  MenuItem,
  MenuTrigger,
  Text,
} from '@backstage/ui';
import {
  RiCodeLine,
  RiDeleteBinLine,
  RiEyeLine,
  RiLinksLine,
  RiMore2Line,
} from '@remixicon/react';
import { useState } from 'react';
import { appStoreApiRef } from '../api';
import { useChangeParams } from '../hooks/useChangeParams';
import { useMe } from '../hooks/useCached';
import { usePages } from '../hooks/usePages';
import { SECRET_SCOPES } from '../words';
import { DataTable, type DataColumn } from './DataTable';
import { FilterSelect } from './FilterSelect';
import { PersonName } from './PersonName';
import { SearchableList } from './SearchableList';
import {
  DeleteSecret,
  RevealSecret,
  SnippetOfSecret,
  UsageOfSecret,
} from './SecretDialogs';
import { CreateSecret, EditSecret } from './SecretForm';
import { When } from './When';

const STATES: Record<AppSecret['state'], string | undefined> = {
  READY: undefined,
  CHANGED_OUTSIDE:
    'Something other than the store changed this secret in the cluster. Check or replace its values.',
  LOST: 'The values no longer exist in the cluster, and the store has no copy. Replace them: apps that need this secret do not start.',
};

/** Whom a secret is for. */
function scopeOf(secret: AppSecret): string {
  return secret.visibility === 'APP' && secret.parent
    ? `App ${secret.parent.replace(/^app:/, '')}`
    : SECRET_SCOPES[secret.visibility];
}

type Action = 'reveal' | 'edit' | 'usage' | 'snippet' | 'delete';

function Actions(props: {
  secret: AppSecret;
  onAction: (action: Action) => void;
}) {
  const { secret, onAction } = props;
  const { can, name } = secret;
  return (
    <Flex gap="2" align="center">
      {can.update && (
        <Button
          size="small"
          variant="secondary"
          aria-label={`Replace ${name}`}
          onPress={() => onAction('edit')}
        >
          Replace
        </Button>
      )}
      <MenuTrigger>
        <ButtonIcon
          size="small"
          variant="secondary"
          icon={<RiMore2Line />}
          aria-label={`More for ${name}`}
        />
        <Menu>
          {can.reveal ? (
            <MenuItem
              iconStart={<RiEyeLine />}
              onAction={() => onAction('reveal')}
            >
              Reveal …
            </MenuItem>
          ) : null}
          <MenuItem
            iconStart={<RiLinksLine />}
            onAction={() => onAction('usage')}
          >
            Usage
          </MenuItem>
          <MenuItem
            iconStart={<RiCodeLine />}
            onAction={() => onAction('snippet')}
          >
            Lines for app.toml
          </MenuItem>
          {can.delete ? (
            <MenuItem
              color="danger"
              iconStart={<RiDeleteBinLine />}
              onAction={() => onAction('delete')}
            >
              Delete …
            </MenuItem>
          ) : null}
        </Menu>
      </MenuTrigger>
    </Flex>
  );
}

/** A table of secrets with their dialogs. It never contains a value. */
export function SecretsPanel(props: {
  /** Scopes to choose from; the first one is shown at first, all of them where `any`. */
  scopes: SecretVisibility[];
  any?: boolean;
}) {
  const { scopes, any } = props;
  const api = useApi(appStoreApiRef);
  const { me } = useMe();
  const [params] = useChangeParams();
  const search = params.get('search') || undefined;
  const asked = params.get('scope') as SecretVisibility | null;
  const first = any ? undefined : scopes[0];
  const scope = asked && scopes.includes(asked) ? asked : first;
  const [opened, setOpened] = useState<{ secret: AppSecret; action: Action }>();
  const pages = usePages(
    cursor =>
      api.listSecrets({
        visibility: scope,
        search,
        limit: 50,
        cursor,
      }),
    [scope, search],
  );
  const columns: Array<DataColumn<AppSecret>> = [
    {
      label: 'Secret',
      lead: true,
      cell: secret => (
        <>
          <Text weight="bold">{secret.name}</Text>
          {STATES[secret.state] && (
            <Text as="p" variant="body-small" color="danger">
              {STATES[secret.state]}
            </Text>
          )}
        </>
      ),
    },
    { label: 'For', cell: scopeOf },
    { label: 'Keys', cell: secret => secret.keys.join(', ') },
    {
      label: 'Owner',
      cell: secret => (secret.owner ? <PersonName of={secret.owner} /> : ''),
    },
    {
      label: 'Updated',
      short: true,
      cell: secret => <When at={secret.updatedAt} />,
    },
    {
      label: 'Actions',
      quiet: true,
      cell: secret => (
        <Actions
          secret={secret}
          onAction={action => setOpened({ secret, action })}
        />
      ),
    },
  ];
  const close = () => setOpened(undefined);
  const of = opened && { secret: opened.secret, onClose: close };
  const filter = (
    <FilterSelect
      label="Available to"
      param="scope"
      any={any ? 'All' : undefined}
      options={scopes.map(value => ({
        value: value as string,
        label: SECRET_SCOPES[value],
      }))}
      value={scope}
    />
  );
  return (
    <>
      <SearchableList
        one="secret"
        many="secrets"
        pages={pages}
        filters={filter}
        about="Passwords and keys for apps. The cluster stores them, and app.toml refers to them. An app gets them as environment variables or files."
        create={onClose => (
          <CreateSecret
            admin={Boolean(me?.admin)}
            visibility={scope}
            onClose={onClose}
            onDone={pages.reload}
          />
        )}
      >
        {items => <DataTable label="Secrets" items={items} columns={columns} />}
      </SearchableList>
      {of && opened.action === 'reveal' && <RevealSecret {...of} />}
      {of && opened.action === 'usage' && <UsageOfSecret {...of} />}
      {of && opened.action === 'snippet' && <SnippetOfSecret {...of} />}
      {of && opened.action === 'edit' && (
        <EditSecret {...of} onDone={pages.reload} />
      )}
      {of && opened.action === 'delete' && (
        <DeleteSecret {...of} onDone={() => pages.remove(of.secret.id)} />
      )}
    </>
  );
}
