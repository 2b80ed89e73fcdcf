import { useApi } from '@backstage/frontend-plugin-api';
import type {
  AuditRecord,
  AuditResult,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Button, Flex, Select, Text, TextField } from '@backstage/ui';
import { useEffect, useState } from 'react';
import { appStoreApiRef } from '../../api';
import { Facts } from '../../components/AppFacts';
import { DataTable, type DataColumn } from '../../components/DataTable';
import { ListState } from '../../components/ListState';
import { PersonName } from '../../components/PersonName';
import { ViewDialog } from '../../components/ViewDialog';
import { When } from '../../components/When';
import { useChangeParams } from '../../hooks/useChangeParams';
import { useLoad } from '../../hooks/useLoad';
import { usePages } from '../../hooks/usePages';
import { when } from '../../words';
import styles from './AuditTrail.module.css';

const ANY = '-';
const RESULTS: Record<AuditResult, string> = {
  done: 'Done',
  refused: 'Refused',
  failed: 'Failed',
};
const TYPED = ['actor', 'action', 'resource'];
const FILTERS = [...TYPED, 'result', 'since', 'until'];

/** `uma` means `user:default/uma`; what is no person stays as it is. */
function actorRef(text: string): string {
  return !text || text.includes(':') || ['anonymous', 'store'].includes(text)
    ? text
    : `user:default/${text}`;
}

/** The beginning of a day here, and of the one after it, as the API wants moments. */
function moment(day: string, daysLater = 0): string | undefined {
  if (!day) return undefined;
  const date = new Date(`${day}T00:00:00`);
  if (Number.isNaN(date.getTime())) return undefined;
  date.setDate(date.getDate() + daysLater);
  return date.toISOString();
}

function Filters() {
  const [params, change] = useChangeParams();
  const of = (name: string) => params.get(name) ?? '';
  const [actor, action, resource] = TYPED.map(of);
  const [draft, setDraft] = useState({ actor, action, resource });
  // What was typed gives way to another address; the focus stays where it is.
  useEffect(
    () => setDraft({ actor, action, resource }),
    [actor, action, resource],
  );
  const text = (
    name: keyof typeof draft,
    label: string,
    placeholder: string,
  ) => (
    <TextField
      label={label}
      placeholder={placeholder}
      value={draft[name]}
      onChange={value => setDraft({ ...draft, [name]: value })}
      autoComplete="off"
    />
  );
  return (
    <form
      className={styles.filters}
      aria-label="Filter the audit"
      onSubmit={event => {
        event.preventDefault();
        change({
          actor: draft.actor.trim(),
          action: draft.action.trim(),
          resource: draft.resource.trim(),
        });
      }}
    >
      {text('actor', 'Who', 'uma, store, anonymous')}
      {text('action', 'Action', 'app:delete')}
      {text('resource', 'Resource id', 'id')}
      <Select
        label="Result"
        options={[
          { value: ANY, label: 'Any' },
          ...Object.entries(RESULTS).map(([value, label]) => ({
            value,
            label,
          })),
        ]}
        value={of('result') || ANY}
        onChange={key => change({ result: key === ANY ? '' : String(key) })}
      />
      {(['since', 'until'] as const).map(name => (
        <label key={name} className={styles.day}>
          {name === 'since' ? 'From' : 'To'}
          <input
            type="date"
            value={of(name)}
            onChange={event => change({ [name]: event.target.value })}
          />
        </label>
      ))}
      <Flex gap="2" align="center">
        <Button variant="primary" type="submit">
          Filter
        </Button>
        <Button
          variant="secondary"
          onPress={() => {
            setDraft({ actor: '', action: '', resource: '' });
            change(Object.fromEntries(FILTERS.map(name => [name, ''])));
          }}
        >
          Clear
        </Button>
      </Flex>
    </form>
  );
}

function Record(props: { record: AuditRecord; onClose: () => void }) {
  const { record, onClose } = props;
  return (
    <ViewDialog title={record.action} onClose={onClose}>
      <Flex direction="column" gap="4">
        <Facts
          facts={[
            ['When', <When at={record.at} />],
            ['Who', <PersonName of={record.actor} withRef />],
            ['Resource', record.resourceName],
            ['Resource id', record.resourceId],
            ['Result', RESULTS[record.result]],
            ['Code', record.code],
            ['Rule', record.rule],
            ['Address', record.address],
            ['Client', record.client],
          ]}
        />
        {record.detail && (
          <pre className={styles.detail} aria-label="Detail">
            {JSON.stringify(record.detail, null, 2)}
          </pre>
        )}
      </Flex>
    </ViewDialog>
  );
}

/** Every change and every refused attempt, the newest first. The filters are part of the address. */
export function AuditTrail() {
  const api = useApi(appStoreApiRef);
  const [params] = useChangeParams();
  const [opened, setOpened] = useState<AuditRecord>();
  const of = (name: string) => params.get(name) || undefined;
  const query = {
    actor: actorRef(params.get('actor') ?? '') || undefined,
    action: of('action'),
    resourceId: of('resource'),
    result: of('result') as AuditResult | undefined,
    since: moment(params.get('since') ?? ''),
    until: moment(params.get('until') ?? '', 1),
  };
  const pages = usePages(
    cursor => api.listAudit({ ...query, limit: 50, cursor }),
    [query],
  );
  const kept = useLoad(
    async () => (await api.listAudit({ limit: 1 })).retentionDays,
    [],
  );
  const columns: Array<DataColumn<AuditRecord>> = [
    {
      label: 'When',
      lead: true,
      short: true,
      cell: record => <When at={record.at} />,
    },
    {
      label: 'Who',
      cell: record => <PersonName of={record.actor} withRef />,
    },
    { label: 'Action', short: true, cell: record => record.action },
    {
      label: 'Resource',
      cell: record => record.resourceName ?? record.resourceId ?? '',
    },
    {
      label: 'Result',
      cell: record => (
        <span data-result={record.result} className={styles.result}>
          {RESULTS[record.result]}
          {record.code && ` (${record.code})`}
        </span>
      ),
    },
    {
      label: 'Actions',
      quiet: true,
      cell: record => (
        <Button
          size="small"
          variant="tertiary"
          aria-label={`Details of ${record.action}, ${when(record.at)}`}
          onPress={() => setOpened(record)}
        >
          Detail
        </Button>
      ),
    },
  ];
  return (
    <Flex direction="column" gap="4">
      <Filters />
      {kept.value && (
        <Text variant="body-small" color="secondary">
          Kept for {kept.value} days.
        </Text>
      )}
      <ListState
        pages={pages}
        what="records"
        empty={
          <Text as="p" color="secondary" role="status">
            No matching records.
          </Text>
        }
      >
        {items => <DataTable label="Audit" items={items} columns={columns} />}
      </ListState>
      {opened && (
        <Record record={opened} onClose={() => setOpened(undefined)} />
      )}
    </Flex>
  );
}
