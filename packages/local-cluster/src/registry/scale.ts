/** The `scale` subresource of workloads (`autoscaling/v1` Scale). */
import type { Json, KubeObject } from '../types';
import { bad } from './causes';
import { badRequest, invalid } from './errors';
import type { Resource } from './Resource';

/** What a Scale is, for the words of its faults. */
export const SCALE: Pick<Resource, 'group' | 'version' | 'kind'> = {
  group: 'autoscaling',
  version: 'v1',
  kind: 'Scale',
};

/** The Scale of a workload. */
export function toScale(object: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } =
    object.metadata;
  const replicas = object.spec.replicas ?? 0;
  const selector = Object.entries(object.spec.selector?.matchLabels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: replicas ? { replicas } : {},
    status: {
      replicas: object.status?.replicas ?? 0,
      ...(selector ? { selector } : {}),
    },
  };
}

/**
 * The workload with the replicas that a Scale asks for.
 *
 * @throws StatusError 400 for another kind, 422 for less than none
 */
export function withScale(object: KubeObject, scale: Json): KubeObject {
  if (scale?.kind && scale.kind !== 'Scale')
    throw badRequest(
      `expected input object type to be Scale, but ${scale.kind}`,
    );
  const { name } = object.metadata;
  if (scale?.metadata?.name !== name)
    throw badRequest(
      `the name of the object (${
        scale?.metadata?.name ?? ''
      }) does not match the name on the URL (${name})`,
    );
  const replicas = scale?.spec?.replicas ?? 0;
  if (replicas < 0)
    throw invalid(SCALE, name, [
      bad('spec.replicas', replicas, 'must be greater than or equal to 0'),
    ]);
  return { ...object, spec: { ...object.spec, replicas } };
}
