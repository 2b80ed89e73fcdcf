/** The `scale` subresource of workloads (`autoscaling/v1` Scale). */
import type { Json, KubeObject } from '../types';

/** The Scale of a workload. */
export function toScale(object: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } =
    object.metadata;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: object.spec.replicas ?? 0 },
    status: {
      replicas: object.status?.replicas ?? 0,
      selector: Object.entries(object.spec.selector?.matchLabels ?? {})
        .map(([key, value]) => `${key}=${value}`)
        .join(','),
    },
  };
}

/** The workload with the replicas that a Scale asks for. */
export function withScale(object: KubeObject, scale: Json): KubeObject {
  return {
    ...object,
    spec: { ...object.spec, replicas: scale?.spec?.replicas ?? 0 },
  };
}
