/**
 * Two pods that try to reach the API of their cluster, one with a policy that opens all, one with a policy that
 * opens nothing: only where the second one fails does the cluster enforce policies.
 */
import type { V1Deployment } from '@kubernetes/client-node';
import type { KubeObject } from '../client/kubeObjects';
import { LABELS } from './labels';
import { podSecurityContext, securityContext } from './securityContext';

export const CANARIES = ['open', 'closed'] as const;
export type CanaryName = (typeof CANARIES)[number];

export interface CanaryInput {
  installation: string;
  namespace: string;
  /** Has the entry program. */
  image: string;
  imagePullSecrets: string[];
  serviceAccount?: string;
}

const RESOURCES = { cpu: '50m', memory: '64Mi' };

/** Policy and Deployment, in the order in which they are made. */
export function canaryObjects(
  input: CanaryInput,
  canary: CanaryName,
  /** Of one try: pods of another one are not taken for its own. */
  run: string,
): KubeObject[] {
  const labels = {
    'app.kubernetes.io/managed-by': 'ai-app-store',
    [LABELS.installation]: input.installation,
    [LABELS.canary]: canary,
    [LABELS.canaryRun]: run,
  };
  const metadata = {
    name: `canary-${canary}-${run}`,
    namespace: input.namespace,
    labels,
  };
  const policy: KubeObject & { spec: object } = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata,
    spec: {
      podSelector: { matchLabels: labels },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [],
      egress: canary === 'open' ? [{}] : [],
    },
  };
  const deployment: V1Deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 0,
          securityContext: podSecurityContext(),
          ...(input.serviceAccount
            ? { serviceAccountName: input.serviceAccount }
            : {}),
          ...(input.imagePullSecrets.length
            ? {
                imagePullSecrets: input.imagePullSecrets.map(name => ({
                  name,
                })),
              }
            : {}),
          containers: [
            {
              name: 'reach',
              image: input.image,
              command: ['app-store-entry', 'reach'],
              resources: { limits: RESOURCES, requests: RESOURCES },
              securityContext: securityContext(),
            },
          ],
        },
      },
    },
  };
  return [policy, deployment as KubeObject];
}
