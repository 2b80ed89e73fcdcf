/** The dialogs that make an alias and lead it somewhere else. */
import { useApi } from '@backstage/frontend-plugin-api';
import {
  aliasNameProblem,
  appOrigin,
  isServedAlias,
  type AppAlias,
  type AppInstance,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Checkbox, Select, Text, TextField } from '@backstage/ui';
import { useState } from 'react';
import { appStoreApiRef } from '../api';
import { useStore } from '../hooks/useCached';
import { useLoad } from '../hooks/useLoad';
import { usePersonNames } from '../hooks/usePersonNames';
import { when } from '../words';
import { ConfirmDialog } from './ConfirmDialog';
import { Loading } from './Loading';
import { ErrorPanel } from './ProblemPanel';

const NOWHERE = '-';
/** Instances offered; whoever has more uses the page of the instance. */
const OFFERED = 200;

function InstanceChoice(props: {
  all?: boolean;
  value: string;
  none?: boolean;
  onChange: (id: string) => void;
}) {
  const { all, value, none, onChange } = props;
  const api = useApi(appStoreApiRef);
  const instances = useLoad(
    async () =>
      (
        await api.listInstances({ scope: all ? 'all' : 'mine', limit: OFFERED })
      ).items.filter(instance => instance.can.alias),
    [all],
  );
  const nameOf = usePersonNames(instances.value?.map(each => each.owner) ?? []);
  if (instances.error) return <ErrorPanel error={instances.error} />;
  if (!instances.value)
    return <Loading label="Loading instances" shape="field" />;
  if (!instances.value.length && !none)
    return (
      <Text as="p" color="secondary">
        You have no instances. Run an app first.
      </Text>
    );
  return (
    <Select
      label="Points to"
      options={[
        ...(none ? [{ value: NOWHERE, label: 'No instance' }] : []),
        ...instances.value.map(each => ({
          value: each.id,
          label: `${each.appTitle} ${each.appVersion}, ${
            all && each.owner ? `${nameOf(each.owner)}, ` : ''
          }started ${when(each.createdAt)}`,
        })),
      ]}
      value={value || (none ? NOWHERE : null)}
      onChange={key => onChange(key === NOWHERE ? '' : String(key))}
    />
  );
}

function PrimaryChoice(props: {
  value: boolean;
  onChange: (value: boolean) => void;
}) {
  return (
    <Checkbox isSelected={props.value} onChange={props.onChange}>
      Make it the primary address. The other addresses of the instance then
      redirect here.
    </Checkbox>
  );
}

/** Why a name cannot be an alias here. */
function nameProblem(name: string, hosts: string[]): string | undefined {
  const problem = aliasNameProblem(name);
  if (problem || isServedAlias(name, hosts)) return problem;
  return hosts.length
    ? `is not among the host names that this store serves: ${hosts.join(', ')}`
    : 'can have no dots: this store serves no host names outside of its own domain';
}

/** Makes an alias, for a given instance or one to choose. */
export function CreateAliasDialog(props: {
  instance?: AppInstance;
  all?: boolean;
  onClose: () => void;
  onDone: (alias: AppAlias) => void;
}) {
  const { instance, all, onClose, onDone } = props;
  const api = useApi(appStoreApiRef);
  const store = useStore().value;
  const [name, setName] = useState('');
  const [target, setTarget] = useState(instance?.id ?? '');
  const [primary, setPrimary] = useState(false);
  const hosts = store?.aliasHosts ?? [];
  const problem = name ? nameProblem(name, hosts) : undefined;
  const apps = store && new URL(store.appsUrl);
  return (
    <ConfirmDialog
      title="Create an alias"
      confirm="Create"
      disabled={!name || Boolean(problem)}
      onClose={onClose}
      onConfirm={async () =>
        onDone(
          await api.createAlias({
            name,
            ...(target ? { instanceId: target, primary } : {}),
          }),
        )
      }
    >
      <TextField
        label="Name"
        description={
          apps
            ? `Its address is ${appOrigin(
                problem ? 'name' : name || 'name',
                apps,
              )}${
                hosts.length
                  ? `. A whole host name is possible, too: ${hosts.join(', ')}`
                  : ''
              }`
            : undefined
        }
        value={name}
        onChange={value => setName(value.trim().toLowerCase())}
        isInvalid={Boolean(problem)}
        autoComplete="off"
        isRequired
      />
      {problem && (
        <Text variant="body-small" color="danger" role="alert">
          The name {problem}.
        </Text>
      )}
      {!instance && (
        <InstanceChoice all={all} value={target} none onChange={setTarget} />
      )}
      {target && <PrimaryChoice value={primary} onChange={setPrimary} />}
    </ConfirmDialog>
  );
}

/** Leads an alias to another instance. */
export function AssignAliasDialog(props: {
  alias: AppAlias;
  all?: boolean;
  onClose: () => void;
  onDone: (alias: AppAlias) => void;
  /** It was changed by somebody else meanwhile. */
  onStale: () => void;
}) {
  const { alias, all, onClose, onDone, onStale } = props;
  const api = useApi(appStoreApiRef);
  const [target, setTarget] = useState(alias.instanceId ?? '');
  const [primary, setPrimary] = useState(alias.primary);
  return (
    <ConfirmDialog
      title={`Assign ${alias.name}`}
      confirm="Save"
      disabled={
        !target || (target === alias.instanceId && primary === alias.primary)
      }
      onClose={onClose}
      onStale={() => {
        onStale();
        onClose();
      }}
      onConfirm={async () =>
        onDone(
          await api.assignAlias(
            alias.id,
            { instanceId: target, primary },
            alias,
          ),
        )
      }
    >
      <Text as="p">
        Anybody who opens {alias.url} then goes to that instance. You can undo
        this change.
      </Text>
      <InstanceChoice all={all} value={target} onChange={setTarget} />
      <PrimaryChoice value={primary} onChange={setPrimary} />
    </ConfirmDialog>
  );
}
