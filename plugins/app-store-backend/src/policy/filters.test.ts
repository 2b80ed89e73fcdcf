/** The filters select what the decisions allow: over random worlds, on both databases. */
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { aliasFacts, AliasRepository } from '../database/AliasRepository';
import { AppRepository, appFacts } from '../database/AppRepository';
import { databaseIds, migrated } from '../database/__testUtils__/databases';
import {
  appRecord,
  instanceRecord,
  manifestOf,
  NOW,
} from '../database/fixtures.testing';
import { InstanceRepository } from '../database/InstanceRepository';
import { SecretRepository } from '../database/SecretRepository';
import { TagRepository } from '../database/TagRepository';
import { instanceFacts } from '../service/presentInstance';
import { ANONYMOUS, type Actor } from './Actor';
import type { IamPolicy } from './overlay';
import { Policy } from './Policy';

jest.setTimeout(300_000);

const refs = ['user:default/a', 'user:default/b', 'user:default/c'];
const roles = ['group:default/r1', 'group:default/r2', 'group:default/r3'];
const visibility = fc.constantFrom(
  'PRIVATE' as const,
  'ALL_USERS' as const,
  'PUBLIC' as const,
);
const lifecycles = ['ON_DEMAND', 'MANAGED'] as const;
const manifests = Object.fromEntries(
  lifecycles.map(lifecycle => [
    lifecycle,
    manifestOf(
      `[App]\nName = "hello"\nVersion = "1.0.0"\nInstanceLifecycle = "${lifecycle}"\n[Runtime]\nAppMode = "node"\nModule = "server.js"\n`,
    ),
  ]),
);

/** Policies over the tables, with names and ids that the world has. */
const overlay = fc.array(
  fc.record({
    name: fc.constantFrom('p1', 'p2', 'p3'),
    resources: fc.uniqueArray(
      fc.constantFrom('*', 'app:n0', 'app:n1', 'secret:s0', 'alias:a0'),
      { minLength: 1, maxLength: 2 },
    ),
    statements: fc.array(
      fc.record({
        effect: fc.constantFrom('allow' as const, 'deny' as const),
        subjects: fc.uniqueArray(
          fc.constantFrom(
            '*',
            'anonymous',
            'is_full_access',
            '!is_full_access',
            'is_admin',
            '!is_admin',
            refs[0],
            `role:${roles[0]}`,
          ),
          { minLength: 1, maxLength: 2 },
        ),
        actions: fc.uniqueArray(
          fc.constantFrom(
            '*',
            'app:read',
            'instance:*',
            'instance:read',
            'secret:read',
            'alias:read',
            'app:run',
          ),
          { minLength: 1, maxLength: 2 },
        ),
        attributes: fc.uniqueArray(
          fc.constantFrom(
            'is_owner',
            '!is_owner',
            'is_full_access',
            '!is_full_access',
            'visibility:PUBLIC',
            '!visibility:PRIVATE',
            'lifecycle:MANAGED',
            '!lifecycle:MANAGED',
          ),
          { maxLength: 2 },
        ),
      }),
      { minLength: 1, maxLength: 2 },
    ),
  }),
  { maxLength: 2 },
);

const world = fc.record({
  publicMode: fc.boolean(),
  policies: overlay,
  tags: fc.array(fc.subarray(roles), { minLength: 1, maxLength: 3 }),
  apps: fc.array(
    fc.record({
      name: fc.constantFrom('n0', 'n1'),
      owner: fc.constantFrom(...refs),
      visibility,
      lifecycle: fc.constantFrom(...lifecycles),
      tags: fc.array(fc.nat(2), { maxLength: 3 }),
    }),
    { maxLength: 5 },
  ),
  instances: fc.array(
    fc.record({ app: fc.nat(4), owner: fc.constantFrom(...refs), visibility }),
    { maxLength: 6 },
  ),
  secrets: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom('s0', 's1'),
      owner: fc.constantFrom(...refs),
      visibility: fc.constantFrom(
        'PRIVATE' as const,
        'ALL_USERS' as const,
        'APP' as const,
      ),
    }),
    {
      maxLength: 6,
      selector: ({ name, owner, visibility: v }) =>
        `${name}/${v}/${v === 'PRIVATE' ? owner : ''}`,
    },
  ),
  aliases: fc.array(
    fc.record({
      creator: fc.constantFrom(...refs),
      instance: fc.option(fc.nat(5)),
    }),
    { maxLength: 4 },
  ),
  actors: fc.array(
    fc.record({
      userEntityRef: fc.constantFrom(...refs),
      roles: fc.subarray(roles),
      fullAccess: fc.boolean(),
      admin: fc.boolean(),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});
const PAGE = { limit: 100 };
const BY = { at: NOW };

describe.each(databaseIds())('filters on %s', id => {
  it('select exactly what the decisions allow', async () => {
    const knex = await migrated(id);
    let settings = { publicMode: false, downloads: true };
    let policies: IamPolicy[] = [];
    const tags = new TagRepository(knex);
    await fc.assert(
      fc.asyncProperty(world, async w => {
        for (const table of [
          'alias_history',
          'aliases',
          'instances',
          'app_secrets',
          'secrets',
          'app_tags',
          'tag_visitor_roles',
          'tags',
          'apps',
          'app_names',
        ])
          await knex(table).delete();
        settings = { publicMode: w.publicMode, downloads: true };
        policies = w.policies;
        const policy = Policy.create({ settings, policies: () => policies });
        const apps = new AppRepository(knex, policy);
        const instances = new InstanceRepository(knex, policy);
        const secrets = new SecretRepository(knex, policy);
        const aliases = new AliasRepository(knex, policy);

        const tagIds: string[] = [];
        for (const [i, visitorRoles] of w.tags.entries())
          tagIds.push(
            await tags.insert({
              name: `T${i}`,
              title: `T${i}`,
              color: '#000000',
              description: '',
              adminRoles: [],
              visitorRoles,
            }),
          );
        const appIds: string[] = [];
        for (const [i, a] of w.apps.entries()) {
          const appId = randomUUID();
          appIds.push(appId);
          await apps.insert(
            appRecord({
              id: appId,
              name: a.name,
              version: `1.0.${i}`,
              ownerRef: a.owner,
              visibility: a.visibility,
              manifest: manifests[a.lifecycle],
            }),
            {
              tagIds: [...new Set(a.tags.map(t => tagIds[t % tagIds.length]))],
            },
          );
        }
        const instanceIds: string[] = [];
        for (const i of appIds.length ? w.instances : []) {
          const record = instanceRecord(appIds[i.app % appIds.length], {
            ownerRef: i.owner,
            visibility: i.visibility,
          });
          instanceIds.push(record.id);
          await instances.insert(record, 100);
        }
        for (const s of w.secrets)
          await secrets.insert({
            id: randomUUID(),
            name: s.name,
            visibility: s.visibility,
            parent: s.visibility === 'APP' ? 'app:n0' : '',
            ownerRef: s.owner,
            keys: [],
            valueVersion: 1,
            valueDigest: '',
            state: 'READY',
            revision: 1,
            createdAt: NOW,
            updatedAt: NOW,
          });
        for (const [i, a] of w.aliases.entries())
          await aliases.insert(
            { id: randomUUID(), name: `a${i}`, creatorRef: a.creator },
            {
              instanceId:
                a.instance === null || !instanceIds.length
                  ? null
                  : instanceIds[a.instance % instanceIds.length],
              primary: false,
            },
            BY,
          );

        const appRecords = await apps.getMany(appIds);
        const byId = new Map(appRecords.map(record => [record.id, record]));
        const instanceRecords = await instances.listAll();
        const secretRecords = await secrets.listAll(undefined, 100);
        const aliasRecords = await Promise.all(
          w.aliases.map(async (_, i) => (await aliases.find(`a${i}`))!),
        );
        const ids = (items: Array<{ id: string }>) =>
          items.map(item => item.id).sort();
        for (const actor of [...(w.actors as Actor[]), ANONYMOUS]) {
          expect(ids((await apps.list(actor, PAGE)).items)).toEqual(
            ids(
              appRecords.filter(
                record =>
                  policy.decide('app', 'read', actor, appFacts(record)).allowed,
              ),
            ),
          );
          expect(ids((await instances.list(actor, PAGE)).items)).toEqual(
            ids(
              instanceRecords.filter(
                record =>
                  policy.decide(
                    'instance',
                    'read',
                    actor,
                    instanceFacts(record, byId.get(record.appId)!),
                  ).allowed,
              ),
            ),
          );
          expect(ids((await secrets.list(actor, PAGE)).items)).toEqual(
            ids(
              secretRecords.filter(
                record =>
                  policy.decide('secret', 'read', actor, record).allowed,
              ),
            ),
          );
          expect(ids((await aliases.list(actor, PAGE)).items)).toEqual(
            ids(
              aliasRecords.filter(
                record =>
                  policy.decide('alias', 'read', actor, aliasFacts(record))
                    .allowed,
              ),
            ),
          );
        }
      }),
      { numRuns: 60 },
    );
  });
});
