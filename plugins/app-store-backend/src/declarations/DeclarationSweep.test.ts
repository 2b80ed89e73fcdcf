/** How long a round may go on. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { mockServices } from '@backstage/backend-test-utils';
import { databaseIds, migrated } from '../database/__testUtils__/databases';
import { CATALOG_SOURCE, type DeclarationRecord } from './declarationRows';
import { DeclarationRepository } from './DeclarationRepository';
import {
  DeclarationSweep,
  type DeclarationSweepOptions,
} from './DeclarationSweep';
import { DueDeclarations } from './DueDeclarations';
import { Trust } from './Trust';

jest.setTimeout(60_000);

function newRow(name: string, now: string): DeclarationRecord {
  return {
    id: randomUUID(),
    kind: 'AppAlias',
    source: CATALOG_SOURCE,
    entityRef: `appalias:default/${name}`,
    etag: '1',
    location: 'url:https://git.example.com/lunch',
    digest: name,
    state: 'PROGRESSING',
    since: now,
    dueAt: now,
    attempts: 0,
    createdAt: now,
    updatedAt: now,
    published: [],
    revision: 1,
  };
}

describe.each(databaseIds())('a round of the sweep on %s', id => {
  it('ends where what it looks at is due again before it is through: the catalog is heard in between', async () => {
    const knex = await migrated(id);
    const declarations = new DeclarationRepository(knex);
    const due = new DueDeclarations(knex);
    const now = () => new Date().toISOString();
    await declarations.insert(['egg', 'hen'].map(name => newRow(name, now())));
    const looks: string[] = [];
    const sweep = new DeclarationSweep({
      config: { interval: 0.1, sourceInterval: 60, removalGrace: 60 },
      comparison: { list: async () => [{}], compare: async () => {} },
      declarations,
      due,
      outbox: {
        begin: async () => {},
        positionOf: async () => 0,
        after: async () => [],
      },
      // Each look takes longer than the pause until the next one.
      applier: {
        async bring(rowId: string) {
          looks.push((await declarations.get(rowId))!.entityRef);
          await sleep(100);
          await declarations.update(rowId, { dueAt: now() });
          return { applied: true };
        },
      },
      acting: {},
      trust: new Trust([]),
      logger: mockServices.logger.mock(),
    } as unknown as DeclarationSweepOptions);
    const { signal } = new AbortController();
    await sweep.run(signal);
    expect(new Set(looks).size).toBe(2);
    expect(looks.length).toBeLessThanOrEqual(4);
    const before = looks.length;
    await sweep.run(signal);
    expect(looks.length).toBeGreaterThan(before);
  });
});
