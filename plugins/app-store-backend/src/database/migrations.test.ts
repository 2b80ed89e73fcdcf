import { versionKey } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import { randomUUID } from 'node:crypto';
import { Outbox } from '../changes/Outbox';
import { objectsOf } from '../instances/instanceObjectRows';
import { MIGRATIONS_DIRECTORY } from './migrate';
import { databaseIds, databases } from './__testUtils__/databases';
import { manifestOf, NOW } from '../__testUtils__/fixtures';

jest.setTimeout(60_000);

const directory = MIGRATIONS_DIRECTORY;
const OWNER = 'user:default/dev';

/** Goes up until a migration is next. */
async function upBefore(knex: Knex, name: string): Promise<void> {
  for (;;) {
    const [, pending] = await knex.migrate.list({ directory });
    if (!pending.length || pending[0].file.includes(name)) return;
    await knex.migrate.up({ directory });
  }
}

/** Goes down until a migration is undone. */
async function downTo(knex: Knex, name: string): Promise<void> {
  for (;;) {
    const [done] = await knex.migrate.list({ directory });
    if (!done.some((each: { name: string }) => each.name.includes(name)))
      return;
    await knex.migrate.down({ directory });
  }
}

async function insertSecret(
  knex: Knex,
  change: { visibility: string; name: string; owner?: string },
): Promise<string> {
  const id = randomUUID();
  await knex('secrets').insert({
    id,
    name: change.name,
    visibility: change.visibility,
    owner_ref: change.owner ?? OWNER,
    scope_owner: change.visibility === 'PRIVATE' ? change.owner ?? OWNER : '',
    key_names: '["key"]',
    created_at: NOW,
    updated_at: NOW,
  });
  return id;
}

/** An app as the first releases kept it. */
async function insertApp(
  knex: Knex,
  version: string,
  createdAt: string,
  tables = '',
): Promise<string> {
  const id = randomUUID();
  const manifest = manifestOf(
    `[App]\nName = "com.example.old"\nVersion = "${version}"\nTitle = "Old App"\n[Runtime]\nAppMode = "node"\nModule = "server.js"\n${tables}`,
  );
  await knex('apps').insert({
    id,
    name: manifest.name,
    version,
    owner_ref: version === '1.9.0' ? OWNER : 'user:default/uma',
    visibility: 'ALL_USERS',
    manifest: JSON.stringify(manifest),
    search_text: 'old app',
    long_description: '',
    screenshots: '[]',
    bundle_digest: 'x',
    content_digest: 'x',
    bundle_size: 1,
    created_at: createdAt,
    updated_at: createdAt,
  });
  return id;
}

describe.each(databaseIds())('migrations on %s', id => {
  it('go up, down to nothing, and up again', async () => {
    const knex = await databases.init(id);
    await knex.migrate.latest({ directory });
    expect(await knex('instances')).toEqual([]);
    await knex.migrate.rollback({ directory }, true);
    expect(await knex.schema.hasTable('instances')).toBe(false);
    expect(await knex.schema.hasTable('apps')).toBe(false);
    await knex.migrate.latest({ directory });
    expect(await knex('apps')).toEqual([]);
  });

  it('take the objects of older instances into a table of their own, and lose nothing on the way back', async () => {
    const knex = await databases.init(id);
    await upBefore(knex, 'changes');
    const appId = await insertApp(knex, '1.9.0', NOW);
    await knex('apps').where({ id: appId }).update({ title: 'Old App' });
    const objects = {
      plain: { service: { kind: 'Service' } },
      kept: { claim: { kind: 'PersistentVolumeClaim' } },
    };
    const ids = { plain: randomUUID(), kept: randomUUID() };
    for (const name of ['plain', 'kept'] as const)
      await knex('instances').insert({
        id: ids[name],
        app_id: appId,
        owner_ref: OWNER,
        visibility: 'PRIVATE',
        desired: 'suspended',
        cluster: 'default',
        namespace: 'apps',
        objects: JSON.stringify(objects[name]),
        status: 'SUSPENDED',
        stages: '{}',
        timeout_seconds: -1,
        created_at: NOW,
        updated_at: NOW,
      });
    const before = await knex('instances').orderBy('id');

    await knex.migrate.latest({ directory });
    expect(await objectsOf(knex, ids.plain)).toEqual(objects.plain);
    expect(await objectsOf(knex, ids.kept)).toEqual(objects.kept);
    const rows = await knex('instances').select('id', 'has_volume');
    expect(
      Object.fromEntries(rows.map(row => [row.id, Boolean(row.has_volume)])),
    ).toEqual({ [ids.plain]: false, [ids.kept]: true });
    const outbox = new Outbox(knex);
    await outbox.transaction(async (_, tell) => tell('instance', ids.plain));
    expect(await outbox.end()).toBe(1);

    await downTo(knex, 'changes');
    expect(await knex('instances').orderBy('id')).toEqual(before);
    await knex.migrate.latest({ directory });
    expect(await objectsOf(knex, ids.kept)).toEqual(objects.kept);
    expect(await new Outbox(knex).end()).toBe(0);
  });

  it('say of older apps what newer ones say at their import, and lose nothing on the way back', async () => {
    const knex = await databases.init(id);
    await upBefore(knex, 'five_resources');
    const own = await insertSecret(knex, { visibility: 'PRIVATE', name: 's' });
    await insertSecret(knex, { visibility: 'ALL_USERS', name: 's' });
    const shared = await insertSecret(knex, {
      visibility: 'ALL_USERS',
      name: 'shared',
    });
    await insertSecret(knex, {
      visibility: 'PRIVATE',
      name: 'other',
      owner: 'user:default/uma',
    });
    const env = (name: string, secret: string, more = '') =>
      `[[Env]]\nName = "${name}"\nSecret = "${secret}"\nSecretKey = "key"\n${more}`;
    const first = await insertApp(
      knex,
      '1.9.0',
      '2026-11-01T00:00:00.000Z',
      env('A', 's') +
        env('B', 's') +
        env('C', 'shared') +
        env('D', 'other') +
        env('E', 's2', 'Optional = true\n'),
    );
    const second = await insertApp(knex, '1.10.0', '2026-11-02T00:00:00.000Z');

    await knex.migrate.latest({ directory });
    const apps = await knex('apps').orderBy('version_key').select('*');
    expect(apps.map(app => app.id)).toEqual([first, second]);
    expect(apps[0]).toMatchObject({
      title: 'Old App',
      sort_title: 'old app',
      lifecycle: 'ON_DEMAND',
      version_key: versionKey('1.9.0'),
      origin: 'direct',
      runnable: null,
      revision: 1,
    });
    expect(
      await knex('app_secrets')
        .where({ app_id: first })
        .orderBy('name')
        .select('name', 'secret_id'),
    ).toEqual([
      // Another person's secret is not what it resolved to.
      { name: 'other', secret_id: null },
      { name: 's', secret_id: own },
      { name: 's2', secret_id: null },
      { name: 'shared', secret_id: shared },
    ]);
    expect(await knex('app_names').select('name', 'owner_ref')).toEqual([
      { name: 'com.example.old', owner_ref: OWNER },
    ]);
    await expect(knex('secrets').where({ id: own }).delete()).rejects.toThrow();

    await downTo(knex, 'five_resources');
    expect((await knex('apps')).map(app => app.id).sort()).toEqual(
      [first, second].sort(),
    );
    expect(await knex('secrets')).toHaveLength(4);
    await knex.migrate.latest({ directory });
    expect(await knex('app_secrets').where({ secret_id: own })).toHaveLength(1);
  });

  it('3: take references out of parameters of instances that are there', async () => {
    const knex = await databases.init(id);
    await upBefore(knex, 'literal_parameters');
    const app = await insertApp(knex, '1.0.0', NOW);
    const env = [
      { name: 'TITLE', value: '$(KEY) $5' },
      { name: 'OWN', value: '$(KEY)' },
    ];
    const instance = randomUUID();
    await knex('instances').insert({
      id: instance,
      app_id: app,
      owner_ref: OWNER,
      visibility: 'PRIVATE',
      desired: 'suspended',
      cluster: 'default',
      namespace: 'apps',
      objects: JSON.stringify({
        workload: { spec: { template: { spec: { containers: [{ env }] } } } },
      }),
      status: 'SUSPENDED',
      stages: '{}',
      restart_count: 0,
      timeout_seconds: -1,
      suspendable: true,
      extended: false,
      parameters: JSON.stringify({ TITLE: '$(KEY) $5' }),
      launch: 1,
      created_at: NOW,
      updated_at: NOW,
    });
    const valuesOf = async () => {
      const row = await knex('instances').where({ id: instance }).first();
      return JSON.parse(
        row.objects,
      ).workload.spec.template.spec.containers[0].env.map(
        (entry: { value: string }) => entry.value,
      );
    };
    await knex.migrate.latest({ directory });
    expect(await valuesOf()).toEqual(['$$(KEY) $$5', '$(KEY)']);
    await downTo(knex, 'literal_parameters');
    expect(await valuesOf()).toEqual(['$(KEY) $5', '$(KEY)']);
  });
});
