import type {
  CoreV1Event,
  V1ContainerState,
  V1ContainerStatus,
  V1Pod,
} from '@kubernetes/client-node';
import { observe } from './observe';

const NOW = new Date('2026-11-24T12:00:00Z');
const done: V1ContainerState = {
  terminated: { exitCode: 0, reason: 'Completed' },
};
const running = (since = '2026-11-24T11:59:59Z'): V1ContainerState => ({
  running: { startedAt: since as unknown as Date },
});
const waiting = (reason: string, message = ''): V1ContainerState => ({
  waiting: { reason, message },
});

function status(
  name: string,
  state: V1ContainerState,
  rest: Partial<V1ContainerStatus> = {},
): V1ContainerStatus {
  return {
    name,
    state,
    ready: false,
    restartCount: 0,
    image: 'img',
    imageID: '',
    lastState: {},
    ...rest,
  };
}

function pod(options: {
  conditions?: Record<string, string>;
  bundle?: V1ContainerState;
  dependencies?: V1ContainerState;
  app?: V1ContainerStatus;
}): V1Pod {
  const {
    conditions = { PodScheduled: 'True' },
    bundle = waiting('PodInitializing'),
    dependencies = waiting('PodInitializing'),
    app = status('app', waiting('PodInitializing')),
  } = options;
  return {
    spec: {
      initContainers: [{ name: 'bundle' }, { name: 'dependencies' }],
      containers: [{ name: 'app', ports: [{ containerPort: 8080 }] }],
    },
    status: {
      conditions: Object.entries(conditions).map(([type, s]) => ({
        type,
        status: s,
        ...(s === 'False' && type === 'PodScheduled'
          ? { reason: 'Unschedulable', message: 'no room' }
          : {}),
      })),
      initContainerStatuses: [
        status('bundle', bundle),
        status('dependencies', dependencies),
      ],
      containerStatuses: [app],
    },
  } as V1Pod;
}

/** All that can be read is there. */
const look = (p: V1Pod | undefined, events: CoreV1Event[] = []) =>
  observe({
    now: NOW,
    pods: p ? [p] : [],
    workloads: [],
    events,
    secretNames: new Map(),
    log: () => '',
  });

describe('observe', () => {
  it.each([
    ['no pod', undefined, 'PENDING', 'accepted', undefined],
    [
      'no place',
      pod({ conditions: { PodScheduled: 'False' } }),
      'PENDING',
      'accepted',
      'NO_CAPACITY',
    ],
    ['a place', pod({}), 'PENDING', 'scheduled', undefined],
    ['fetching', pod({ bundle: running() }), 'PENDING', 'bundle', undefined],
    [
      'installing',
      pod({ bundle: done, dependencies: running() }),
      'PENDING',
      'dependencies',
      undefined,
    ],
    [
      'starting',
      pod({ bundle: done, dependencies: done, app: status('app', running()) }),
      'PENDING',
      'starting',
      undefined,
    ],
    [
      'ready',
      pod({
        conditions: { PodScheduled: 'True', Ready: 'True' },
        bundle: done,
        dependencies: done,
        app: status('app', running()),
      }),
      'DEPLOYED',
      'ready',
      undefined,
    ],
    [
      'a machine that no longer answers',
      pod({
        conditions: { PodScheduled: 'True', Ready: 'Unknown' },
        bundle: done,
        dependencies: done,
        app: status('app', running()),
      }),
      'UNKNOWN',
      'starting',
      'NODE_LOST',
    ],
    [
      'a phase that says so',
      { ...pod({}), status: { phase: 'Unknown' } } as V1Pod,
      'UNKNOWN',
      'accepted',
      'NODE_LOST',
    ],
    [
      'a reason that says so',
      {
        ...pod({}),
        status: { phase: 'Running', reason: 'NodeLost' },
      } as V1Pod,
      'UNKNOWN',
      'accepted',
      'NODE_LOST',
    ],
    [
      'no image',
      pod({
        bundle: waiting('ImagePullBackOff', 'registry.example/x:1: not found'),
      }),
      'FAILED',
      'scheduled',
      'IMAGE_NOT_FOUND',
    ],
    [
      'no bundle',
      pod({ bundle: { terminated: { exitCode: 1, reason: 'Error' } } }),
      'FAILED',
      'bundle',
      'BUNDLE_FAILED',
    ],
    [
      'no dependencies',
      pod({
        bundle: done,
        dependencies: { terminated: { exitCode: 1, reason: 'Error' } },
      }),
      'FAILED',
      'dependencies',
      'DEPENDENCIES_FAILED',
    ],
    [
      'no secret',
      pod({
        bundle: done,
        dependencies: done,
        app: status(
          'app',
          waiting('CreateContainerConfigError', 'secret "x" not found'),
        ),
      }),
      'FAILED',
      'dependencies',
      'SECRET_MISSING',
    ],
    [
      'exited',
      pod({
        bundle: done,
        dependencies: done,
        app: status('app', { terminated: { exitCode: 3, reason: 'Error' } }),
      }),
      'FAILED',
      'starting',
      'APP_EXITED',
    ],
    [
      'exited with 0',
      pod({ bundle: done, dependencies: done, app: status('app', done) }),
      'FAILED',
      'starting',
      'APP_EXITED',
    ],
    [
      'backing off',
      pod({
        bundle: done,
        dependencies: done,
        app: status('app', waiting('CrashLoopBackOff'), {
          restartCount: 2,
          lastState: { terminated: { exitCode: 1, reason: 'Error' } },
        }),
      }),
      'FAILED',
      'starting',
      'APP_EXITED',
    ],
    [
      'out of memory',
      pod({
        bundle: done,
        dependencies: done,
        app: status('app', {
          terminated: { exitCode: 137, reason: 'OOMKilled' },
        }),
      }),
      'FAILED',
      'starting',
      'OUT_OF_MEMORY',
    ],
    [
      'silent for long',
      pod({
        bundle: done,
        dependencies: done,
        app: status('app', running('2026-11-24T11:59:00Z')),
      }),
      'PENDING',
      'starting',
      'NOT_LISTENING',
    ],
    [
      'the node restarted under it',
      pod({
        bundle: done,
        dependencies: done,
        app: status('app', running(), {
          restartCount: 1,
          lastState: { terminated: { exitCode: 255, reason: 'Unknown' } },
        }),
      }),
      'PENDING',
      'starting',
      undefined,
    ],
  ] as Array<[string, V1Pod | undefined, string, string, string | undefined]>)(
    '%s',
    (_, p, expectedStatus, stage, code) => {
      const seen = look(p);
      expect({
        status: seen.status,
        stage: seen.stage,
        code: seen.finding?.code,
      }).toEqual({ status: expectedStatus, stage, code });
    },
  );

  describe('16: an app that ends again and again', () => {
    const ended = (from: string, to: string): V1ContainerState => ({
      terminated: {
        exitCode: 7,
        reason: 'Error',
        startedAt: from as unknown as Date,
        finishedAt: to as unknown as Date,
      },
    });
    const at = (time: string) => `2026-11-24T${time}Z`;
    const see = (
      state: V1ContainerState,
      options: { last?: V1ContainerState; ready?: boolean } = {},
    ) =>
      look(
        pod({
          conditions: {
            PodScheduled: 'True',
            Ready: options.ready ? 'True' : '-',
          },
          bundle: done,
          dependencies: done,
          app: status('app', state, {
            restartCount: 5,
            ready: options.ready,
            lastState: options.last ?? {},
          }),
        }),
      );
    // It ran for five seconds.
    const short = ended(at('11:58:00'), at('11:58:05'));

    it('is one and the same through all that the kubelet says of it', () => {
      const states = [
        see(short),
        see(waiting('CrashLoopBackOff'), { last: short }),
        see(running(at('11:59:58')), { last: short }),
        see(running(at('11:59:58')), { last: short, ready: true }),
      ].map(({ status: state, stage, finding, restartCount }) => ({
        state,
        stage,
        problem: finding?.problem,
        restartCount,
      }));
      expect(new Set(states.map(each => JSON.stringify(each))).size).toBe(1);
      expect(states[0]).toMatchObject({
        state: 'FAILED',
        stage: 'starting',
        restartCount: 5,
        problem: {
          code: 'APP_EXITED',
          message: 'The app ended with exit code 7.',
        },
      });
    });

    it('lets people in while it is up', () => {
      const last = short;
      expect(see(running(at('11:59:58')), { last, ready: true }).ready).toBe(
        true,
      );
      expect(see(running(at('11:59:58')), { last }).ready).toBe(false);
    });

    it.each([
      ['half a minute after a short run', short, '11:59:29', 0],
      ['no earlier', short, '11:59:31', 1000],
      [
        'three times as long as the run that ended',
        ended(at('11:50:00'), at('11:51:40')),
        '11:55:01',
        1000,
      ],
      [
        'at once after a long run',
        ended(at('11:00:00'), at('11:59:00')),
        '11:59:59',
        0,
      ],
      [
        'and after ten minutes, whatever it was',
        ended(at('11:00:00'), at('11:09:00')),
        '11:49:59',
        0,
      ],
    ])('runs again %s', (_, last, since, left) => {
      const seen = see(running(at(since)), { last, ready: true });
      expect([seen.status, seen.againInMs ?? 0]).toEqual([
        left ? 'FAILED' : 'DEPLOYED',
        left,
      ]);
    });

    it('is not blamed for a crash of long ago where it does not answer for a moment', () => {
      expect(
        see(running(at('11:30:00')), { last: short }).finding?.code,
      ).not.toBe('APP_EXITED');
    });
  });
});

describe('18: the first cause', () => {
  /** Ran from 11:50:00 on, and had 60 s to listen. */
  const ended = (finishedAt: string, exitCode = 143, again = false) => {
    const state: V1ContainerState = {
      terminated: {
        exitCode,
        reason: exitCode ? 'Error' : 'Completed',
        startedAt: '2026-11-24T11:50:00Z' as unknown as Date,
        finishedAt: finishedAt as unknown as Date,
      },
    };
    const p = pod({
      bundle: done,
      dependencies: done,
      app: again
        ? status('app', running(), { lastState: state, restartCount: 1 })
        : status('app', state),
    });
    p.metadata = { name: 'p' };
    p.spec!.containers[0].startupProbe = {
      periodSeconds: 1,
      failureThreshold: 60,
    };
    return p;
  };
  const killing = (lastTimestamp: string) => [
    {
      metadata: {},
      involvedObject: { name: 'p' },
      reason: 'Killing',
      message: 'Container app failed startup probe, will be restarted',
      lastTimestamp: lastTimestamp as unknown as Date,
    },
  ];
  const codeOf = (p: V1Pod, events: CoreV1Event[]) =>
    look(p, events).finding?.code;

  it.each([143, 137, 1, 0])(
    '18: stays that nothing listens where a probe ended the app (exit code %i)',
    code => {
      for (const again of [false, true])
        expect(
          codeOf(
            ended('2026-11-24T11:51:04Z', code, again),
            killing('2026-11-24T11:51:00Z'),
          ),
        ).toBe('NOT_LISTENING');
    },
  );

  it('18: is not taken from a run before', () => {
    const p = ended('2026-11-24T11:51:04Z');
    expect(codeOf(p, [])).toBe('APP_EXITED');
    // Of an earlier run: this one listened, and ended later.
    expect(codeOf(p, killing('2026-11-24T11:40:00Z'))).toBe('APP_EXITED');
  });

  it('18: is asked of events before anything is said', () => {
    const seen = observe({
      now: NOW,
      pods: [ended('2026-11-24T11:51:04Z')],
      workloads: [],
      log: () => '',
    });
    expect(seen.finding).toBeUndefined();
    expect(seen.wants).toMatchObject({ events: true });
  });
});
