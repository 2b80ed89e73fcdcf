/**
 * The demo's local cluster in Backstage's Kubernetes plugin, which reads it as a service account that
 * may view and change nothing. Where no local cluster is configured, the plugin has the clusters of
 * `kubernetes.clusterLocatorMethods` alone.
 */
import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { kubernetesClusterSupplierExtensionPoint } from '@backstage/plugin-kubernetes-node';
import { join, resolve } from 'node:path';
import { ViewedCluster } from './ViewedCluster';

export default createBackendModule({
  pluginId: 'kubernetes',
  moduleId: 'local-cluster-viewer',
  register(reg) {
    reg.registerInit({
      deps: {
        config: coreServices.rootConfig,
        clusters: kubernetesClusterSupplierExtensionPoint,
        logger: coreServices.logger,
      },
      async init({ config, clusters, logger }) {
        const directory = config.getOptionalString(
          'appStore.localCluster.directory',
        );
        if (!directory) return;
        const local = new ViewedCluster(
          join(resolve(directory), 'kubeconfig'),
          logger,
        );
        clusters.addClusterSupplier(async ({ getDefault }) => {
          const configured = await getDefault();
          return {
            getClusters: async options => [
              ...(await configured.getClusters(options)),
              ...(await local.details()),
            ],
          };
        });
      },
    });
  },
});
