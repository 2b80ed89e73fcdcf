import { mockServices } from '@backstage/backend-test-utils';
import { Looks, type Look } from './Looks';

describe('looks', () => {
  const logger = mockServices.logger.mock();

  it('come one at a time, those asked for together as one', async () => {
    const seen: Look[] = [];
    let busy = 0;
    let most = 0;
    const looks = new Looks({
      logger,
      look: async look => {
        busy += 1;
        most = Math.max(most, busy);
        seen.push(look);
        if (seen.length === 1) {
          looks.ask('c');
          looks.ask('c');
          looks.ask();
        }
        await Promise.resolve();
        busy -= 1;
      },
    });
    looks.ask('a');
    looks.ask('b');
    looks.ask('a');
    await looks.idle();
    expect(most).toBe(1);
    expect(seen).toEqual([
      { all: false, names: ['a', 'b'] },
      { all: true, names: [] },
    ]);
    looks.ask('d');
    await looks.idle();
    expect(seen[2]).toEqual({ all: false, names: ['d'] });
  });

  it('keep what failed, with what came meanwhile, and end when they are stopped', async () => {
    const seen: Look[] = [];
    const looks: Looks = new Looks({
      logger,
      look: async look => {
        seen.push(look);
        throw new Error('down');
      },
      pause: async () => {
        looks.ask('b');
        if (seen.length === 2) await Promise.race([looks.stop(), undefined]);
      },
    });
    looks.ask('a');
    await looks.idle();
    expect(seen).toEqual([
      { all: false, names: ['a'] },
      { all: false, names: ['a', 'b'] },
    ]);
    looks.ask('c');
    expect(seen).toHaveLength(2);
  });
});
