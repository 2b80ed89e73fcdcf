/** What keeps an Ingress or an HTTPRoute for each alias; nothing where no operator asks for that. */
import { appHost } from '@ai-app-store/backstage-plugin-app-store-common';
import type { StoreConfig } from '../config/StoreConfig';
import { AliasCluster } from '../kubernetes/AliasCluster';
import type { KubeObject } from '../kubernetes/client/kubeObjects';
import { httpRouteOf } from '../kubernetes/manifests/routes/httpRoute';
import { ingressOf } from '../kubernetes/manifests/routes/ingress';
import {
  withDigest,
  type RouteInput,
} from '../kubernetes/manifests/routes/RouteInput';
import {
  AliasProcessor,
  type AliasProcessorOptions,
  type RoutedAlias,
} from '../reconcile/AliasProcessor';

type ClusterOptions = ConstructorParameters<typeof AliasCluster>[0];

export interface AliasRoutes {
  processor: AliasProcessor;
  cluster: AliasCluster;
}

export function createAliasRoutes(
  options: Pick<AliasProcessorOptions, 'aliases' | 'feed' | 'guard'> &
    Pick<ClusterOptions, 'api' | 'installation' | 'heartbeat' | 'logger'> & {
      config: StoreConfig;
    },
): AliasRoutes | undefined {
  const { config, installation } = options;
  const { routes, gatewayNamespace, gatewayService, ingress, httpRoute } =
    config.kubernetes;
  // Configuration has seen to the namespace.
  if (routes === 'none' || !gatewayNamespace) return undefined;
  const namespace = gatewayNamespace;
  const routeOf = ({ id, name, instanceId }: RoutedAlias): KubeObject => {
    const input: RouteInput = {
      aliasId: id,
      aliasName: name,
      host: appHost(name, config.appsUrl.hostname),
      instanceId,
      installation,
      namespace,
      service: gatewayService,
      secure: config.appsUrl.protocol === 'https:',
    };
    return withDigest(
      routes === 'ingress'
        ? (ingressOf(input, ingress) as KubeObject)
        : httpRouteOf(input, httpRoute),
    );
  };
  const cluster = new AliasCluster({
    ...options,
    namespace,
    routes,
  });
  const processor = new AliasProcessor({
    ...options,
    cluster,
    routeOf,
  });
  return { processor, cluster };
}
