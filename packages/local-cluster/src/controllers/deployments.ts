/** Arithmetic of rollouts (kubernetes' `pkg/controller/deployment/util`). */
import { equal } from '../apply/equal';
import type { Json, KubeObject } from '../types';

export const HASH_LABEL = 'pod-template-hash';
export const REVISION = 'deployment.kubernetes.io/revision';
const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED = 'deployment.kubernetes.io/desired-replicas';
export const MOST = 'deployment.kubernetes.io/max-replicas';
/** Annotations that are a Deployment's own. */
const OWN = [
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED,
  MOST,
  'deprecated.deployment.rollback.to',
];

/** A number, or a percentage of a number. */
function share(value: Json, of: number, round: (n: number) => number): number {
  return typeof value === 'string' && value.endsWith('%')
    ? round((Number(value.slice(0, -1)) * of) / 100)
    : Number(value ?? 0);
}

export function isRolling({ spec }: KubeObject): boolean {
  return spec.strategy?.type === 'RollingUpdate';
}

/** How many pods there may be beyond those wanted. */
export function maxSurge(deployment: KubeObject): number {
  const { spec } = deployment;
  return isRolling(deployment)
    ? share(spec.strategy.rollingUpdate?.maxSurge, spec.replicas, Math.ceil)
    : 0;
}

/** How many pods may be missing: never none where none may be beyond, either. */
export function maxUnavailable(deployment: KubeObject): number {
  const { spec } = deployment;
  if (!isRolling(deployment) || spec.replicas === 0) return 0;
  const { maxUnavailable: asked } = spec.strategy.rollingUpdate ?? {};
  const most = share(asked, spec.replicas, Math.floor);
  if (most === 0 && maxSurge(deployment) === 0) return 1;
  return Math.min(most, spec.replicas);
}

/** Whether a ReplicaSet has the template of a Deployment. */
function hasTemplate(set: KubeObject, template: Json): boolean {
  const { [HASH_LABEL]: _, ...labels } =
    set.spec.template.metadata?.labels ?? {};
  const own = set.spec.template;
  return (
    equal(labels, template.metadata?.labels ?? {}) &&
    equal(own.metadata?.annotations, template.metadata?.annotations) &&
    equal(own.spec, template.spec)
  );
}

export function revisionOf(set: KubeObject): number {
  return Number(set.metadata.annotations?.[REVISION] ?? 0);
}

/** Annotations that a ReplicaSet takes over. */
export function inheritedAnnotations({
  metadata,
}: KubeObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata.annotations ?? {}).filter(
      ([key]) => !OWN.includes(key),
    ),
  );
}

export function sum(
  sets: KubeObject[],
  read: (set: KubeObject) => number,
): number {
  return sets.reduce((total, set) => total + read(set), 0);
}

export const specReplicas = (set: KubeObject) => set.spec.replicas ?? 0;
export const statusReplicas = (set: KubeObject) => set.status?.replicas ?? 0;
export const available = (set: KubeObject) =>
  set.status?.availableReplicas ?? 0;

/** How many pods the newest ReplicaSet comes to have next. */
export function nextReplicas(
  deployment: KubeObject,
  all: KubeObject[],
  current: number,
): number {
  const { replicas } = deployment.spec;
  if (!isRolling(deployment)) return replicas;
  const most = replicas + maxSurge(deployment);
  const now = sum(all, specReplicas);
  return now >= most
    ? current
    : current + Math.min(most - now, replicas - current);
}

/** Whether nothing is left to do. */
export function isComplete(
  { spec, metadata }: KubeObject,
  status: Json,
): boolean {
  return (
    (status.updatedReplicas ?? 0) === spec.replicas &&
    (status.replicas ?? 0) === spec.replicas &&
    (status.availableReplicas ?? 0) === spec.replicas &&
    status.observedGeneration >= (metadata.generation ?? 0)
  );
}

/** Whether something has come on since. */
export function hasProgressed(before: Json, after: Json): boolean {
  const count = (status: Json, field: string) => status?.[field] ?? 0;
  const old = (status: Json) =>
    count(status, 'replicas') - count(status, 'updatedReplicas');
  return (
    ['updatedReplicas', 'readyReplicas', 'availableReplicas'].some(
      field => count(after, field) > count(before, field),
    ) || old(after) < old(before)
  );
}

export function byAge(a: KubeObject, b: KubeObject): number {
  return a.metadata.creationTimestamp.localeCompare(
    b.metadata.creationTimestamp,
  );
}

/** The ReplicaSet of a Deployment's template as it is now: the oldest, where several have it. */
export function newestOf(
  deployment: KubeObject,
  sets: KubeObject[],
): KubeObject | undefined {
  return sets
    .filter(set => hasTemplate(set, deployment.spec.template))
    .sort(byAge)[0];
}

/** What a ReplicaSet is told of the Deployment's size. */
export function sizeAnnotations(
  deployment: KubeObject,
): Record<string, string> {
  const { replicas } = deployment.spec;
  return {
    [DESIRED]: String(replicas),
    [MOST]: String(replicas + maxSurge(deployment)),
  };
}

/** The revision of the newest ReplicaSet, and its annotations with it. A template that comes back is the newest again. */
export function revised(
  deployment: KubeObject,
  newest: KubeObject,
  others: KubeObject[],
): { revision: string; annotations: Record<string, string> } {
  const next = Math.max(0, ...others.map(revisionOf)) + 1;
  const revision = String(Math.max(next, revisionOf(newest)));
  return {
    revision,
    annotations: {
      ...newest.metadata.annotations,
      ...inheritedAnnotations(deployment),
      [REVISION]: revision,
    },
  };
}

/** Old, empty ReplicaSets beyond the history limit. */
export function beyondHistory(
  { spec }: KubeObject,
  old: KubeObject[],
): KubeObject[] {
  return old
    .filter(
      set =>
        specReplicas(set) === 0 &&
        statusReplicas(set) === 0 &&
        !set.metadata.deletionTimestamp,
    )
    .sort((a, b) => revisionOf(b) - revisionOf(a))
    .slice(spec.revisionHistoryLimit);
}
