/** Facts about pods that several controllers need. */
import { createHash } from 'node:crypto';
import type { Registry } from '../registry/Registry';
import { resourceOf } from '../registry/resources';
import type { Json, KubeObject } from '../types';
import { controlledBy } from './Controller';

/** True while a pod counts as a replica. */
export function isActive(pod: KubeObject): boolean {
  return (
    !pod.metadata.deletionTimestamp &&
    !['Succeeded', 'Failed'].includes(pod.status?.phase)
  );
}

export function isReady(pod: KubeObject): boolean {
  return (pod.status?.conditions ?? []).some(
    (c: Json) => c.type === 'Ready' && c.status === 'True',
  );
}

/** The objects of a resource that `owner` controls. */
export function controlled(
  registry: Registry,
  plural: string,
  owner: KubeObject,
): KubeObject[] {
  return registry.store
    .list(plural, owner.metadata.namespace)
    .filter(object =>
      object.metadata.ownerReferences?.some(
        ref => ref.controller && ref.uid === owner.metadata.uid,
      ),
    );
}

/** A short hash of a pod template, for labels and names. */
export function templateHash(template: Json): string {
  return createHash('sha256')
    .update(JSON.stringify(template))
    .digest('hex')
    .slice(0, 10);
}

/** A pod out of a template. */
export function createPod(
  registry: Registry,
  owner: KubeObject,
  options: { name?: string; labels?: Record<string, string>; spec?: Json },
): KubeObject {
  const { template } = owner.spec;
  return registry.create(
    resourceOf('pods'),
    owner.metadata.namespace,
    {
      metadata: {
        ...(options.name
          ? { name: options.name }
          : { generateName: `${owner.metadata.name}-` }),
        labels: { ...template.metadata?.labels, ...options.labels },
        annotations: template.metadata?.annotations,
        ownerReferences: [controlledBy(owner)],
      },
      spec: options.spec ?? template.spec,
    },
    { fieldManager: 'kube-controller-manager' },
  ).object;
}
