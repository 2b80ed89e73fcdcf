/** Facts about pods that several controllers need. */
import { createHash } from 'node:crypto';
import { safeEncode } from '../registry/beforeCreate';
import type { Registry } from '../registry/Registry';
import { resourceOf } from '../registry/resources';
import { BY_OWNER } from '../store/ObjectStore';
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

/** Since when a pod is ready, in milliseconds; undefined where it is not. */
function readySince(pod: KubeObject): number | undefined {
  const ready = (pod.status?.conditions ?? []).find(
    (c: Json) => c.type === 'Ready' && c.status === 'True',
  );
  return ready && Date.parse(ready.lastTransitionTime);
}

/** Whether a pod has been ready for as long as its owner asks. */
export function isAvailable(
  pod: KubeObject,
  minReadySeconds: number,
  now: number,
): boolean {
  const since = readySince(pod);
  return (
    since !== undefined &&
    (!minReadySeconds || since + minReadySeconds * 1000 <= now)
  );
}

/** The objects of a resource that `owner` controls. */
export function controlled(
  registry: Registry,
  plural: string,
  owner: KubeObject,
): KubeObject[] {
  const { uid } = owner.metadata;
  return registry.store
    .indexed(plural, BY_OWNER, uid)
    .filter(object =>
      object.metadata.ownerReferences?.some(
        ref => ref.controller && ref.uid === uid,
      ),
    );
}

/** A value with the keys of all objects in order. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!value || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}

/**
 * A short hash of a pod template, for labels and names; the order of keys does not matter.
 *
 * @param collisions - how often the hash was another template's
 */
export function templateHash(template: Json, collisions = 0): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([sorted(template), collisions]))
    .digest();
  return safeEncode(String(digest.readUInt32BE(0)));
}

/** A pod out of a template. */
export function podFrom(
  owner: KubeObject,
  options: { name?: string; labels?: Record<string, string>; spec?: Json },
): Json {
  const { template } = owner.spec;
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    metadata: {
      ...(options.name
        ? { name: options.name }
        : { generateName: `${owner.metadata.name}-` }),
      labels: { ...labels, ...options.labels },
      ...(annotations ? { annotations } : {}),
      ...(finalizers ? { finalizers } : {}),
      ownerReferences: [controlledBy(owner)],
    },
    // What is added to a pod must not be added to its template.
    spec: structuredClone(options.spec ?? template.spec),
  };
}

/** A pod out of a template, stored. @throws StatusError where it is not admitted */
export function createPod(
  registry: Registry,
  owner: KubeObject,
  options: Parameters<typeof podFrom>[1],
): KubeObject {
  return registry.create(
    resourceOf('pods'),
    owner.metadata.namespace,
    podFrom(owner, options),
    { fieldManager: 'kube-controller-manager' },
  ).object;
}
