/** App versions in a table: one's own, or all of them for admins. Search and opened dialog are part of the address. */
import type {
  App,
  AppQuery,
  Page,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Flex, Link, Text } from '@backstage/ui';
import { RiAlertLine } from '@remixicon/react';
import { useState, type ReactNode } from 'react';
import { useChangeParams } from '../hooks/useChangeParams';
import { usePages } from '../hooks/usePages';
import styles from './List.module.css';
import { paths } from '../routes';
import { SHORT_VISIBILITY } from '../words';
import { AppActions } from './AppActions';
import { AppIcon } from './AppIcon';
import { AppOptions } from './AppOptions';
import { AppTitle } from './AppTitle';
import own from './AppsPanel.module.css';
import { CopyButton } from './Copy';
import { DataTable, type DataColumn } from './DataTable';
import { DeleteApps } from './DeleteApps';
import { ListState } from './ListState';
import { OfferNote } from './OfferNote';
import { PersonName } from './PersonName';
import { SearchBox } from './SearchBox';
import { TagChips } from './TagChips';
import { TransferDialog } from './TransferDialog';
import { When } from './When';

function Named(props: { app: App; onWithdrawn: () => void }) {
  const { app, onWithdrawn } = props;
  return (
    <div className={own.app}>
      <AppIcon title={app.title} path={app.icon} size={32} />
      <div className={own.words}>
        <Link href={paths.app(app.id)} weight="bold" color="primary">
          <AppTitle title={app.title} />
        </Link>
        <Text as="p" variant="body-small" color="secondary">
          {app.name} {app.version}
          <CopyButton
            text={app.id}
            what={`id of ${app.title} ${app.version}`}
          />
        </Text>
        <OfferNote app={app} onWithdrawn={onWithdrawn} />
        {app.runnability.problems.map(problem => (
          <p key={problem.message} className={own.hint}>
            <RiAlertLine aria-hidden="true" size={16} />
            <span>
              {problem.message} {problem.remedy}
            </span>
          </p>
        ))}
      </div>
    </div>
  );
}

/** A table of app versions with search, selection and dialogs: the reader's own, or all for admins. */
export function AppsPanel(props: {
  label: string;
  list: (query: AppQuery) => Promise<Page<App>>;
  /** Says whose they are. */
  owners?: boolean;
  /** Shown where there is no app at all. */
  empty: ReactNode;
  nothing: (search: string) => string;
  /** Further filters beside the search. */
  filters?: ReactNode;
  query?: AppQuery;
}) {
  const { label, list, owners, empty, nothing, filters, query = {} } = props;
  const [params, change] = useChangeParams();
  const search = params.get('search') ?? '';
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const pages = usePages(
    cursor =>
      list({
        ...query,
        search: search || undefined,
        orderBy: 'title',
        limit: 50,
        cursor,
      }),
    [search, query],
  );
  const open = (dialog: string, app: App) => change({ dialog, app: app.id });
  const close = () => change({ dialog: '', app: '' });
  const opened = pages.items?.find(app => app.id === params.get('app'));
  const dialog = params.get('dialog');
  const selected = (pages.items ?? []).filter(app => chosen.has(app.id));
  const columns: Array<DataColumn<App>> = [
    {
      label: 'App',
      lead: true,
      cell: app => <Named app={app} onWithdrawn={pages.reload} />,
    },
    ...(owners
      ? [
          {
            label: 'Owner',
            cell: (app: App) =>
              app.owner ? <PersonName of={app.owner} withRef /> : '',
          },
        ]
      : []),
    {
      label: 'Visible to',
      short: true,
      cell: app => SHORT_VISIBILITY[app.visibility],
    },
    {
      label: 'Tags',
      cell: app =>
        app.tags?.length ? (
          <TagChips tags={app.tags} label={`Tags of ${app.title}`} />
        ) : (
          'none'
        ),
    },
    {
      label: 'Imported',
      short: true,
      cell: app => <When at={app.createdAt} day />,
    },
    {
      label: 'Actions',
      quiet: true,
      cell: app => (
        <AppActions
          app={app}
          listed
          onOptions={() => open('options', app)}
          onTransfer={() => open('transfer', app)}
          onDelete={() => open('delete', app)}
        />
      ),
    },
  ];
  const done = () => {
    setChosen(new Set());
    pages.reload();
  };
  return (
    <>
      <Flex
        gap="3"
        align="center"
        justify="between"
        className={styles.tools}
        // Nothing to search in where there is nothing at all.
        hidden={!search && !filters && pages.items?.length === 0}
      >
        <Flex
          gap="3"
          align="center"
          className={`${styles.tools} ${styles.grow}`}
        >
          <SearchBox
            label={owners ? 'Search apps' : 'Search my apps'}
            className={styles.search}
          />
          {filters}
        </Flex>
        <DeleteApps apps={selected} onDone={done} />
      </Flex>
      <ListState
        pages={pages}
        what="apps"
        empty={
          search || Object.keys(query).length ? (
            <Text as="p" color="secondary" role="status">
              {nothing(search)}
            </Text>
          ) : (
            empty
          )
        }
      >
        {items => (
          <DataTable
            label={label}
            items={items}
            columns={columns}
            choosing={{
              chosen,
              onChoose: setChosen,
              nameOf: app => `${app.title} ${app.version}`,
            }}
          />
        )}
      </ListState>
      {dialog === 'options' && opened?.can.update && (
        <AppOptions
          key={opened.id}
          app={opened}
          onClose={close}
          onChange={pages.put}
        />
      )}
      {dialog === 'transfer' && opened?.can.transfer && (
        <TransferDialog app={opened} onClose={close} onDone={done} />
      )}
      {dialog === 'delete' && opened?.can.delete && (
        <DeleteApps apps={[opened]} opened onClose={close} onDone={done} />
      )}
    </>
  );
}
