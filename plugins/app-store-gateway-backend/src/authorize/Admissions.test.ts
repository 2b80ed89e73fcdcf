import type { Admission } from '@ai-app-store/backstage-plugin-app-store-common';
import { Admissions } from './Admissions';
import type { RouteTable, StoreClient } from '../routing/RouteTable';

/** A store that answers when it is told to, and what it tells of changes. */
function store() {
  const asked: Array<{
    answer(admission: Partial<Admission>): void;
    fail(): void;
  }> = [];
  let tell: (changed: boolean) => void = () => {};
  const revision = { of: '1' };
  const admissions = new Admissions({
    store: {
      fetch: () =>
        new Promise<Response>((resolve, reject) => {
          asked.push({
            answer: admission => resolve(Response.json(admission)),
            fail: () => reject(new Error('away')),
          });
        }),
    } as unknown as StoreClient,
    routes: {
      get: () => ({ revision: revision.of }),
      onAccess: (listener: typeof tell) => {
        tell = listener;
      },
    } as unknown as RouteTable,
  });
  const decide = () => admissions.decide('i', 'user:default/uma');
  return { asked, revision, decide, tell: (changed: boolean) => tell(changed) };
}

describe('who may open an instance', () => {
  beforeEach(() =>
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] }),
  );
  afterEach(() => jest.useRealTimers());

  it('8: is asked again as soon as what the store knows of the person may be out of date', async () => {
    const { asked, decide } = store();
    const first = decide();
    asked[0].answer({ allowed: true, holdsForMs: 5_000 });
    await first;
    jest.advanceTimersByTime(4_999);
    await decide();
    expect(asked).toHaveLength(1);
    jest.advanceTimersByTime(2);
    const next = decide();
    asked[1].answer({ allowed: false, known: false, holdsForMs: 0 });
    expect((await next).allowed).toBe(false);
  });

  it('is asked once, and again after a minute, a change of the route or of what rules it', async () => {
    const { asked, revision, decide, tell } = store();
    const first = decide();
    asked[0].answer({ allowed: true });
    expect(await first).toEqual({ allowed: true });
    await decide();
    expect(asked).toHaveLength(1);
    for (const change of [
      () => jest.advanceTimersByTime(60_001),
      () => (revision.of = '2'),
      () => tell(true),
      () => tell(false),
    ]) {
      change();
      const next = decide();
      asked.at(-1)!.answer({ allowed: false });
      expect(await next).toEqual({ allowed: false });
    }
    expect(asked).toHaveLength(5);
  });

  it('holds as it was said last while the store is away, however often it comes and goes', async () => {
    const { asked, decide, tell } = store();
    const first = decide();
    asked[0].answer({ allowed: true });
    await first;
    tell(false);
    const second = decide();
    tell(false);
    const third = decide();
    asked[1].fail();
    asked[2].fail();
    await expect(second).rejects.toThrow('away');
    expect(await third).toEqual({ allowed: true });
    for (let n = 3; n < 5; n++) {
      await jest.advanceTimersByTimeAsync(2001);
      const again = decide();
      asked[n].fail();
      expect(await again).toEqual({ allowed: true });
    }
  });

  it('holds no longer once something changed, also while it is asked', async () => {
    const { asked, revision, decide, tell } = store();
    const first = decide();
    asked[0].answer({ allowed: true });
    await first;
    tell(false);
    const during = decide();
    tell(true);
    asked[1].fail();
    await expect(during).rejects.toThrow('away');
    const after = decide();
    asked[2].answer({ allowed: true });
    await after;
    revision.of = '2';
    const other = decide();
    asked[3].fail();
    await expect(other).rejects.toThrow('away');
  });

  it('22: is not waited for longer than two seconds; then the last answer, then none', async () => {
    const { asked, decide, tell } = store();
    const first = decide();
    await jest.advanceTimersByTimeAsync(2001);
    await expect(first).rejects.toThrow('no answer within 2000 ms');

    const second = decide();
    asked[1].answer({ allowed: true });
    await second;
    tell(false);
    const third = decide();
    await jest.advanceTimersByTimeAsync(2001);
    expect(await third).toEqual({ allowed: true });

    // A store that hung is asked again, and nobody waits for it.
    await jest.advanceTimersByTimeAsync(2001);
    expect(await Promise.all([decide(), decide()])).toEqual([
      { allowed: true },
      { allowed: true },
    ]);
    expect(asked).toHaveLength(4);
    asked[3].answer({ allowed: false });
    await jest.advanceTimersByTimeAsync(1);
    expect(await decide()).toEqual({ allowed: false });
  });

  it('22: holds as it was said last for ten minutes, and no longer', async () => {
    const { asked, decide, tell } = store();
    const first = decide();
    asked[0].answer({ allowed: true });
    await first;
    tell(false);
    for (let minute = 0; minute < 9; minute++) {
      const again = decide();
      asked.at(-1)!.fail();
      expect(await again).toEqual({ allowed: true });
      await jest.advanceTimersByTimeAsync(60_000);
    }
    await jest.advanceTimersByTimeAsync(60_000);
    const over = decide();
    asked.at(-1)!.fail();
    await expect(over).rejects.toThrow('away');
  });
});
