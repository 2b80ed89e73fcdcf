/** What is in every cluster from the start. */
import type { Registry } from './registry/Registry';
import { resourceOf } from './registry/resources';
import type { Json } from './types';

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];
const OPTIONS = { fieldManager: 'kube-apiserver' };

function make(
  registry: Registry,
  plural: string,
  namespace: string | undefined,
  body: Json,
): void {
  if (!registry.store.get(plural, namespace, body.metadata.name))
    registry.create(resourceOf(plural), namespace, body, OPTIONS);
}

/** Makes those that are not there. */
export function bootstrapObjects(registry: Registry, authority: string): void {
  for (const name of NAMESPACES)
    make(registry, 'namespaces', undefined, { metadata: { name } });
  make(registry, 'storageclasses', undefined, {
    metadata: {
      name: 'standard',
      annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    },
    provisioner: 'kubernetes.io/host-path',
  });
  for (const [name, value] of [
    ['system-cluster-critical', 2_000_000_000],
    ['system-node-critical', 2_000_001_000],
  ] as const)
    make(registry, 'priorityclasses', undefined, {
      metadata: { name },
      value,
      description: 'Used for system critical pods.',
    });
  make(registry, 'configmaps', 'kube-public', {
    metadata: { name: 'cluster-info' },
    data: { 'ca.crt': authority },
  });
}
