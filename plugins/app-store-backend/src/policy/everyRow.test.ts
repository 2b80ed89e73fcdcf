/**
 * Filters over one world that has a row of every kind there is, for everybody whom the
 * tables tell apart: what the random worlds of filters.test.ts meet by chance is met
 * here each time. The mutation check runs on it.
 */
import type { Knex } from 'knex';
import { databases, migrated } from '../database/__testUtils__/databases';
import {
  APP_OWNER_REF,
  INVITED,
  OWNER_REF,
  people,
} from './__testUtils__/people';
import { listed, read, write, type World } from './__testUtils__/world';
import type { IamPolicy, IamStatement } from './overlay';
import { Policy } from './Policy';

const VISIBILITIES = ['PRIVATE', 'ALL_USERS', 'PUBLIC'] as const;
const LIFECYCLES = ['ON_DEMAND', 'MANAGED', 'LINK'] as const;
const OWNERS = [OWNER_REF, APP_OWNER_REF, 'user:default/somebody'];

const apps: World['apps'] = VISIBILITIES.flatMap(visibility =>
  LIFECYCLES.flatMap(lifecycle =>
    [[], [0], [1], [0, 1]].map((tags, i) => ({
      name: `n${i}`,
      owner: OWNERS[1 + (i % 2)],
      visibility,
      lifecycle,
      tags,
    })),
  ),
);
const world: World = {
  tags: [[INVITED], ['group:default/other']],
  apps,
  instances: apps.flatMap((_, app) =>
    VISIBILITIES.map((visibility, i) => ({
      app,
      owner: OWNERS[(app + i) % OWNERS.length],
      visibility,
    })),
  ),
  secrets: [
    ...OWNERS.flatMap(owner =>
      (['s0', 's1'] as const).map(name => ({
        name,
        owner,
        visibility: 'PRIVATE' as const,
      })),
    ),
    ...(['ALL_USERS', 'APP'] as const).flatMap(visibility =>
      OWNERS.map((owner, i) => ({ name: `s${i}`, owner, visibility })),
    ),
  ],
  aliases: OWNERS.flatMap(creator =>
    [null, 0, 1, 2].map(instance => ({ creator, instance })),
  ),
};

const settings = { publicMode: false, downloads: true };
/** Somebody without roles and rights whom only the statement can let see anything. */
const statement = (
  change: Partial<IamStatement> = {},
  resources: string[] = ['*'],
): IamPolicy => ({
  name: 'p',
  resources,
  statements: [{ effect: 'allow', subjects: ['*'], actions: ['*'], ...change }],
});
const ATTRIBUTES = [
  'is_owner',
  'is_full_access',
  'visibility:PUBLIC',
  'visibility:PRIVATE',
  'visibility:APP',
  'lifecycle:MANAGED',
  'lifecycle:LINK',
];

/** What is laid over the tables, by what it tries. */
const laid: Array<[string, IamPolicy[]]> = [
  ['nothing', []],
  ...ATTRIBUTES.flatMap(attribute =>
    [attribute, `!${attribute}`].flatMap(
      (each): Array<[string, IamPolicy[]]> => [
        [`allow ${each}`, [statement({ attributes: [each] })]],
        [`deny ${each}`, [statement({ effect: 'deny', attributes: [each] })]],
      ],
    ),
  ),
  ...[
    ['app:n0'],
    ['app:n0', 'app:n1'],
    ['secret:s0', 'alias:a0'],
    ['app:none', '*'],
    ['instance:none'],
  ].flatMap(
    (resources): Array<[string, IamPolicy[]]> => [
      [`allow on ${resources}`, [statement({}, resources)]],
      [`deny on ${resources}`, [statement({ effect: 'deny' }, resources)]],
    ],
  ),
  [
    'two attributes',
    [statement({ attributes: ['visibility:PUBLIC', '!lifecycle:LINK'] })],
  ],
  [
    'allow and deny',
    [statement(), statement({ effect: 'deny', attributes: ['is_owner'] })],
  ],
  ['anonymous', [statement({ subjects: ['anonymous'] })]],
];

describe('filters over every row', () => {
  let knex: Knex;
  let rows: Awaited<ReturnType<typeof read>>;
  beforeAll(async () => {
    knex = await migrated('SQLITE_3');
    const policy = Policy.create({ settings });
    await write(knex, policy, world);
    rows = await read(knex, policy);
  });

  it('have a world to choose from', () => {
    expect(databases.supports('SQLITE_3')).toBe(true);
    expect(rows.apps).toHaveLength(apps.length);
    expect(rows.instances).toHaveLength(world.instances.length);
    expect(rows.secrets).toHaveLength(world.secrets.length);
    expect(rows.aliases).toHaveLength(world.aliases.length);
  });

  it.each([true, false])(
    'select what the tables allow, public mode %s',
    async publicMode => {
      const policy = Policy.create({ settings: { ...settings, publicMode } });
      for (const [name, actor] of Object.entries(people)) {
        const { filtered, decided } = await listed(knex, policy, actor, rows);
        expect([name, filtered]).toEqual([name, decided]);
      }
    },
  );

  it.each(laid)('select what policies allow and deny: %s', async (_, over) => {
    const policy = Policy.create({ settings, policies: () => over });
    for (const name of [
      'anonymous',
      'visitor+',
      'full',
      'owner',
      'admin, full',
    ]) {
      const { filtered, decided } = await listed(
        knex,
        policy,
        people[name],
        rows,
      );
      expect([name, filtered]).toEqual([name, decided]);
    }
  });
});
