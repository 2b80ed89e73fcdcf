import type { V1ContainerState, V1Pod } from '@kubernetes/client-node';
import { observe } from './observe';
import { isPrepared, preparationOf, stageTimes } from './preparation';

const ended = (exitCode: number, message?: string): V1ContainerState => ({
  terminated: { exitCode, reason: exitCode ? 'Error' : 'Completed', message },
});
const RUNS: V1ContainerState = {
  running: { startedAt: '2026-12-01T12:00:00Z' as unknown as Date },
};
const WAITS: V1ContainerState = { waiting: { reason: 'PodInitializing' } };

const pod = (
  state: V1ContainerState,
  more: { lastState?: V1ContainerState; name?: string } = {},
): V1Pod => {
  const { name = 'prepare', lastState = {} } = more;
  return {
    metadata: { name: 'p', uid: 'u' },
    spec: { initContainers: [{ name }], containers: [{ name: 'app' }] },
    status: {
      conditions: [{ type: 'PodScheduled', status: 'True' }],
      initContainerStatuses: [{ name, state, lastState, restartCount: 0 }],
      containerStatuses: [{ name: 'app', state: WAITS, restartCount: 0 }],
    },
  } as unknown as V1Pod;
};

const look = (
  p: V1Pod,
  { preparing, log = '' }: { preparing?: string; log?: string } = {},
) => {
  const { stage, finding } = observe({
    now: new Date('2026-12-01T12:00:05Z'),
    pods: [p],
    workloads: [],
    events: [],
    secretNames: new Map(),
    preparing,
    log: () => log,
  });
  return [stage, finding?.problem.code, finding?.problem.message];
};

const FAILED = 'app-store-entry: failed: ';
const STAGE = 'app-store-entry: stage: ';

describe('15: the container that prepares an app', () => {
  it.each<[string, V1Pod, Parameters<typeof look>[1], string]>([
    ['waits', pod(WAITS), {}, 'scheduled'],
    ['fetches the bundle', pod(RUNS), {}, 'bundle'],
    ['has told that it has it', pod(RUNS), { preparing: 'u' }, 'dependencies'],
    ['is of another pod than told', pod(RUNS), { preparing: 'v' }, 'bundle'],
    ['is through', pod(ended(0)), {}, 'dependencies'],
  ])('%s', (_, p, told, stage) => {
    expect(look(p, told)).toEqual([stage, undefined, undefined]);
  });

  it.each<[string, string, string, string, string]>([
    [
      'by its log',
      `${STAGE}bundle\n${FAILED}the store refused it`,
      '',
      'BUNDLE_FAILED',
      'The store refused it',
    ],
    [
      'by its log, with a cause',
      `bundle\n${STAGE}dependencies\napp-store-entry: cause: INDEX_UNREACHABLE\n${FAILED}the index is away`,
      'bundle: 3 ms\n',
      'INDEX_UNREACHABLE',
      'The index is away',
    ],
    [
      'by its termination message, where the log is gone',
      '',
      `bundle: 3 ms\n${STAGE}dependencies\n${FAILED}no such package`,
      'DEPENDENCIES_FAILED',
      'No such package',
    ],
    [
      'killed before it could say so',
      'half a line',
      'bundle: 3 ms\n',
      'DEPENDENCIES_FAILED',
      "The app's dependencies could not be installed.",
    ],
    [
      'killed before the bundle was there',
      '',
      '',
      'BUNDLE_FAILED',
      "The app's bundle could not be fetched or unpacked.",
    ],
  ])('has failed, %s', (_, log, message, code, words) => {
    const [, ...found] = look(pod(ended(1, message)), { log });
    expect(found).toEqual([code, expect.stringContaining(words)]);
  });

  it('has failed at the same stage while it is started again', () => {
    const lastState = ended(1, 'bundle: 3 ms\n');
    for (const state of [RUNS, { waiting: { reason: 'CrashLoopBackOff' } }])
      expect(preparationOf(pod(state, { lastState }), false)).toBe(
        'dependencies',
      );
  });

  it('is told from the two of former releases, and from those of others', () => {
    expect(preparationOf(pod(RUNS, { name: 'bundle' }), false)).toBe('bundle');
    expect(preparationOf(pod(ended(0), { name: 'bundle' }), false)).toBe(
      'dependencies',
    );
    expect(preparationOf(pod(RUNS, { name: 'istio-init' }), false)).toBe(
      undefined,
    );
    expect(isPrepared(pod(ended(0)))).toBe(true);
    expect(isPrepared(pod(ended(1)))).toBe(false);
  });

  it('takes what it is told of its times, and nothing else', () => {
    expect(stageTimes('bundle: 38 ms\ndependencies: 1 ms\n')).toEqual({
      bundle: 38,
      dependencies: 1,
    });
    expect(
      stageTimes('bundle: -1 ms\nbundle: 99999999999 ms\n other: 1 ms'),
    ).toEqual({});
    expect(stageTimes(undefined)).toEqual({});
  });
});
