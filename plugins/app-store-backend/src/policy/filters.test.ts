/** The filters select what the decisions allow: over random worlds, on both databases. */
import fc from 'fast-check';
import { databaseIds, migrated } from '../database/__testUtils__/databases';
import { listed, read, write } from './__testUtils__/world';
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
const lifecycles = ['ON_DEMAND', 'MANAGED', 'LINK'] as const;
/** Policies over the tables, with names and ids that the world has. */
const overlay = fc.array(
  fc.record({
    name: fc.constantFrom('p1', 'p2', 'p3'),
    resources: fc.uniqueArray(
      fc.constantFrom(
        '*',
        'app:n0',
        'app:n1',
        'secret:s0',
        'alias:a0',
        'tag:T0',
      ),
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
            'tag:read',
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
            'lifecycle:LINK',
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

describe.each(databaseIds())('filters on %s', id => {
  it('select exactly what the decisions allow', async () => {
    const knex = await migrated(id);
    await fc.assert(
      fc.asyncProperty(
        world,
        async ({ publicMode, policies, actors, ...w }) => {
          const laid: IamPolicy[] = policies;
          const policy = Policy.create({
            settings: { publicMode, downloads: true },
            policies: () => laid,
          });
          await write(knex, policy, w);
          const rows = await read(knex, policy);
          for (const actor of [...(actors as Actor[]), ANONYMOUS]) {
            const { filtered, decided } = await listed(
              knex,
              policy,
              actor,
              rows,
            );
            expect(filtered).toEqual(decided);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
