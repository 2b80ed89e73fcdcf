import type { V1Pod } from '@kubernetes/client-node';
import { PodClock } from './PodClock';

const pod = (status: object, uid = 'u'): V1Pod =>
  ({
    metadata: { uid },
    spec: { initContainers: [{ name: 'prepare' }] },
    status,
  } as unknown as V1Pod);
const SCHEDULED = { type: 'PodScheduled', status: 'True' };
const READY = { type: 'Ready', status: 'True' };
const init = (state: object) => [{ name: 'prepare', state }];

describe('15: the clock of pods', () => {
  it('notes when a pod was first seen to be so far', () => {
    let now = 0;
    const clock = new PodClock(() => now);
    const see = (status: object) => {
      now += 10;
      clock.note(pod(status));
    };
    see({});
    see({ conditions: [SCHEDULED] });
    see({ conditions: [SCHEDULED] });
    const runs = { running: {} };
    see({ conditions: [SCHEDULED], initContainerStatuses: init(runs) });
    const done = {
      conditions: [SCHEDULED],
      initContainerStatuses: init({ terminated: { exitCode: 0 } }),
    };
    see(done);
    const app = [{ name: 'app', state: runs }];
    see({ ...done, containerStatuses: app });
    see({ ...done, containerStatuses: app, conditions: [SCHEDULED, READY] });
    expect(clock.times('u')).toEqual({
      scheduled: 20,
      pulled: 40,
      prepared: 50,
      started: 60,
      ready: 70,
    });
    clock.forget('u');
    expect(clock.times('u')).toEqual({});
  });

  it('notes nothing of a pod that was ready before', () => {
    const clock = new PodClock();
    clock.note(pod({ conditions: [SCHEDULED, READY] }));
    expect(clock.times('u')).toEqual({});
  });

  it('does not grow', () => {
    const clock = new PodClock(() => 1);
    for (let n = 0; n < 5000; n++)
      clock.note(pod({ conditions: [SCHEDULED] }, `u-${n}`));
    expect(clock.times('u-0')).toEqual({});
    expect(clock.times('u-4999')).toEqual({ scheduled: 1 });
  });
});
