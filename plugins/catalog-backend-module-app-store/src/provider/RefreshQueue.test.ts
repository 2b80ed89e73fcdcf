import { mockServices } from '@backstage/backend-test-utils';
import { RefreshQueue, type Refresh } from './RefreshQueue';

describe('RefreshQueue', () => {
  const logger = mockServices.logger.mock();

  it('refreshes one at a time, and once what is asked for together', async () => {
    const seen: Refresh[] = [];
    let busy = 0;
    let most = 0;
    const queue = new RefreshQueue({
      logger,
      refresh: async refresh => {
        busy += 1;
        most = Math.max(most, busy);
        seen.push(refresh);
        if (seen.length === 1) {
          queue.ask('c');
          queue.ask('c');
          queue.ask();
        }
        await Promise.resolve();
        busy -= 1;
      },
    });
    queue.ask('a');
    queue.ask('b');
    queue.ask('a');
    await queue.idle();
    expect(most).toBe(1);
    expect(seen).toEqual([
      { all: false, names: ['a', 'b'] },
      { all: true, names: [] },
    ]);
    queue.ask('d');
    await queue.idle();
    expect(seen[2]).toEqual({ all: false, names: ['d'] });
  });

  it('keeps what failed, with what came meanwhile, and ends when it is stopped', async () => {
    const seen: Refresh[] = [];
    const queue: RefreshQueue = new RefreshQueue({
      logger,
      refresh: async refresh => {
        seen.push(refresh);
        throw new Error('down');
      },
      pause: async () => {
        queue.ask('b');
        if (seen.length === 2) await Promise.race([queue.stop(), undefined]);
      },
    });
    queue.ask('a');
    await queue.idle();
    expect(seen).toEqual([
      { all: false, names: ['a'] },
      { all: false, names: ['a', 'b'] },
    ]);
    queue.ask('c');
    expect(seen).toHaveLength(2);
  });
});
