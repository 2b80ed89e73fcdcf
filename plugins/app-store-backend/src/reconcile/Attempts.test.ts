import { mockServices } from '@backstage/backend-test-utils';
import { instanceRecord } from '../__testUtils__/fixtures';
import type { InstanceRecord } from '../instances/instanceRows';
import type { Unread } from '../kubernetes/view/InstanceWatches';
import { Attempts } from './Attempts';
import { Silence } from './Silence';

describe('how long what was refused waits', () => {
  const setUp = () => {
    let now = 1_000_000;
    let unread: Unread | undefined;
    const clock = () => new Date(now);
    const silence = new Silence({
      cluster: { unread: () => unread },
      now: clock,
    });
    const attempts = new Attempts({
      rows: { write: jest.fn() } as never,
      silence,
      logger: mockServices.logger.mock(),
      now: clock,
    });
    return {
      silence,
      pass: (ms: number) => {
        now += ms;
      },
      goSilent: () => {
        unread = { since: now };
      },
      answer: () => {
        unread = undefined;
        silence.end();
      },
      /** An instance that is refused now. */
      refused: () =>
        instanceRecord('app', {
          attempt: { of: 'v1', count: 7, at: now, retryAt: now + 60_000 },
        }),
      wait: (record: InstanceRecord, of = 'v1') => attempts.waitMs(record, of),
    };
  };

  it('until its time; something else is tried at once', () => {
    const t = setUp();
    const record = t.refused();
    t.pass(1000);
    expect(t.wait(record)).toBe(59_000);
    expect(t.wait(record, 'v2')).toBe(0);
  });

  it('while nothing answers, until that ends; then no longer', () => {
    const t = setUp();
    const record = t.refused();
    t.goSilent();
    t.pass(8000);
    expect(t.wait(record)).toBe(10_000);
    t.answer();
    expect(t.wait(record)).toBe(0);
  });

  it('what was refused after the end waits as ever', () => {
    const t = setUp();
    t.answer();
    t.pass(1000);
    expect(t.wait(t.refused())).toBe(60_000);
  });
});
