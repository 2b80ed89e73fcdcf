/**
 * What a pod's status means for its instance: pure, so that every state of a
 * cluster can be a line in a test.
 */
import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import type {
  InstanceStatus,
  LaunchStage,
  Problem,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { problemOf } from './causes';
import { lastEnd, unsettledMs } from './restarts';
import {
  APP_CONTAINER,
  BUNDLE_CONTAINER,
  DEPENDENCIES_CONTAINER,
} from '../manifests/labels';

/** A container whose output or events say more about a failure. */
interface FailingContainer {
  container: string;
  previous: boolean;
  /**
   * When the run began that ended after the time that an app has to listen: it may have
   * been ended for that.
   */
  unheardSince?: string;
}

/** What a pod shows of its instance. */
export interface Observation {
  status: InstanceStatus;
  stage: LaunchStage;
  restartCount: number;
  /** People can get in, also where the app ended a short time ago and may do so again. */
  ready: boolean;
  /** Milliseconds after which it means something else, without any event. */
  settlesInMs?: number;
  problem?: Problem;
  /** Set where reading this container's log, or the pod's events, can name the cause better. */
  failing?: FailingContainer;
}

function find(
  statuses: V1ContainerStatus[] | undefined,
  name: string,
): V1ContainerStatus | undefined {
  return statuses?.find(status => status.name === name);
}

function isTrue(pod: V1Pod, type: string): boolean {
  return Boolean(
    pod.status?.conditions?.some(c => c.type === type && c.status === 'True'),
  );
}

/**
 * The kubelet does not answer for the pod any more.
 *
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase
 */
function isLost({ status }: V1Pod): boolean {
  return (
    status?.phase === 'Unknown' ||
    status?.reason === 'NodeLost' ||
    Boolean(
      status?.conditions?.some(
        ({ type, status: value }) => type === 'Ready' && value === 'Unknown',
      ),
    )
  );
}

function stageOf(pod: V1Pod, isWell: boolean): LaunchStage {
  if (isWell) return 'ready';
  const inits = pod.status?.initContainerStatuses ?? [];
  const hasInits = Boolean(pod.spec?.initContainers?.length);
  const done = (name: string) =>
    find(inits, name)?.state?.terminated?.exitCode === 0;
  const app = find(pod.status?.containerStatuses, APP_CONTAINER);
  const appBegan =
    app?.state?.running || app?.state?.terminated || app?.lastState?.terminated;
  if (appBegan && (!hasInits || done(DEPENDENCIES_CONTAINER)))
    return 'starting';
  if (hasInits && done(BUNDLE_CONTAINER)) return 'dependencies';
  if (
    hasInits &&
    (find(inits, BUNDLE_CONTAINER)?.state?.running ||
      find(inits, BUNDLE_CONTAINER)?.state?.terminated)
  )
    return 'bundle';
  return isTrue(pod, 'PodScheduled') ? 'scheduled' : 'accepted';
}

function waitingProblem(
  status: V1ContainerStatus | undefined,
): Problem | undefined {
  const waiting = status?.state?.waiting;
  switch (waiting?.reason) {
    case 'ErrImagePull':
    case 'ImagePullBackOff':
    case 'ErrImageNeverPull':
    case 'InvalidImageName':
      return problemOf(
        'IMAGE_UNAVAILABLE',
        status!.image,
        (waiting.message ?? waiting.reason).replace(
          /^Back-off pulling image "[^"]*": /,
          '',
        ),
      );
    case 'CreateContainerConfigError':
      return problemOf('SECRET_MISSING', waiting.message);
    default:
      return undefined;
  }
}

function initProblem(
  pod: V1Pod,
): { problem: Problem; failing: FailingContainer } | undefined {
  for (const name of [BUNDLE_CONTAINER, DEPENDENCIES_CONTAINER]) {
    const status = find(pod.status?.initContainerStatuses, name);
    const ended = status?.state?.terminated ?? status?.lastState?.terminated;
    const failed =
      ended &&
      ended.exitCode !== 0 &&
      ended.reason !== 'Unknown' &&
      status?.state?.terminated?.exitCode !== 0;
    if (!failed) continue;
    const failing = {
      container: name,
      previous: !status?.state?.terminated && Boolean(status?.state?.running),
    };
    return {
      failing,
      problem: problemOf(
        name === BUNDLE_CONTAINER ? 'BUNDLE_FAILED' : 'DEPENDENCIES_FAILED',
      ),
    };
  }
  return undefined;
}

/** When a run began that lasted as long as an app has to begin to listen. */
function unheardSince(
  pod: V1Pod,
  { startedAt, finishedAt }: { startedAt?: Date; finishedAt?: Date },
): string | undefined {
  const probe = pod.spec?.containers.find(
    c => c.name === APP_CONTAINER,
  )?.startupProbe;
  if (!probe || !startedAt || !finishedAt) return undefined;
  const windowS = (probe.failureThreshold ?? 3) * (probe.periodSeconds ?? 10);
  const began = new Date(startedAt);
  const lastedS = (new Date(finishedAt).getTime() - began.getTime()) / 1000;
  // Times have a grain of a second.
  return lastedS >= windowS - 1 ? began.toISOString() : undefined;
}

function appProblem(
  pod: V1Pod,
  now: Date,
): { problem: Problem; failing: FailingContainer } | undefined {
  const status = find(pod.status?.containerStatuses, APP_CONTAINER);
  const ended = lastEnd(status);
  if (!ended || !unsettledMs(status, now)) return undefined;
  const running = Boolean(status?.state?.running);
  const since = unheardSince(pod, ended);
  const failing = {
    container: APP_CONTAINER,
    previous: running,
    ...(since ? { unheardSince: since } : {}),
  };
  return {
    failing,
    problem:
      ended.reason === 'OOMKilled'
        ? problemOf('OUT_OF_MEMORY')
        : problemOf('APP_EXITED', ended.exitCode),
  };
}

/**
 * Whether a run that ended was ended because nothing answered: then that is the cause,
 * and not that it ended.
 *
 * @param known - the problem that the instance had until now
 * @param events - the pod's
 */
export function endedUnheard(
  seen: Observation,
  known: Problem | undefined,
  events: Array<{ reason: string; message: string; lastSeen: string }>,
): boolean {
  const since = seen.failing?.unheardSince;
  if (seen.problem?.code !== 'APP_EXITED' || !since) return false;
  return (
    known?.code === 'NOT_LISTENING' ||
    events.some(
      ({ reason, message, lastSeen }) =>
        reason === 'Killing' &&
        /startup probe/.test(message) &&
        Date.parse(lastSeen) >= Date.parse(since),
    )
  );
}

/** The port that an app has to listen on. */
export function portOf(pod: V1Pod | undefined): number {
  return (
    pod?.spec?.containers.find(c => c.name === APP_CONTAINER)?.ports?.[0]
      ?.containerPort ?? 0
  );
}

/**
 * Reads a pod.
 *
 * @param pod - the newest pod of the instance that is not going away; undefined where there is none
 * @param now - the time
 * @param slowAfterMs - a running app that does not listen is spoken of after this long
 */
export function observe(
  pod: V1Pod | undefined,
  now: Date,
  slowAfterMs: number,
): Observation {
  if (!pod)
    return {
      status: 'PENDING',
      stage: 'accepted',
      restartCount: 0,
      ready: false,
    };
  const app = find(pod.status?.containerStatuses, APP_CONTAINER);
  const ready = isTrue(pod, 'Ready');
  const settlesInMs = unsettledMs(app, now);
  const stage = stageOf(pod, ready && !settlesInMs);
  const seen = { stage, restartCount: app?.restartCount ?? 0, ready };
  if (isLost(pod))
    return {
      ...seen,
      status: 'UNKNOWN',
      problem: problemOf('NODE_LOST'),
    };
  if (stage === 'ready') return { ...seen, status: 'DEPLOYED' };

  const unschedulable = pod.status?.conditions?.find(
    c =>
      c.type === 'PodScheduled' &&
      c.status === 'False' &&
      c.reason === 'Unschedulable',
  );
  const lostClaim = /persistentvolumeclaim "([^"]+)" not found/.exec(
    unschedulable?.message ?? '',
  )?.[1];
  if (lostClaim)
    return {
      ...seen,
      status: 'FAILED',
      problem: problemOf('VOLUME_LOST', lostClaim),
    };
  if (unschedulable)
    return {
      ...seen,
      status: 'PENDING',
      problem: problemOf('NO_CAPACITY', unschedulable.message),
    };
  for (const status of [
    ...(pod.status?.initContainerStatuses ?? []),
    ...(pod.status?.containerStatuses ?? []),
  ]) {
    const problem = waitingProblem(status);
    if (problem) return { ...seen, status: 'FAILED', problem };
  }
  const init = initProblem(pod);
  if (init) return { ...seen, status: 'FAILED', ...init };
  const failed = appProblem(pod, now);
  if (failed)
    return {
      ...seen,
      status: 'FAILED',
      ...failed,
      ...(Number.isFinite(settlesInMs) ? { settlesInMs } : {}),
    };

  const startedAt = app?.state?.running?.startedAt;
  if (
    startedAt &&
    now.getTime() - new Date(startedAt).getTime() > slowAfterMs
  ) {
    return {
      ...seen,
      status: 'PENDING',
      problem: problemOf('NOT_LISTENING', portOf(pod)),
      failing: { container: APP_CONTAINER, previous: false },
    };
  }
  return { ...seen, status: 'PENDING' };
}
