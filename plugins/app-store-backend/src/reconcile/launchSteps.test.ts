import type { V1Pod } from '@kubernetes/client-node';
import { launchSteps } from './launchSteps';

const pod = (message?: string): V1Pod =>
  ({
    status: {
      initContainerStatuses: [
        { name: 'prepare', state: { terminated: { exitCode: 0, message } } },
      ],
    },
  } as unknown as V1Pod);
const TIMES = {
  scheduled: 1010,
  pulled: 1100,
  prepared: 1500,
  started: 1600,
  ready: 1700,
};

describe('15: the steps of a launch', () => {
  const from = { beganMs: 1000 };

  it('are those of its pod, with what its init container told of itself', () => {
    expect(
      launchSteps(
        { queued: 1, applied: 5 },
        pod('bundle: 100 ms\ndependencies: 300 ms\n'),
        TIMES,
        from,
      ),
    ).toEqual({
      queued: 1,
      applied: 5,
      scheduled: 10,
      pulled: 100,
      bundle: 200,
      dependencies: 500,
      started: 600,
      probed: 700,
    });
  });

  it('hold none to prepare without an init container, and none that was not seen', () => {
    expect(launchSteps({}, undefined, { started: 1600 }, from)).toEqual({
      started: 600,
    });
    expect(launchSteps({}, pod(), TIMES, from)).not.toHaveProperty('bundle');
  });

  it('stay as they were seen first, also where a container lies about itself', () => {
    const steps = launchSteps(
      { scheduled: 3 },
      pod('bundle: 1 ms\ndependencies: 999999999 ms\n'),
      TIMES,
      from,
    );
    expect(steps).toMatchObject({
      scheduled: 3,
      bundle: 100,
      dependencies: 500,
    });
    expect(
      Object.keys(launchSteps({ probed: 9 }, undefined, {}, from)),
    ).toEqual(['probed']);
  });
});
