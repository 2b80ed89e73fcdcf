/**
 * Filters over one world that has a row of every kind there is, for everybody whom the
 * tables tell apart: what the random worlds of filters.test.ts meet by chance is met
 * here each time. The mutation check runs on it.
 */
import type { Knex } from 'knex';
import { aliasFacts } from '../aliases/aliasRows';
import { appFacts } from '../apps/AppRepository';
import { databases, migrated } from '../database/__testUtils__/databases';
import { instanceFacts } from '../instances/presentInstance';
import {
  APP_OWNER_REF,
  INVITED,
  OWNER_REF,
  people,
} from './__testUtils__/people';
import { listed, read, write, type World } from './__testUtils__/world';
import { KINDS } from './kinds';
import type { IamPolicy, IamStatement } from './overlay';
import { Policy } from './Policy';
import { apply, type Rule } from './rules';

const VISIBILITIES = ['PRIVATE', 'ALL_USERS', 'PUBLIC'] as const;
const LIFECYCLES = ['ON_DEMAND', 'MANAGED', 'LINK'] as const;
/** Nobody, too: they must not meet those who are not signed in. */
const OWNERS = [OWNER_REF, APP_OWNER_REF, 'user:default/somebody', ''];

const apps: World['apps'] = VISIBILITIES.flatMap(visibility =>
  LIFECYCLES.flatMap(lifecycle =>
    [[], [0], [1], [0, 1]].map((tags, i) => ({
      name: `n${i}`,
      owner: OWNERS[i],
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
      'app owner',
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

  it('find a row by its id and a tag by its name', async () => {
    const { id } = rows.instances[0];
    const over = [statement({}, [`instance:${id}`, 'tag:T1'])];
    const policy = Policy.create({ settings, policies: () => over });
    const { filtered } = await listed(knex, policy, people['visitor-'], rows);
    expect(filtered.instances).toEqual([id]);
    const tags = knex('tags');
    policy.filter('tag', 'read', people['visitor-'], tags);
    expect(await tags.pluck('name')).toEqual(['T1']);
  });

  it('hold condition by condition', async () => {
    const appOfId = new Map(rows.apps.map(app => [app.id, app]));
    const worlds = {
      app: {
        id: 'apps.id',
        query: () => knex('apps'),
        rows: rows.apps.map(app => [app.id, appFacts(app)] as const),
      },
      instance: {
        id: 'instances.id',
        query: () =>
          knex('instances').join('apps', 'apps.id', 'instances.app_id'),
        rows: rows.instances.map(
          each =>
            [each.id, instanceFacts(each, appOfId.get(each.appId)!)] as const,
        ),
      },
      secret: {
        id: 'secrets.id',
        query: () => knex('secrets'),
        rows: rows.secrets.map(secret => [secret.id, secret] as const),
      },
      alias: {
        id: 'aliases.id',
        query: () =>
          knex('aliases').leftJoin(
            'instances',
            'instances.id',
            'aliases.instance_id',
          ),
        rows: rows.aliases.map(alias => [alias.id, aliasFacts(alias)] as const),
      },
    };
    let asked = 0;
    for (const [kind, each] of Object.entries(worlds) as Array<
      ['app', (typeof worlds)['app']]
    >)
      for (const { when } of KINDS[kind].rules.read as ReadonlyArray<
        Rule<unknown>
      >)
        for (const { text, where, holds } of when)
          for (const [name, actor] of Object.entries(people)) {
            const query: Knex.QueryBuilder = each.query();
            apply(query, where!(actor, settings));
            const found = await query.pluck(each.id);
            const wanted = each.rows
              .filter(([, resource]) => holds({ actor, settings, resource }))
              .map(([id]) => id);
            asked += 1;
            expect([kind, text, name, found.sort()]).toEqual([
              kind,
              text,
              name,
              wanted.sort(),
            ]);
          }
    expect(asked).toBeGreaterThan(100);
  });

  it('ask of the rows no more than has to be asked', () => {
    const sql = (row: string, policies: IamPolicy[] = [], kind = 'app') => {
      const query = knex(`${kind}s`);
      Policy.create({ settings, policies: () => policies }).filter(
        kind as 'app',
        'read',
        people[row],
        query,
      );
      return query.toString().replace(/`/g, '');
    };
    const all = 'select * from apps';
    expect(sql('admin, full')).toBe(all);
    expect(sql('anonymous')).toBe(`${all} where 1 = 0`);
    expect(sql('full')).toBe(
      `${all} where (((apps.owner_ref = 'user:default/full')) or ((not apps.visibility = 'PRIVATE')))`,
    );
    expect(sql('full', [statement({})])).toBe(all);
    expect(sql('anonymous', [statement({})])).toBe(`${all} where 1 = 0`);
    expect(sql('full', [statement({ subjects: ['is_admin'] })])).toBe(
      sql('full'),
    );
    expect(sql('admin, full', [statement({ effect: 'deny' })])).toBe(
      `${all} where not 1 = 1`,
    );
    expect(
      sql('admin, full', [
        statement({ effect: 'deny', subjects: ['anonymous'] }),
      ]),
    ).toBe(all);
    // Nothing of this policy is about apps.
    expect(
      sql('anonymous', [statement({ subjects: ['anonymous'] }, ['tag:t'])]),
    ).toBe(`${all} where 1 = 0`);
  });

  it('are not there for what no list is filtered by', () => {
    expect(() =>
      Policy.create({ settings }).filter(
        'instance',
        'open',
        people.full,
        knex('instances'),
      ),
    ).toThrow(
      '3.4 public instance: "the instance is PUBLIC" cannot filter a list',
    );
  });
});
