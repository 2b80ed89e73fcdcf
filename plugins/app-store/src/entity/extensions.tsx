/** What the store adds to the catalog's pages. */
import {
  COMPONENT_APPS_ANNOTATION,
  DECLARATION_ANNOTATION,
} from '@ai-app-store/backstage-plugin-app-store-common';
import {
  CatalogFilterBlueprint,
  EntityCardBlueprint,
} from '@backstage/plugin-catalog-react/alpha';

const DECLARED = `metadata.annotations.${DECLARATION_ANNOTATION}`;

/** What the store's own provider put into the catalog. */
const ownKind = (kind: string) => ({
  kind,
  apiVersion: { $hasPrefix: 'ai-app-store.io/' },
  [DECLARED]: { $exists: false },
});

const appCard = EntityCardBlueprint.make({
  name: 'app',
  params: {
    type: 'content',
    filter: ownKind('App'),
    loader: () => import('./AppEntityCard').then(m => <m.AppEntityCard />),
  },
});

const tagCard = EntityCardBlueprint.make({
  name: 'app-tag',
  params: {
    type: 'content',
    filter: ownKind('AppTag'),
    loader: () =>
      import('./AppTagEntityCard').then(m => <m.AppTagEntityCard />),
  },
});

const declarationCard = EntityCardBlueprint.make({
  name: 'declaration',
  params: {
    type: 'content',
    filter: { [DECLARED]: { $exists: true } },
    loader: () => import('./DeclarationCard').then(m => <m.DeclarationCard />),
  },
});

const componentAppsCard = EntityCardBlueprint.make({
  name: 'component-apps',
  params: {
    type: 'content',
    filter: {
      kind: 'Component',
      [`metadata.annotations.${COMPONENT_APPS_ANNOTATION}`]: { $exists: true },
    },
    loader: () =>
      import('./ComponentAppsCard').then(m => <m.ComponentAppsCard />),
  },
});

const newestFilter = CatalogFilterBlueprint.make({
  name: 'newest',
  params: {
    loader: () => import('./NewestFilter').then(m => <m.NewestFilter />),
  },
});

export const entityExtensions = [
  appCard,
  tagCard,
  declarationCard,
  componentAppsCard,
  newestFilter,
];
