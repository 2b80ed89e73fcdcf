/** The claim of an instance's volume. */
import type { V1PersistentVolumeClaim } from '@kubernetes/client-node';
import { recordAnnotation } from './instanceRecord';
import type { InstanceInput } from './InstanceInput';
import { pvcName } from './labels';
import { labelsOf } from './metadata';

/** @returns undefined for an app without a volume */
export function volumeClaimOf(
  input: InstanceInput,
): V1PersistentVolumeClaim | undefined {
  const { volumeMount, volumeSize } = input.manifest.runtime;
  if (!volumeMount) return undefined;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: pvcName(input.instanceId),
      namespace: input.namespace,
      labels: labelsOf(input),
      annotations: recordAnnotation(input),
    },
    spec: {
      accessModes: ['ReadWriteOnce'],
      ...(input.storageClass ? { storageClassName: input.storageClass } : {}),
      resources: { requests: { storage: volumeSize! } },
    },
  };
}
