/** What a request to delete makes of an object: it goes, or it waits. */
import { wholeSeconds } from '../time';
import type { KubeObject } from '../types';
import type { Resource } from './Resource';
import type { DeleteOptions } from './verbs';

/** The finalizers that a propagation policy adds. */
function finalizersOf(object: KubeObject, options: DeleteOptions): string[] {
  const finalizers = new Set(object.metadata.finalizers ?? []);
  if (options.propagationPolicy === 'Foreground')
    finalizers.add('foregroundDeletion');
  if (options.propagationPolicy === 'Orphan') finalizers.add('orphan');
  return [...finalizers];
}

/**
 * The object as it waits for what its kind waits for (a pod for its processes) or for
 * its finalizers; undefined where nothing holds it; the object itself where it waits
 * already.
 */
export function awaitingDeletion(
  resource: Resource,
  before: KubeObject,
  options: DeleteOptions,
  now: Date,
): KubeObject | undefined {
  const finalizers = finalizersOf(before, options);
  const meta = {
    ...before.metadata,
    finalizers: finalizers.length ? finalizers : undefined,
  };
  const object = { ...before, metadata: meta };
  const waiting = resource.awaitDeletion?.(object, options, now);
  if (waiting) return waiting === object ? before : waiting;
  if (!finalizers.length) return undefined;
  if (
    meta.deletionTimestamp &&
    meta.deletionGracePeriodSeconds === 0 &&
    finalizers.length === before.metadata.finalizers?.length
  )
    return before;
  return {
    ...object,
    metadata: {
      ...meta,
      deletionTimestamp: meta.deletionTimestamp ?? wholeSeconds(now),
      deletionGracePeriodSeconds: 0,
    },
  };
}

/** What the API answers where the object is gone at once. */
export function deletedStatus(
  { group, plural }: Resource,
  { metadata }: KubeObject,
): KubeObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: metadata.name,
      ...(group ? { group } : {}),
      kind: plural,
      uid: metadata.uid,
    },
  } as unknown as KubeObject;
}
