/** The filters select what the decisions allow: over random worlds, on both databases. */
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { AppRepository, appFacts } from '../database/AppRepository';
import { databaseIds, migrated } from '../database/__testUtils__/databases';
import { appRecord, instanceRecord } from '../database/fixtures.testing';
import { InstanceRepository } from '../database/InstanceRepository';
import { TagRepository } from '../database/TagRepository';
import { decideApp, decideInstance, type Actor } from './policy';

jest.setTimeout(120_000);

const refs = ['user:default/a', 'user:default/b', 'user:default/c'];
const roles = ['group:default/r1', 'group:default/r2', 'group:default/r3'];
const visibility = fc.constantFrom(
  'PRIVATE' as const,
  'ALL_USERS' as const,
  'PUBLIC' as const,
);
const world = fc.record({
  tags: fc.array(fc.subarray(roles), { minLength: 1, maxLength: 3 }),
  apps: fc.array(
    fc.record({
      owner: fc.constantFrom(...refs),
      visibility,
      tags: fc.array(fc.nat(2), { maxLength: 3 }),
    }),
    { maxLength: 5 },
  ),
  instances: fc.array(
    fc.record({ app: fc.nat(4), owner: fc.constantFrom(...refs), visibility }),
    { maxLength: 6 },
  ),
  actors: fc.array(
    fc.record({
      userEntityRef: fc.constantFrom(...refs),
      roles: fc.subarray(roles),
      fullAccess: fc.boolean(),
      admin: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});

describe.each(databaseIds())('filters on %s', id => {
  it('select exactly what the decisions allow', async () => {
    const knex = await migrated(id);
    const apps = new AppRepository(knex);
    const tags = new TagRepository(knex);
    const instances = new InstanceRepository(knex);
    await fc.assert(
      fc.asyncProperty(world, async w => {
        for (const table of [
          'instances',
          'app_tags',
          'tag_visitor_roles',
          'tags',
          'apps',
        ])
          await knex(table).delete();
        const names = w.tags.map((_, i) => `T${i}`);
        for (const [i, visitorRoles] of w.tags.entries())
          await tags.ensure({
            name: names[i],
            title: '',
            color: '#000000',
            description: '',
            adminRoles: [],
            visitorRoles,
          });
        const tagIds = (await tags.findByNames(names)).map(tag => tag.id);
        const appIds: string[] = [];
        for (const a of w.apps) {
          const appId = randomUUID();
          appIds.push(appId);
          await apps.insert(
            appRecord({
              id: appId,
              ownerRef: a.owner,
              visibility: a.visibility,
            }),
            [...new Set(a.tags.map(t => tagIds[t % tagIds.length]))],
          );
        }
        for (const i of w.instances)
          if (appIds.length)
            await instances.insert(
              instanceRecord(appIds[i.app % appIds.length], {
                ownerRef: i.owner,
                visibility: i.visibility,
              }),
              100,
            );

        const records = await apps.getMany(appIds);
        const byId = new Map(records.map(record => [record.id, record]));
        const running = await instances.listAll();
        for (const actor of w.actors as Actor[]) {
          const seen = records
            .filter(record => decideApp(actor, 'see', appFacts(record)).allowed)
            .map(record => record.id);
          const listed = await Promise.all(
            records.map(record => apps.list(actor, { name: record.name })),
          );
          expect(
            listed
              .flat()
              .map(record => record.id)
              .sort(),
          ).toEqual(seen.sort());
          const visible = running
            .filter(
              i =>
                decideInstance(actor, 'see', {
                  ownerRef: i.ownerRef,
                  visibility: i.visibility,
                  app: appFacts(byId.get(i.appId)!),
                }).allowed,
            )
            .map(i => i.id);
          expect(
            (await instances.list(actor, { all: true })).map(i => i.id).sort(),
          ).toEqual(visible.sort());
        }
      }),
      { numRuns: 40 },
    );
  });
});
