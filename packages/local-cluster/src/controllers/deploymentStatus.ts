/** What a Deployment's status says of its rollout (https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status). */
import {
  conditionOf,
  withoutCondition,
  withWorkloadCondition,
  type Condition,
} from '../conditions';
import { wholeSeconds } from '../time';
import type { Json, KubeObject } from '../types';
import { nonZero } from './counts';
import {
  available,
  hasProgressed,
  isComplete,
  maxUnavailable,
  specReplicas,
  statusReplicas,
  sum,
} from './deployments';

/** The conditions with one of them as it is now. */
export function withDeploymentCondition(
  conditions: Json[] | undefined,
  condition: Condition,
  now: Date,
  isAlwaysNew = false,
): Json[] {
  return withWorkloadCondition(conditions, condition, wholeSeconds(now), {
    hasUpdateTime: true,
    isAlwaysNew,
  });
}

/** Milliseconds until the deadline of what goes on; undefined where nothing does. */
export function untilDeadline(
  { spec, status }: KubeObject,
  now: Date,
): number | undefined {
  const current = conditionOf(status?.conditions, 'Progressing');
  if (
    !spec.progressDeadlineSeconds ||
    spec.paused ||
    !current ||
    ['NewReplicaSetAvailable', 'ProgressDeadlineExceeded'].includes(
      current.reason,
    )
  )
    return undefined;
  // Whoever wrote it may have left out the times, or written none.
  const since = [current.lastUpdateTime, current.lastTransitionTime]
    .map(time => Date.parse(time))
    .find(time => !Number.isNaN(time));
  return since === undefined
    ? undefined
    : since + spec.progressDeadlineSeconds * 1000 - now.getTime();
}

/** Says that a rollout stands still, or goes on again; not of one whose time is over. */
function pausing({ spec }: KubeObject, conditions: Json[], now: Date): Json[] {
  const reason = conditionOf(conditions, 'Progressing')?.reason;
  const isPaused = Boolean(spec.paused);
  if (
    reason === 'ProgressDeadlineExceeded' ||
    isPaused === (reason === 'DeploymentPaused')
  )
    return conditions;
  return withDeploymentCondition(
    conditions,
    {
      type: 'Progressing',
      status: 'Unknown',
      reason: isPaused ? 'DeploymentPaused' : 'DeploymentResumed',
      message: `Deployment is ${isPaused ? 'paused' : 'resumed'}`,
    },
    now,
  );
}

function progress(
  live: KubeObject,
  after: Json,
  known: Json[],
  newest: KubeObject | undefined,
  now: Date,
): Json[] {
  const { spec, status: before = {}, metadata } = live;
  if (!spec.progressDeadlineSeconds)
    return withoutCondition(known, 'Progressing');
  const conditions = pausing(live, known, now);
  const current = conditionOf(conditions, 'Progressing');
  const isOver =
    (after.replicas ?? 0) === (after.updatedReplicas ?? 0) &&
    current?.reason === 'NewReplicaSetAvailable';
  if (isOver || spec.paused) return conditions;
  const what = newest
    ? `ReplicaSet ${JSON.stringify(newest.metadata.name)}`
    : `Deployment ${JSON.stringify(metadata.name)}`;
  const say = (
    status: 'True' | 'False',
    reason: string,
    message: string,
    isAlwaysNew = false,
  ) =>
    withDeploymentCondition(
      conditions,
      { type: 'Progressing', status, reason, message: `${what} ${message}` },
      now,
      isAlwaysNew,
    );
  if (isComplete(live, after))
    return say(
      'True',
      'NewReplicaSetAvailable',
      'has successfully progressed.',
    );
  if (hasProgressed(before, after))
    return say('True', 'ReplicaSetUpdated', 'is progressing.', true);
  const left = untilDeadline(live, now);
  return left !== undefined && left < 0
    ? say('False', 'ProgressDeadlineExceeded', 'has timed out progressing.')
    : conditions;
}

/** The status of a Deployment whose ReplicaSets are these. */
export function deploymentStatus(
  live: KubeObject,
  sets: KubeObject[],
  newest: KubeObject | undefined,
  now: Date,
): Json {
  const { spec, metadata, status: before = {} } = live;
  const isAvailable = sum(sets, available);
  const counts = {
    replicas: sum(sets, statusReplicas),
    updatedReplicas: newest ? statusReplicas(newest) : 0,
    readyReplicas: sum(sets, set => set.status?.readyReplicas ?? 0),
    availableReplicas: isAvailable,
    unavailableReplicas: Math.max(0, sum(sets, specReplicas) - isAvailable),
  };
  const after: Json = {
    observedGeneration: metadata.generation,
    ...nonZero(counts),
    ...(before.collisionCount ? { collisionCount: before.collisionCount } : {}),
  };
  const enough = isAvailable >= spec.replicas - maxUnavailable(live);
  let conditions = withDeploymentCondition(
    before.conditions,
    {
      type: 'Available',
      status: enough ? 'True' : 'False',
      reason: enough
        ? 'MinimumReplicasAvailable'
        : 'MinimumReplicasUnavailable',
      message: enough
        ? 'Deployment has minimum availability.'
        : 'Deployment does not have minimum availability.',
    },
    now,
  );
  conditions = progress(live, after, conditions, newest, now);
  const failure = [...sets]
    .sort((a, b) => Number(b === newest) - Number(a === newest))
    .map(set => conditionOf(set.status?.conditions, 'ReplicaFailure'))
    .find(Boolean);
  return {
    ...after,
    conditions: failure
      ? withDeploymentCondition(conditions, failure, now)
      : withoutCondition(conditions, 'ReplicaFailure'),
  };
}
