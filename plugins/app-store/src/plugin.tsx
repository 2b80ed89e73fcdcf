import {
  ApiBlueprint,
  createFrontendPlugin,
  discoveryApiRef,
  fetchApiRef,
  identityApiRef,
  PageBlueprint,
} from '@backstage/frontend-plugin-api';
import { AppStoreClient } from '@ai-app-store/backstage-plugin-app-store-common';
import { RiStore2Line } from '@remixicon/react';
import {
  appStoreApiRef,
  DefaultEnterApi,
  DefaultUploadApi,
  enterApiRef,
  uploadApiRef,
} from './api';
import { entityExtensions } from './entity/extensions';
import { rootRouteRef } from './routes';
import { searchExtensions } from './search/extensions';

const storeApi = ApiBlueprint.make({
  params: define =>
    define({
      api: appStoreApiRef,
      deps: { fetchApi: fetchApiRef },
      factory: ({ fetchApi }) =>
        AppStoreClient.create({
          fetch: fetchApi.fetch,
          baseUrl: 'plugin://app-store',
        }),
    }),
});

const enterApi = ApiBlueprint.make({
  name: 'enter',
  params: define =>
    define({
      api: enterApiRef,
      deps: { fetchApi: fetchApiRef },
      factory: ({ fetchApi }) => new DefaultEnterApi({ fetch: fetchApi.fetch }),
    }),
});

const uploadApi = ApiBlueprint.make({
  name: 'upload',
  params: define =>
    define({
      api: uploadApiRef,
      deps: { discoveryApi: discoveryApiRef, identityApi: identityApiRef },
      factory: deps => new DefaultUploadApi(deps),
    }),
});

const page = PageBlueprint.make({
  params: {
    path: '/app-store',
    title: 'App Store',
    icon: <RiStore2Line />,
    routeRef: rootRouteRef,
    noHeader: true,
    loader: () => import('./pages/Router').then(m => <m.Router />),
  },
});

/** Where browsers come from an app's host to sign in; no one goes there by themselves. */
const enterPage = PageBlueprint.make({
  name: 'enter',
  params: {
    path: '/app-store-enter',
    noHeader: true,
    loader: () => import('./pages/EnterPage').then(m => <m.EnterPage />),
  },
});

/**
 * The app store's pages.
 *
 * @public
 */
export const appStorePlugin = createFrontendPlugin({
  pluginId: 'app-store',
  title: 'App Store',
  icon: <RiStore2Line />,
  routes: { root: rootRouteRef },
  extensions: [
    storeApi,
    enterApi,
    uploadApi,
    page,
    enterPage,
    ...entityExtensions,
    ...searchExtensions,
  ],
  info: { packageJson: () => import('../package.json') },
});
