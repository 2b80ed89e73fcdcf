/**
 * The HTTPRoute of an alias. Certificates are those of the Gateway's listeners.
 *
 * https://gateway-api.sigs.k8s.io/reference/spec/#httproute
 */
import type { KubeObject } from '../../client/kubeObjects';
import { routeMetadata, type RouteInput } from './RouteInput';

/** What an operator says of all of them. */
export interface HttpRouteSettings {
  parentRefs: Array<{
    name: string;
    namespace?: string;
    sectionName?: string;
    port?: number;
  }>;
  annotations: Record<string, string>;
}

export interface HttpRoute extends KubeObject {
  spec: {
    parentRefs: HttpRouteSettings['parentRefs'];
    hostnames: string[];
    rules: Array<{
      backendRefs: Array<{ name: string; port: number }>;
      timeouts: { request: string };
    }>;
  };
}

export function httpRouteOf(
  input: RouteInput,
  settings: HttpRouteSettings,
): HttpRoute {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: routeMetadata(input, settings.annotations),
    spec: {
      parentRefs: settings.parentRefs,
      hostnames: [input.host],
      rules: [
        {
          backendRefs: [input.service],
          // Apps have streams and long answers: 0 is no time-out.
          timeouts: { request: '0s' },
        },
      ],
    },
  };
}
