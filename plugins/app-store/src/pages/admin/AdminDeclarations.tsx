import { useApi } from '@backstage/frontend-plugin-api';
import type {
  DeclarationState,
  StoreDeclaration,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { Button, Flex, Link, Text } from '@backstage/ui';
import { RiAddLine, RiRefreshLine } from '@remixicon/react';
import { appStoreApiRef } from '../../api';
import { DataTable, type DataColumn } from '../../components/DataTable';
import { EmptyState } from '../../components/EmptyState';
import { FilterSelect } from '../../components/FilterSelect';
import { ListState } from '../../components/ListState';
import { PersonName } from '../../components/PersonName';
import { SearchBox } from '../../components/SearchBox';
import { When } from '../../components/When';
import { Actions } from '../../declarations/Actions';
import { DeclarationDialog } from '../../declarations/DeclarationDialog';
import { LocationLink } from '../../declarations/LocationLink';
import { RegisterDialog } from '../../declarations/RegisterDialog';
import { StateBadge } from '../../declarations/StateBadge';
import { useExpected } from '../../declarations/useExpected';
import { contentWords, STATES } from '../../declarations/words';
import { useChangeParams } from '../../hooks/useChangeParams';
import { usePages } from '../../hooks/usePages';
import { useRefresh } from '../../hooks/useRefresh';
import styles from '../../components/List.module.css';

function Source(props: { declaration: StoreDeclaration }) {
  const { declaration } = props;
  const { location, source } = declaration;
  const content = contentWords(declaration);
  return (
    <>
      {source === 'catalog' ? (
        <LocationLink location={location} />
      ) : (
        'A file that was applied'
      )}
      {content && (
        <Text as="p" variant="body-small" color="secondary">
          In its source: {content}
        </Text>
      )}
    </>
  );
}

/** Everything that is declared: where, for whom, and how the store stands to it. */
export function AdminDeclarations() {
  const api = useApi(appStoreApiRef);
  const [params, change] = useChangeParams();
  const search = params.get('search') ?? '';
  const state = (params.get('state') ?? '') as DeclarationState | '';
  const pages = usePages(
    cursor =>
      api.listDeclarations({
        scope: 'all',
        search: search || undefined,
        state: state || undefined,
        limit: 50,
        cursor,
      }),
    [search, state],
  );
  // Whatever its state is, a commit may change it.
  useRefresh(pages, ({ source }) => source === 'catalog');
  const [isAwaited, expect] = useExpected(
    pages.items?.length ?? 0,
    pages.refresh,
  );
  const opened = params.get('declaration');
  const linkTo = (id: string) => {
    const next = new URLSearchParams(params);
    next.set('declaration', id);
    return `?${next}`;
  };
  const columns: Array<DataColumn<StoreDeclaration>> = [
    {
      label: 'Declaration',
      lead: true,
      cell: ({ id, entityRef }) => <Link href={linkTo(id)}>{entityRef}</Link>,
    },
    {
      label: 'State',
      cell: ({ state: its, since, problem }) => (
        <>
          <StateBadge state={its} />
          <Text as="p" variant="body-small" color="secondary">
            since <When at={since} />
          </Text>
          {problem && (
            <Text as="p" variant="body-small">
              {problem.message} {problem.remedy}
            </Text>
          )}
        </>
      ),
    },
    {
      label: 'Acts for',
      cell: ({ owner }) => (owner ? <PersonName of={owner} /> : 'nobody yet'),
    },
    {
      label: 'Source',
      cell: declaration => <Source declaration={declaration} />,
    },
    {
      label: 'Actions',
      quiet: true,
      cell: declaration => (
        <Actions
          declaration={declaration}
          onChange={after =>
            after ? pages.put(after) : pages.remove(declaration.id)
          }
        />
      ),
    },
  ];
  const register = (
    <Button
      variant="primary"
      iconStart={<RiAddLine />}
      onPress={() => change({ dialog: 'register' })}
    >
      Register a file
    </Button>
  );
  return (
    <Flex direction="column" gap="4">
      <Flex gap="3" align="center" className={styles.tools}>
        <SearchBox label="Search declarations" className={styles.search} />
        <FilterSelect
          label="State"
          param="state"
          any="Any state"
          options={Object.entries(STATES).map(([value, label]) => ({
            value,
            label,
          }))}
        />
        <Button
          size="small"
          variant="secondary"
          iconStart={<RiRefreshLine />}
          isDisabled={pages.loading}
          onPress={pages.reload}
        >
          Refresh
        </Button>
        {(pages.items?.length || search || state) && register}
      </Flex>
      <div role="status">
        {isAwaited && (
          <Text as="p" color="secondary">
            The file is registered. The portal reads it now: what it declares
            appears here within a minute.
          </Text>
        )}
      </div>
      <ListState
        pages={pages}
        what="declarations"
        empty={
          search || state ? (
            <Text as="p" color="secondary" role="status">
              No matching declarations.
            </Text>
          ) : (
            <EmptyState title="Nothing is declared yet" action={register}>
              Teams declare apps, tags, instances, secrets and aliases in a
              catalog-info.yaml beside their code. Register that file, and the
              store keeps them true.
            </EmptyState>
          )
        }
      >
        {items => (
          <DataTable label="Declarations" items={items} columns={columns} />
        )}
      </ListState>
      {opened && (
        <DeclarationDialog
          id={opened}
          onClose={() => change({ declaration: '' })}
          onChange={after => (after ? pages.put(after) : pages.remove(opened))}
        />
      )}
      {params.get('dialog') === 'register' && (
        <RegisterDialog
          onClose={() => change({ dialog: '' })}
          onRegistered={() => {
            pages.reload();
            expect();
          }}
        />
      )}
    </Flex>
  );
}
