/** The tab of Backstage's Kubernetes plugin, for those alone who may read what it shows. */
import { createFrontendModule } from '@backstage/frontend-plugin-api';
import kubernetesPlugin from '@backstage/plugin-kubernetes/alpha';

export const kubernetesModule = createFrontendModule({
  pluginId: 'kubernetes',
  extensions: [
    kubernetesPlugin
      .getExtension('entity-content:kubernetes/kubernetes')
      .override({
        if: { permissions: { $contains: 'kubernetes.resources.read' } },
      }),
  ],
});
