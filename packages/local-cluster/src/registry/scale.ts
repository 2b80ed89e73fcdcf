/** The `scale` subresource of workloads (`autoscaling/v1` Scale). */
import type { Json, KubeObject } from '../types';
import { bad } from './causes';
import { decode, type DecodeOptions } from './decode';
import { badRequest, invalid } from './errors';
import { assertSameName } from './preconditions';
import type { Resource } from './Resource';

/** What a Scale is, as a resource of its own. */
export const SCALE = {
  group: 'autoscaling',
  version: 'v1',
  kind: 'Scale',
  plural: 'scales',
  namespaced: true,
} satisfies Resource;

/** A label selector as a query has it. */
function selectorText({ matchLabels = {}, matchExpressions = [] }: Json) {
  const equalities = Object.entries(matchLabels).map(
    ([key, value]) => [key, `${key}=${value}`] as const,
  );
  const sets = (matchExpressions as Json[]).map(
    ({ key, operator, values = [] }) => {
      const list = `(${[...values].sort().join(',')})`;
      const text: Record<string, string> = {
        In: `${key} in ${list}`,
        NotIn: `${key} notin ${list}`,
        Exists: key,
        DoesNotExist: `!${key}`,
      };
      return [key, text[operator]] as const;
    },
  );
  return [...equalities, ...sets]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, text]) => text)
    .join(',');
}

/** The Scale of a workload. */
export function toScale(object: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } =
    object.metadata;
  const replicas = object.spec.replicas ?? 0;
  const selector = selectorText(object.spec.selector ?? {});
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
 * @throws StatusError 400 for what is no Scale, 422 for less than none
 */
export function withScale(
  object: KubeObject,
  body: Json,
  options: DecodeOptions,
): KubeObject {
  if (body?.kind && body.kind !== 'Scale')
    throw badRequest(
      `expected input object type to be Scale, but ${body.kind}`,
    );
  const { namespace, name } = object.metadata;
  const { object: scale } = decode(SCALE, namespace, body, options);
  assertSameName(scale, name);
  const replicas = scale.spec?.replicas ?? 0;
  if (replicas < 0)
    throw invalid(SCALE, name, [
      bad('spec.replicas', replicas, 'must be greater than or equal to 0'),
    ]);
  return { ...object, spec: { ...object.spec, replicas } };
}
