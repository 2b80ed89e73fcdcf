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
import {
  APP_CONTAINER,
  BUNDLE_CONTAINER,
  DEPENDENCIES_CONTAINER,
} from './objects';
import { lastEnd, unsettledMs } from './restarts';

/** A container whose output or events say more about a failure. */
export interface FailingContainer {
  container: string;
  previous: boolean;
  /**
   * When the run began that ended after the time that an app has to listen: it may have
   * been ended for that.
   */
  unheardSince?: string;
}

/** See the module's comment. */
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
      return {
        code: 'IMAGE_UNAVAILABLE',
        message: `The runtime's image ${status!.image} cannot be pulled: ${(
          waiting.message ?? waiting.reason
        ).replace(/^Back-off pulling image "[^"]*": /, '')}`,
        owner: 'admin',
        remedy:
          'An admin checks the image of this runtime version and the pull secrets of the namespace.',
      };
    case 'CreateContainerConfigError':
      return {
        code: 'SECRET_MISSING',
        message: `The app needs something that is not there: ${waiting.message}.`,
        owner: 'author',
        remedy:
          "The app's owner creates the secret or key again; the instance then starts by itself.",
      };
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
    return name === BUNDLE_CONTAINER
      ? {
          failing,
          problem: {
            code: 'BUNDLE_FAILED',
            message: "The app's bundle could not be fetched or unpacked.",
            owner: 'platform',
            remedy:
              'It is tried again by itself. If it stays, an admin checks that pods reach the store.',
          },
        }
      : {
          failing,
          problem: {
            code: 'DEPENDENCIES_FAILED',
            message: "The app's dependencies could not be installed.",
            owner: 'author',
            remedy:
              "The app's author mends its dependencies and imports a new version.",
          },
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
  if (ended.reason === 'OOMKilled')
    return {
      failing,
      problem: {
        code: 'OUT_OF_MEMORY',
        message: 'The app used more memory than it may and was ended.',
        owner: 'author',
        remedy:
          "The app's author raises Runtime.MemoryLimit or lets the app use less.",
      },
    };
  return {
    failing,
    problem: {
      code: 'APP_EXITED',
      message:
        ended.exitCode === 0
          ? 'The app ended by itself (exit code 0). An app has to keep running and listen.'
          : `The app ended with exit code ${ended.exitCode}.`,
      owner: 'author',
      remedy:
        'The end of its log says why. It starts again by itself, after longer and longer pauses.',
    },
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

/** A problem for an app that runs but does not answer on its port. */
export function notListening(port: number, hint?: string): Problem {
  return {
    code: 'NOT_LISTENING',
    message: `The app runs, but nothing answers on its port ${port}${
      hint ? `: ${hint}` : ''
    }.`,
    owner: 'author',
    remedy: `The app's author lets it listen on port ${port} (also told in PORT), on all addresses, or changes Runtime.Port.`,
  };
}

/** A problem for an instance whose volume is gone: only its owner can say that an empty one will do. */
export function volumeLost(claimName: string): Problem {
  return {
    code: 'VOLUME_LOST',
    message: `The volume of the instance is gone from the cluster (claim ${claimName}). It is not started with an empty one unasked.`,
    owner: 'you',
    remedy:
      'Ask an admin to restore the volume from a backup; the instance then starts by itself. Or start it with an empty volume.',
  };
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
      problem: {
        code: 'NODE_LOST',
        message:
          'The machine that it runs on does not answer, so that nothing is known of the instance.',
        owner: 'admin',
        remedy:
          'The cluster starts it elsewhere after some minutes, or shows its state again. An admin checks the nodes.',
      },
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
    return { ...seen, status: 'FAILED', problem: volumeLost(lostClaim) };
  if (unschedulable)
    return {
      ...seen,
      status: 'PENDING',
      problem: {
        code: 'NO_CAPACITY',
        message: `The cluster has no place for the app at the moment: ${unschedulable.message}`,
        owner: 'admin',
        remedy:
          'It starts by itself once there is room: suspend other instances, or ask an admin for capacity.',
      },
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
      problem: notListening(portOf(pod)),
      failing: { container: APP_CONTAINER, previous: false },
    };
  }
  return { ...seen, status: 'PENDING' };
}
