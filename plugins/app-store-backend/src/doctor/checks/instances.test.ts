import { instanceRecord } from '../../__testUtils__/fixtures';
import type { Attempt } from '../../instances/instanceRows';
import { refusedCheck } from './instances';

describe('15: what the cluster refuses', () => {
  const attempt = (change: Partial<Attempt> = {}): Attempt => ({
    of: 'v1',
    count: 2,
    at: 0,
    retryAt: Date.now() + 30_000,
    ...change,
  });
  const look = (...attempts: Array<Attempt | undefined>) =>
    refusedCheck({
      page: async () =>
        attempts.map(each => instanceRecord('app', { attempt: each })),
    } as never).look();

  it('is told with its cause', async () => {
    expect(
      await look(
        attempt({ refusal: { message: 'exceeded quota' } }),
        undefined,
      ),
    ).toMatchObject({
      state: 'FAILED',
      message: expect.stringContaining('1 instance '),
      evidence: [
        {
          message: expect.stringMatching(/^exceeded quota \(2 times, again in/),
        },
      ],
    });
  });

  it('is not what somebody else wrote to meanwhile', async () => {
    expect(await look(attempt({ count: 0 }))).toMatchObject({ state: 'OK' });
  });
});
