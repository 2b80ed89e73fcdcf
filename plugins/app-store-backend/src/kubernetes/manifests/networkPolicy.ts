/** Who gets at an instance's pod, and where it gets to. */
import { egressRules } from './egress';
import type { InstanceInput } from './InstanceInput';
import { objectName } from './labels';
import { labelsOf, selectorOf } from './metadata';

/** The part of a NetworkPolicy that is used here. */
export interface NetworkPolicy {
  apiVersion: 'networking.k8s.io/v1';
  kind: 'NetworkPolicy';
  metadata: { name: string; namespace: string; labels: Record<string, string> };
  spec: object;
}

/**
 * The gateway's way in is always open; an admin opens more. What is open on the way out is in `egress.ts`.
 * https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export function networkPolicyOf(input: InstanceInput): NetworkPolicy {
  const {
    extraIngress,
    egress: extra,
    defaultEgress,
    notPublic,
  } = input.networkPolicy;
  const egress = egressRules({
    entries: input.manifest.runtime.egress ?? defaultEgress,
    storeUrl: input.storeUrl,
    mirrors: [input.npmRegistry, input.pypiIndex],
    extra,
    notPublic,
  });
  const gateway = {
    podSelector: {
      matchLabels: { 'app.kubernetes.io/component': 'app-store-gateway' },
    },
    ...(input.gatewayNamespace
      ? {
          namespaceSelector: {
            matchLabels: {
              'kubernetes.io/metadata.name': input.gatewayNamespace,
            },
          },
        }
      : {}),
  };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: {
      name: objectName(input.instanceId),
      namespace: input.namespace,
      labels: labelsOf(input),
    },
    spec: {
      podSelector: { matchLabels: selectorOf(input) },
      policyTypes: ['Ingress', ...(egress ? ['Egress'] : [])],
      ingress: [
        { from: [gateway], ports: [{ protocol: 'TCP', port: 'http' }] },
        ...extraIngress,
      ],
      ...(egress ? { egress } : {}),
    },
  };
}
