/** What the store adds to the catalog's pages. */
import {
  CatalogFilterBlueprint,
  EntityCardBlueprint,
} from '@backstage/plugin-catalog-react/alpha';

const ownKind = (kind: string) => ({
  kind,
  apiVersion: { $hasPrefix: 'ai-app-store.io/' },
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

const newestFilter = CatalogFilterBlueprint.make({
  name: 'newest',
  params: {
    loader: () => import('./NewestFilter').then(m => <m.NewestFilter />),
  },
});

export const entityExtensions = [appCard, tagCard, newestFilter];
