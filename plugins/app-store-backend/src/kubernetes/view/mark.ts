/**
 * A short stand-in for the part of an object that the store decides: when it changes, somebody
 * changed that part, or made the object anew. Status and the annotations of others do not count.
 */
import type { KubeObject } from '../client/kubeObjects';

/** Kinds of which an instance has at most one object, in the order in which they are applied. */
export const OBJECT_KINDS = [
  'PersistentVolumeClaim',
  'NetworkPolicy',
  'ConfigMap',
  'Service',
  'Deployment',
  'StatefulSet',
] as const;
export type ObjectKind = (typeof OBJECT_KINDS)[number];

const OWN = /(^|\.)ai-app-store\.io\/|^app\.kubernetes\.io\/managed-by$/;

function own(values: Record<string, string> | undefined) {
  return Object.entries(values ?? {})
    .filter(([name]) => OWN.test(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** FNV-1a; at most 31 bits, which lie in an object without a box of their own. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++)
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  // Neither 0, which stands for no object, nor ENDING, nor ASTRAY.
  return ((value >>> 1) % 0x3ffffff0) + 2;
}

/** The mark of what is being deleted. */
export const ENDING = 1;
/** The mark of what is there, and has left the watch. */
export const ASTRAY = 0x3fffffff;

/**
 * @param object - as the API sent it: of a claim its spec is the cluster's, which binds and grows it
 */
export function markOf(object: KubeObject): number {
  const { uid, labels, annotations, deletionTimestamp } = object.metadata!;
  if (deletionTimestamp) return ENDING;
  const { spec, data } = object as { spec?: unknown; data?: unknown };
  return hash(
    JSON.stringify([
      uid,
      own(labels),
      own(annotations),
      object.kind === 'PersistentVolumeClaim' ? null : spec,
      data,
    ]),
  );
}
