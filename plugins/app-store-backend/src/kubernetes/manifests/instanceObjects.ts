/**
 * The Kubernetes objects of an instance, built purely from what they depend on.
 *
 * They are rendered when an instance is run and kept with its row, so that a
 * new release of the store changes no running pod.
 */
import type {
  V1ConfigMap,
  V1Deployment,
  V1PersistentVolumeClaim,
  V1Service,
  V1StatefulSet,
} from '@kubernetes/client-node';
import { filesConfigMap } from './files';
import type { InstanceInput } from './InstanceInput';
import { networkPolicyOf, type NetworkPolicy } from './networkPolicy';
import { serviceOf } from './service';
import { volumeClaimOf } from './volumeClaim';
import { workloadOf } from './workload';

/** The objects, in the order in which they are applied. */
export interface InstanceObjects {
  claim?: V1PersistentVolumeClaim;
  /** Literals of `[[File]]`. */
  files?: V1ConfigMap;
  service: V1Service;
  /** As the API writes it; the client's type calls `from` otherwise. */
  networkPolicy: NetworkPolicy;
  /** With `replicas: 1`. */
  workload: V1Deployment | V1StatefulSet;
}

/** Builds an instance's objects. */
export function buildInstanceObjects(input: InstanceInput): InstanceObjects {
  const files = filesConfigMap(input);
  const claim = volumeClaimOf(input);
  return {
    ...(files ? { files } : {}),
    ...(claim ? { claim } : {}),
    service: serviceOf(input),
    networkPolicy: networkPolicyOf(input),
    workload: workloadOf(input),
  };
}
