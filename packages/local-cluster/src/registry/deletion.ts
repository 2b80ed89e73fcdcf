/** What a request to delete makes of an object: it goes, or it waits. */
import type { KubeObject } from '../types';
import type { Resource } from './resources';
import type { DeleteOptions } from './verbs';

/** In whole seconds, as the API writes times. */
export function wholeSeconds(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The finalizers that a propagation policy adds. */
function finalizersOf(object: KubeObject, options: DeleteOptions): string[] {
  const finalizers = new Set(object.metadata.finalizers ?? []);
  if (options.propagationPolicy === 'Foreground')
    finalizers.add('foregroundDeletion');
  if (options.propagationPolicy === 'Orphan') finalizers.add('orphan');
  return [...finalizers];
}

/**
 * The object as it waits for its grace period (a pod on a node), for its content
 * (a namespace) or for its finalizers; undefined where nothing holds it; the object
 * itself where it waits already.
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
  if (resource.plural === 'pods') {
    const grace = before.spec.nodeName
      ? options.gracePeriodSeconds ??
        before.spec.terminationGracePeriodSeconds ??
        30
      : 0;
    if (grace > 0) {
      const earlier = meta.deletionGracePeriodSeconds;
      if (meta.deletionTimestamp && earlier !== undefined && grace >= earlier)
        return before;
      return {
        ...before,
        metadata: {
          ...meta,
          deletionGracePeriodSeconds: grace,
          deletionTimestamp: wholeSeconds(
            new Date(now.getTime() + grace * 1000),
          ),
          generation: (meta.generation ?? 1) + 1,
        },
      };
    }
  }
  if (resource.plural === 'namespaces' && before.spec?.finalizers?.length) {
    if (meta.deletionTimestamp) return before;
    return {
      ...before,
      metadata: { ...meta, deletionTimestamp: wholeSeconds(now) },
      status: { ...before.status, phase: 'Terminating' },
    };
  }
  if (!finalizers.length) return undefined;
  if (
    meta.deletionTimestamp &&
    meta.deletionGracePeriodSeconds === 0 &&
    finalizers.length === before.metadata.finalizers?.length
  )
    return before;
  return {
    ...before,
    metadata: {
      ...meta,
      deletionTimestamp: meta.deletionTimestamp ?? wholeSeconds(now),
      deletionGracePeriodSeconds: 0,
    },
  };
}
