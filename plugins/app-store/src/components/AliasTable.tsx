import type { AppAlias } from '@ai-app-store/backstage-plugin-app-store-common';
import { Badge, Flex, Link, Text } from '@backstage/ui';
import { paths } from '../routes';
import { AliasActions } from './AliasActions';
import { AliasAddress, NO_INSTANCE } from './AliasAddress';
import { DataTable, type DataColumn } from './DataTable';
import { PersonName } from './PersonName';
import { When } from './When';

/** Aliases, where each leads, and what can be done with it. */
export function AliasTable(props: {
  label: string;
  aliases: AppAlias[];
  /** All lead to one instance, which need not be named. */
  ofOne?: boolean;
  owners?: boolean;
  onChange: (alias: AppAlias) => void;
  onGone: (id: string) => void;
  onReload: () => void;
}) {
  const { label, aliases, ofOne, owners } = props;
  const columns: Array<DataColumn<AppAlias>> = [
    {
      label: 'Alias',
      lead: true,
      cell: alias => (
        <Flex gap="1" align="center" style={{ flexWrap: 'wrap' }}>
          <Text weight="bold">{alias.name}</Text>
          {alias.primary && <Badge size="small">Primary</Badge>}
        </Flex>
      ),
    },
    {
      label: 'Address',
      cell: alias => <AliasAddress alias={alias} />,
    },
    ...(ofOne
      ? []
      : [
          {
            label: 'Points to',
            cell: (alias: AppAlias) =>
              alias.instanceId ? (
                <Link href={paths.instance(alias.instanceId)}>
                  {alias.instanceTitle ?? alias.instanceId.slice(0, 8)}
                </Link>
              ) : (
                NO_INSTANCE
              ),
          },
        ]),
    ...(owners
      ? [
          {
            label: 'Creator',
            cell: (alias: AppAlias) =>
              alias.creator ? <PersonName of={alias.creator} withRef /> : '',
          },
        ]
      : []),
    {
      label: 'Updated',
      short: true,
      cell: alias => <When at={alias.updatedAt} />,
    },
    {
      label: 'Actions',
      quiet: true,
      cell: alias => (
        <AliasActions
          alias={alias}
          all={owners}
          onChange={props.onChange}
          onGone={() => props.onGone(alias.id)}
          onReload={props.onReload}
        />
      ),
    },
  ];
  return <DataTable label={label} items={aliases} columns={columns} />;
}
