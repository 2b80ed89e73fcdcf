import type { V1ContainerState, V1Pod } from '@kubernetes/client-node';
import { podStatus } from './podStatus';

const ENDED = '2026-11-24T11:59:00Z' as unknown as Date;
const NOW = new Date('2026-11-24T12:00:00Z');
const since = (startedAt: string): V1ContainerState => ({
  running: { startedAt: startedAt as unknown as Date },
});
const running = since('2026-11-24T11:59:01Z');
const done: V1ContainerState = { terminated: { exitCode: 0 } };
const crashed: V1ContainerState = {
  terminated: {
    exitCode: 3,
    reason: 'Error',
    message: 'out of luck',
    finishedAt: ENDED,
  },
};
const waiting = (reason: string, message?: string): V1ContainerState => ({
  waiting: { reason, message },
});

function pod(options: {
  phase?: string;
  inits?: V1ContainerState[];
  app?: V1ContainerState;
  last?: V1ContainerState;
  restarts?: number;
  reason?: string;
  message?: string;
}): V1Pod {
  const { phase = 'Running', inits = [], app, last, reason, message } = options;
  const rest = { ready: false, image: '', imageID: '' };
  return {
    status: {
      phase,
      reason,
      message,
      initContainerStatuses: inits.map((state, n) => ({
        ...rest,
        name: `init-${n}`,
        restartCount: n,
        state,
      })),
      containerStatuses: app && [
        {
          ...rest,
          name: 'app',
          restartCount: options.restarts ?? 0,
          state: app,
          lastState: last,
        },
      ],
    },
  } as V1Pod;
}

describe('podStatus', () => {
  it.each([
    ['no pod', undefined, { status: 'NotRunning', restartCount: 0 }],
    [
      'a pod of which nothing is known yet',
      {} as V1Pod,
      { status: 'Unknown', restartCount: 0 },
    ],
    [
      'an app that runs',
      pod({ inits: [done, done], app: running }),
      { status: 'Running', restartCount: 0 },
    ],
    [
      'the init container that is at work, though the app waits for it',
      pod({
        phase: 'Pending',
        inits: [done, running],
        app: waiting('PodInitializing'),
      }),
      { status: 'Pending', restartCount: 1 },
    ],
    [
      'an init container that failed',
      pod({
        phase: 'Pending',
        inits: [crashed],
        app: waiting('PodInitializing'),
      }),
      {
        status: 'Error',
        reason: 'Error',
        message: 'out of luck',
        exitCode: 3,
        restartCount: 0,
        lastFailure: '2026-11-24T11:59:00.000Z',
      },
    ],
    [
      'a container that cannot be made',
      pod({ app: waiting('CreateContainerConfigError', 'no secret "door"') }),
      {
        status: 'CreateContainerConfigError',
        message: 'no secret "door"',
        restartCount: 0,
      },
    ],
    [
      'an app that crashes again and again',
      pod({
        inits: [done],
        app: waiting('CrashLoopBackOff', 'back-off 10s'),
        last: crashed,
        restarts: 4,
      }),
      {
        status: 'CrashLoopBackOff',
        reason: 'Error',
        message: 'back-off 10s',
        exitCode: 3,
        restartCount: 4,
        lastFailure: '2026-11-24T11:59:00.000Z',
      },
    ],
    [
      'an app that runs again after it ended well, which is no failure',
      pod({
        app: running,
        last: {
          terminated: { exitCode: 0, reason: 'Completed', finishedAt: ENDED },
        },
        restarts: 1,
      }),
      { status: 'Running', reason: 'Completed', exitCode: 0, restartCount: 1 },
    ],
    [
      '16: an app that runs again a moment after it crashed as what it is between two runs',
      pod({ app: since('2026-11-24T11:59:59Z'), last: crashed, restarts: 4 }),
      {
        status: 'CrashLoopBackOff',
        reason: 'Error',
        message: 'out of luck',
        exitCode: 3,
        restartCount: 4,
        lastFailure: '2026-11-24T11:59:00.000Z',
      },
    ],
    [
      '16: an app that crashed just now likewise',
      pod({ app: crashed, restarts: 4 }),
      {
        status: 'CrashLoopBackOff',
        reason: 'Error',
        message: 'out of luck',
        exitCode: 3,
        restartCount: 4,
        lastFailure: '2026-11-24T11:59:00.000Z',
      },
    ],
    [
      'a pod that was sent away',
      pod({ phase: 'Failed', reason: 'Evicted', message: 'low on memory' }),
      {
        status: 'Evicted',
        reason: 'Evicted',
        message: 'low on memory',
        restartCount: 0,
      },
    ],
  ])('tells %s', (_, given, expected) => {
    expect(podStatus(given, NOW)).toEqual(expected);
  });
});
