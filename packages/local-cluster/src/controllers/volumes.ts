/** Which PersistentVolume is whose (https://kubernetes.io/docs/concepts/storage/persistent-volumes/#binding). */
import { parseQuantity } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Json, KubeObject } from '../types';

/** The provisioner whose volumes this cluster makes itself: directories of the node. */
export const HOST_PATH = 'kubernetes.io/host-path';
export const BOUND_BY = 'pv.kubernetes.io/bound-by-controller';
export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';

/** How a volume names its claim. */
export function claimRefOf({ metadata }: KubeObject): Json {
  const { namespace, name, uid, resourceVersion } = metadata;
  return {
    kind: 'PersistentVolumeClaim',
    namespace,
    name,
    uid,
    apiVersion: 'v1',
    resourceVersion,
  };
}

/** Whether this cluster made the volume, and so ends it. */
export function isOwn(volume: KubeObject): boolean {
  return volume.metadata.annotations?.[PROVISIONED_BY] === HOST_PATH;
}

/** Whether a pod that has not ended uses the claim. */
export function isUsedBy(claim: KubeObject, pod: KubeObject): boolean {
  return (
    !['Succeeded', 'Failed'].includes(pod.status?.phase) &&
    (pod.spec.volumes ?? []).some(
      (v: Json) => v.persistentVolumeClaim?.claimName === claim.metadata.name,
    )
  );
}

function sizeOf(volume: KubeObject): number {
  return parseQuantity(String(volume.spec.capacity?.storage ?? 0));
}

function fits({ spec, metadata }: KubeObject, volume: KubeObject): boolean {
  const { spec: its, metadata: meta, status } = volume;
  const ref = its.claimRef;
  if (ref)
    return (
      ref.namespace === metadata.namespace &&
      ref.name === metadata.name &&
      (!ref.uid || ref.uid === metadata.uid)
    );
  return (
    !meta.deletionTimestamp &&
    status?.phase === 'Available' &&
    (its.storageClassName ?? '') === (spec.storageClassName ?? '') &&
    spec.accessModes.every((mode: string) => its.accessModes.includes(mode)) &&
    (its.volumeMode ?? 'Filesystem') === (spec.volumeMode ?? 'Filesystem')
  );
}

/** The smallest volume that is big enough, free or kept for this claim. */
export function volumeFor(
  claim: KubeObject,
  volumes: KubeObject[],
): KubeObject | undefined {
  const wanted = parseQuantity(String(claim.spec.resources.requests.storage));
  return volumes
    .filter(volume => fits(claim, volume) && sizeOf(volume) >= wanted)
    .sort((a, b) => sizeOf(a) - sizeOf(b))[0];
}
