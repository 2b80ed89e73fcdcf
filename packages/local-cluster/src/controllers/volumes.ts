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

/** Whether a volume is kept for, or already bound to, this claim. */
function isFor({ metadata }: KubeObject, { spec }: KubeObject): boolean {
  const { claimRef } = spec;
  return (
    claimRef.namespace === metadata.namespace &&
    claimRef.name === metadata.name &&
    (!claimRef.uid || claimRef.uid === metadata.uid)
  );
}

function wantedBy(claim: KubeObject): number {
  return parseQuantity(String(claim.spec.resources.requests.storage));
}

/** What of a claim a volume does not meet. */
function mismatch(claim: KubeObject, volume: KubeObject): string | undefined {
  const { spec } = claim;
  const { spec: its } = volume;
  if (sizeOf(volume) < wantedBy(claim)) return 'requested PV is too small';
  if ((its.storageClassName ?? '') !== (spec.storageClassName ?? ''))
    return 'storageClassName does not match';
  if ((its.volumeMode ?? 'Filesystem') !== (spec.volumeMode ?? 'Filesystem'))
    return 'incompatible volumeMode';
  return spec.accessModes.every((mode: string) =>
    its.accessModes.includes(mode),
  )
    ? undefined
    : 'incompatible accessMode';
}

/** Why a claim does not get the volume that it names, as an event says it; undefined where it gets it. */
export function bindingRefusal(
  claim: KubeObject,
  volume: KubeObject,
): { reason: string; message: string } | undefined {
  const name = JSON.stringify(volume.metadata.name);
  if (volume.spec.claimRef)
    return isFor(claim, volume)
      ? undefined
      : {
          reason: 'FailedBinding',
          message: `volume ${name} already bound to a different claim.`,
        };
  const why = mismatch(claim, volume);
  if (!why) return undefined;
  return {
    reason: 'VolumeMismatch',
    message: `Cannot bind to requested volume ${name}: ${why}`,
  };
}

function fits(claim: KubeObject, volume: KubeObject): boolean {
  if (volume.spec.claimRef) return isFor(claim, volume);
  return (
    !volume.metadata.deletionTimestamp &&
    volume.status?.phase === 'Available' &&
    !mismatch(claim, volume)
  );
}

/** The smallest volume that is big enough, free or kept for this claim. */
export function volumeFor(
  claim: KubeObject,
  volumes: KubeObject[],
): KubeObject | undefined {
  return volumes
    .filter(volume => fits(claim, volume) && sizeOf(volume) >= wantedBy(claim))
    .sort((a, b) => sizeOf(a) - sizeOf(b))[0];
}
