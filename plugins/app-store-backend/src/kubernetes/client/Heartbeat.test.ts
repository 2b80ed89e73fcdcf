import { mockServices } from '@backstage/backend-test-utils';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../__testUtils__/until';
import { Heartbeat } from './Heartbeat';
import type { KubeApi } from './KubeApi';
import { KubeError } from './KubeError';

/** An API that answers like this, one request after the other, and waits after the last one. */
function heartbeatOf(answers: Array<KubeError | 'well'>) {
  const told: string[] = [];
  const givenUp: number[] = [];
  let turn = 0;
  const heartbeat = new Heartbeat({
    api: {
      stream: async (_: string, { signal }: { signal: AbortSignal }) => {
        const answer = answers[turn++];
        if (answer instanceof KubeError) throw answer;
        if (!answer)
          await sleep(60_000, undefined, { signal, ref: false }).catch(
            () => {},
          );
        return (async function* none() {})();
      },
      giveUp: (ms: number) => givenUp.push(ms),
    } as unknown as KubeApi,
    namespace: 'apps',
    logger: mockServices.logger.mock(),
  });
  heartbeat.onAnswer(() => told.push(`at ${turn}`));
  return { heartbeat, told, givenUp, asked: () => turn };
}
const refused = new KubeError(401, 'Unauthorized', 'Unauthorized');
const silent = KubeError.unreachable('no answer');

describe('15: Heartbeat', () => {
  it.each<[string, Array<KubeError | 'well'>, string[]]>([
    ['is well from the start', ['well', 'well'], []],
    ['was silent', ['well', silent, 'well'], ['at 3']],
    ['was refused', ['well', refused, 'well'], ['at 3']],
    ['was silent, then refused', [silent, refused, 'well'], ['at 2', 'at 3']],
    ['goes on being refused', [refused, refused], []],
  ])('tells of an API that %s', async (_, answers, expected) => {
    const { heartbeat, told, asked } = heartbeatOf(answers);
    heartbeat.start();
    // It has asked again after the last answer, or waits to.
    await until(
      () => asked() >= answers.length && told.length >= expected.length,
    );
    heartbeat.stop();
    expect(told).toEqual(expected);
  });

  it('waits no longer for answers once the API is silent', async () => {
    const { heartbeat, givenUp, asked } = heartbeatOf([
      'well',
      new KubeError(500, 'InternalError', 'etcd'),
      silent,
    ]);
    heartbeat.start();
    await until(() => asked() >= 3 && givenUp.length);
    heartbeat.stop();
    expect(givenUp).toEqual([5000]);
  });
});
