/** What has the nodes of the cluster pull the content of apps, where an operator names a registry for it. */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { KubernetesConnection } from '@ai-app-store/backstage-plugin-app-store-node';
import { tarOf } from '../apps/AppContents';
import { ContentRegistry } from '../apps/registry/ContentRegistry';
import type { BundleStore } from '../artifacts/BundleStore';
import { imageOfRuntimes } from '../config/runtimes';
import type { StoreConfig } from '../config/StoreConfig';
import type { KubeApi } from '../kubernetes/client/KubeApi';
import { ContentVolumes } from '../kubernetes/ContentVolumes';
import type { Repositories } from './repositories';

export function createContentRegistry(options: {
  config: StoreConfig;
  connection: KubernetesConnection;
  contentKey: string;
  repositories: Pick<Repositories, 'apps'>;
  bundles: BundleStore;
  api: KubeApi;
  namespace: string;
  logger: LoggerService;
}): { registry: ContentRegistry; volumes: ContentVolumes | undefined } {
  const { config, connection, contentKey, repositories, bundles } = options;
  const host = connection.contentRegistry ?? config.kubernetes.contentRegistry;
  const image = imageOfRuntimes(config.runtimes);
  return {
    // Also where none is named any more: what was started keeps its address.
    registry: new ContentRegistry({
      host,
      key: contentKey,
      apps: repositories.apps,
      tar: app => tarOf(bundles, app),
    }),
    volumes:
      host && image ? new ContentVolumes({ ...options, image }) : undefined,
  };
}
