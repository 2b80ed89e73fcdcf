/**
 * The sweep is killed right after each of its steps, one after the other: what it did is done, and
 * what it would have done next is not. It goes on each time, and does nothing twice.
 */
import type { StoreDeclaration } from '@ai-app-store/backstage-plugin-app-store-common';
import { databaseIds } from '../database/__testUtils__/databases';
import {
  appFiles,
  catalogInfo,
  declared,
  DeclarationsUnderTest,
} from '../__testUtils__/DeclarationsUnderTest';
import { until } from '../__testUtils__/until';

jest.setTimeout(240_000);

/** How long it is dead, in milliseconds: whatever it was about to do has failed by then. */
const DEAD_MS = 150;

/** Kills after each step that it has not killed yet. */
class Killer {
  readonly killed: string[] = [];
  readonly #seen = new Set<string>();
  #dead = false;

  /** What is told apart: what is called, about what, and which fields it writes. */
  #stepOf(name: string, method: string, args: unknown[]): string {
    const about = args
      .filter(each => ['string', 'object'].includes(typeof each))
      .map(each =>
        typeof each === 'string' ? each : Object.keys(each ?? {}).join(),
      );
    return `${name}.${method}(${about.join('; ')})`;
  }

  readonly tap = <T extends object>(part: T, name: string): T =>
    new Proxy(part, {
      get: (target, method) => {
        const value = Reflect.get(target, method);
        if (typeof value !== 'function' || typeof method !== 'string')
          return value;
        return async (...args: unknown[]) => {
          if (this.#dead) throw new Error('killed');
          const result = await value.apply(target, args);
          const step = this.#stepOf(name, method, args);
          if (/\.(get|find|ofSource|known|any|getMany)\(/.test(step))
            return result;
          if (this.#seen.has(step)) return result;
          this.#seen.add(step);
          this.killed.push(step);
          this.#dead = true;
          setTimeout(() => {
            this.#dead = false;
          }, DEAD_MS);
          throw new Error('killed');
        };
      },
    });
}

const documents = (tag: string) => [
  declared('AppTag', 'food', { color: tag }),
  declared('AppSecret', 'lunch', {
    keys: { token: { valueFrom: { environmentVariable: 'LUNCH_TOKEN' } } },
  }),
  declared('App', 'lunch', { visibility: 'ALL_USERS' }),
  declared('AppInstance', 'lunch', { app: 'lunch', visibility: 'ALL_USERS' }),
  declared('AppAlias', 'lunch', { instance: 'lunch', primary: true }),
];

describe.each(databaseIds())('killed after each of its steps, on %s', id => {
  it('does everything once, and comes to its end', async () => {
    process.env.LUNCH_TOKEN = 'soup';
    const killer = new Killer();
    const test = await DeclarationsUnderTest.start(id, {
      files: {
        ...appFiles('lunch', '1.0.0'),
        ...catalogInfo(...documents('#111111')),
      },
      tap: killer.tap,
      trust: url => [
        {
          location: `${url}/lunch/lunch/src/branch/main/`,
          owner: 'user:default/ada',
          secrets: { environment: ['LUNCH_TOKEN'] },
        },
      ],
    });
    try {
      const settled = async (more: () => Promise<boolean>) => {
        await until(
          async () => {
            const { items = [] } = await test.get(
              '/declarations?scope=all',
              'ada',
            );
            return (
              items.length === 5 &&
              items.every(
                ({ state }: { state: string }) => state === 'IN_SYNC',
              ) &&
              (await more())
            );
          },
          async () =>
            (
              await test.get('/declarations?scope=all', 'ada')
            ).items.map((each: StoreDeclaration) => [
              each.entityRef,
              each.state,
              each.problem?.message,
              each.changes,
            ]),
        );
      };
      await settled(async () => true);
      const first = (await test.declaration('appinstance:default/lunch'))!;
      await test.commit({
        ...appFiles('lunch', '1.1.0'),
        ...catalogInfo(...documents('#222222')),
      });
      await settled(
        async () =>
          (await test.declaration('appinstance:default/lunch'))!.resourceId !==
            first.resourceId &&
          (await test.get('/tags/food', 'ada')).color === '#222222',
      );
      const { items } = await test.get('/audit?limit=200&result=done', 'ada');
      const counts: Record<string, number> = {};
      for (const { action } of items)
        counts[action] = (counts[action] ?? 0) + 1;
      expect(counts).toEqual({
        'tag:create': 1,
        'tag:update': 1,
        'secret:put': 1,
        'app:import': 2,
        'instance:run': 2,
        'instance:terminate': 1,
        'alias:create': 1,
        'alias:assign': 1,
      });
      for (const step of [
        'tagService.create',
        'tagService.update',
        'secretChanges.put',
        'imports.import',
        'runs.run',
        'aliasChanges.create',
        'aliasChanges.assign',
        'lifecycle.terminate',
        'declarations.insert',
        'declarations.claim',
        'declarations.update',
      ])
        expect(killer.killed.some(each => each.startsWith(step))).toBe(true);
      expect(killer.killed.length).toBeGreaterThan(25);
    } finally {
      await test.stop();
    }
  });
});
