/** The catalog's page, with columns that say something of an app. */
import type { TableColumn } from '@backstage/core-components';
import { CatalogTable, type CatalogTableRow } from '@backstage/plugin-catalog';
import {
  CatalogFilterLayout,
  EntityListProvider,
  EntityOrderFilter,
  EntityRefLink,
  EntityRefLinks,
  getEntityRelations,
  useEntityList,
  type EntityListPagination,
} from '@backstage/plugin-catalog-react';
import { Container, Header, Text, useBreakpoint } from '@backstage/ui';
import { useEffect, type ReactNode } from 'react';
import styles from './catalog.module.css';

type Column = TableColumn<CatalogTableRow>;

const versionOf = ({ entity }: CatalogTableRow) =>
  String(entity.spec?.version ?? '');
const keywordsOf = ({ entity }: CatalogTableRow) =>
  (entity.metadata.tags ?? []).join(', ');
const tagsOf = ({ entity }: CatalogTableRow) =>
  getEntityRelations(entity, 'hasTag');

/** Versions of an app are told apart by the next column. */
const titleOf = ({ entity }: CatalogTableRow) =>
  String(entity.spec?.title ?? entity.metadata.title ?? entity.metadata.name);

const APP: Column = {
  title: 'App',
  field: 'entity.spec.title',
  highlight: true,
  width: 'auto',
  customSort: (a, b) => titleOf(a).localeCompare(titleOf(b)),
  render: row => <EntityRefLink entityRef={row.entity} title={titleOf(row)} />,
};
const VERSION: Column = {
  title: 'Version',
  field: 'entity.spec.version',
  width: 'auto',
};
const DESCRIPTION: Column = {
  title: 'Description',
  field: 'entity.metadata.description',
  width: 'auto',
};
const KEYWORDS: Column = {
  title: 'Keywords',
  field: 'entity.metadata.tags',
  width: 'auto',
  render: row => <span className={styles.soft}>{keywordsOf(row)}</span>,
};
/** Visitors are told neither. */
const OWNER: Column = {
  title: 'Owner',
  field: 'resolved.ownedByRelationsTitle',
  width: 'auto',
  render: ({ resolved }) => (
    <EntityRefLinks entityRefs={resolved.ownedByRelations} defaultKind="user" />
  ),
};
const TAGS: Column = {
  title: 'Tags',
  sorting: false,
  width: 'auto',
  render: row => <EntityRefLinks entityRefs={tagsOf(row)} />,
};
/** All of it one below the other, where there is no room for columns. */
const NARROW: Column = {
  ...APP,
  render: row => (
    <>
      <EntityRefLink entityRef={row.entity} title={titleOf(row)} />{' '}
      <span className={styles.soft}>{versionOf(row)}</span>
      <Text as="p" variant="body-small" className={styles.line}>
        {row.entity.metadata.description}
      </Text>
    </>
  ),
};

/** Apps go by their titles: their names in the catalog are not shown. */
const BY_TITLE = new EntityOrderFilter([['spec.title', 'asc']]);

function Table() {
  const list = useEntityList();
  const { filters, updateFilters } = list;
  const narrow = useBreakpoint().down('md');
  const kind = (
    list.entities[0]?.kind ??
    filters.kind?.value ??
    ''
  ).toLocaleLowerCase('en-US');
  const order = kind === 'app' ? BY_TITLE : undefined;
  useEffect(() => updateFilters({ order }), [order, updateFilters]);
  if (kind !== 'app') return <CatalogTable />;
  const told = list.entities.some(
    entity => getEntityRelations(entity, 'ownedBy').length > 0,
  );
  const columns = narrow
    ? [NARROW]
    : [
        APP,
        VERSION,
        ...(told ? [OWNER, TAGS] : []),
        DESCRIPTION,
        ...(told ? [] : [KEYWORDS]),
      ];
  return <CatalogTable columns={columns} actions={[]} />;
}

export function CatalogPage(props: {
  filters: ReactNode[];
  pagination: EntityListPagination;
}) {
  return (
    <EntityListProvider pagination={props.pagination}>
      <Header title="Catalog" />
      <Container pb="12">
        <CatalogFilterLayout>
          <CatalogFilterLayout.Filters>
            {props.filters}
          </CatalogFilterLayout.Filters>
          <CatalogFilterLayout.Content>
            <div className={styles.table}>
              <Table />
            </div>
          </CatalogFilterLayout.Content>
        </CatalogFilterLayout>
      </Container>
    </EntityListProvider>
  );
}
