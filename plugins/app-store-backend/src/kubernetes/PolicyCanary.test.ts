import type { V1ContainerState } from '@kubernetes/client-node';
import { policyVerdict, reachedBy } from './PolicyCanary';

describe('15: whether policies are enforced', () => {
  it.each([
    [{ open: true, closed: false }, 'ENFORCED'],
    [{ open: true, closed: true }, 'NOT_ENFORCED'],
    // Nothing is proved by pods that reach nothing anyway.
    [{ open: false, closed: false }, 'UNKNOWN'],
    [{ open: false, closed: true }, 'UNKNOWN'],
    [{ open: true }, 'UNKNOWN'],
    [{ closed: true }, 'UNKNOWN'],
    [{}, 'UNKNOWN'],
  ])('%j: %s', (reached, result) =>
    expect(policyVerdict(reached).result).toBe(result),
  );
});

describe('15: what a pod says that it reaches', () => {
  const said = (message: string): V1ContainerState => ({
    terminated: { exitCode: 0, message },
  });
  const running: V1ContainerState = { running: {} };
  it.each<
    [string, number, V1ContainerState, V1ContainerState, boolean | undefined]
  >([
    ['in its first run', 0, said('reach: no\n'), {}, undefined],
    [
      'in its first run, while the second one tries',
      1,
      running,
      said('reach: yes\n'),
      undefined,
    ],
    ['in its second run', 1, said('reach: yes\n'), said('reach: no\n'), true],
    [
      'in its second run, while the third one tries',
      2,
      running,
      said('reach: no\n'),
      false,
    ],
    [
      'of an image that does not know how',
      3,
      running,
      said('usage: …'),
      undefined,
    ],
  ])('%s', (_, restartCount, state, lastState, expected) =>
    expect(
      reachedBy({
        status: {
          containerStatuses: [
            {
              name: 'reach',
              image: 'x',
              imageID: 'x',
              ready: false,
              restartCount,
              state,
              lastState,
            },
          ],
        },
      }),
    ).toBe(expected),
  );
});
