/**
 * The Ingress of an alias. Its certificate is made by cert-manager, where an annotation names an issuer,
 * or is that of the apps' domain.
 *
 * https://kubernetes.io/docs/concepts/services-networking/ingress/
 * https://cert-manager.io/docs/usage/ingress/
 */
import type { V1Ingress } from '@kubernetes/client-node';
import { routeMetadata, routeName, type RouteInput } from './RouteInput';

/** What an operator says of all of them. */
export interface IngressSettings {
  className?: string;
  annotations: Record<string, string>;
  /** A Secret with a certificate for all hosts below the apps' domain. */
  wildcardSecret?: string;
}

export function ingressOf(
  input: RouteInput,
  settings: IngressSettings,
): V1Ingress {
  const { host, service, aliasId, aliasName } = input;
  const { className, annotations, wildcardSecret } = settings;
  // A certificate of the apps' domain is none for a host outside of it.
  const shared = aliasName === host ? undefined : wildcardSecret;
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: routeMetadata(input, annotations),
    spec: {
      ...(className ? { ingressClassName: className } : {}),
      ...(input.secure
        ? {
            tls: [
              {
                hosts: [host],
                secretName: shared ?? `${routeName(aliasId)}-tls`,
              },
            ],
          }
        : {}),
      rules: [
        {
          host,
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: {
                  service: {
                    name: service.name,
                    port: { number: service.port },
                  },
                },
              },
            ],
          },
        },
      ],
    },
  };
}
