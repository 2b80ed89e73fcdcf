/**
 * A secret's value is looked for everywhere: it is in the cluster's Secret and in the
 * app's process, and nowhere else.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { Knex } from 'knex';
import { behaviourIds, databases } from '../database/__testUtils__/databases';
import { CatalogUnderTest } from '../__testUtils__/CatalogUnderTest';
import {
  API,
  as,
  bundle,
  type StoreUnderTest,
} from '../__testUtils__/StoreUnderTest';

jest.setTimeout(120_000);

/** Each way in has a value of its own, so that a find says where it leaked. */
const CANARIES = {
  stored: 'canary-stored-5f1a',
  replaced: 'canary-replaced-77b2',
  badKey: 'canary-bad-key-c3d1',
  badBase64: 'canary bad base64 e8',
  badType: 'canary-bad-type-41aa',
  tooLarge: 'canary-too-large-90',
  refused: 'canary-refused-1b7c',
  stale: 'canary-stale-66fe',
};
const forms = (value: string) => [
  value,
  Buffer.from(value).toString('base64').replace(/=+$/, ''),
  encodeURIComponent(value),
];

/** Every value of every table. */
async function dump(knex: Knex): Promise<string> {
  const sqlite = String(knex.client.config.client).includes('sqlite');
  const tables: Array<{ name: string }> = sqlite
    ? await knex('sqlite_master').where({ type: 'table' }).select('name')
    : await knex('pg_tables')
        .where({ schemaname: 'public' })
        .select({ name: 'tablename' });
  const rows = [];
  for (const { name } of tables) rows.push(await knex(name));
  return JSON.stringify(rows);
}

/** Environments and command lines of the processes of this machine that may be read. */
function processes(part: 'environ' | 'cmdline'): Map<string, string> {
  const found = new Map<string, string>();
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name)))
    try {
      found.set(pid, readFileSync(`/proc/${pid}/${part}`, 'utf8'));
    } catch {
      // Gone meanwhile, or another's.
    }
  return found;
}

describe.each(behaviourIds())("a secret's value on %s", id => {
  let catalog: CatalogUnderTest;
  let store: StoreUnderTest;
  let knex: Knex;
  const printed: string[] = [];
  const events: unknown[] = [];
  const answered: string[] = [];
  const spies: jest.SpyInstance[] = [];

  beforeAll(async () => {
    for (const level of ['debug', 'info', 'warn', 'error', 'log'] as const)
      spies.push(
        jest.spyOn(console, level).mockImplementation((...words) => {
          printed.push(words.map(String).join(' '));
        }),
      );
    knex = await databases.init(id);
    catalog = await CatalogUnderTest.start(
      id,
      { catalog: { policyWired: true } },
      { knex, logs: true, onEvent: event => events.push(event) },
    );
    store = catalog.store;
  });
  afterAll(async () => {
    await store?.stop();
    spies.forEach(spy => spy.mockRestore());
  });

  it('is in the Secret and in the process of the app, and nowhere else', async () => {
    const put = async (
      body: object,
      options: { who?: string; path?: string; headers?: object } = {},
    ) => {
      const answer = await store.api
        .put(`${API}/secrets/${options.path ?? 'canary'}`)
        .set(as(options.who ?? 'dev'))
        .set({ ...options.headers })
        .send(body);
      answered.push(JSON.stringify([answer.headers, answer.body]));
      return answer.status;
    };
    expect(await put({ data: { key: CANARIES.replaced } })).toBe(201);
    expect(await put({ data: { key: CANARIES.stored } })).toBe(200);
    expect(await put({ data: { 'bad/key': CANARIES.badKey } })).toBe(400);
    expect(
      await put({ data: { k: CANARIES.badBase64 }, encoding: 'base64' }),
    ).toBe(400);
    expect(await put({ data: { k: [CANARIES.badType] } })).toBe(400);
    expect(await put({ data: { k: CANARIES.tooLarge.repeat(60_000) } })).toBe(
      400,
    );
    expect(await put({ data: { k: CANARIES.refused } }, { who: 'vic' })).toBe(
      403,
    );
    expect(
      await put(
        { data: { k: CANARIES.stale } },
        { headers: { 'if-match': '"1"' } },
      ),
    ).toBe(412);

    const imported = await store.importApp(
      'dev',
      await bundle({
        name: 'canary',
        tail: '[[Env]]\nName = "TOKEN"\nSecret = "canary"\nSecretKey = "key"\n[[File]]\nPath = "conf/token"\nSecret = "canary"\nSecretKey = "key"\n',
      }),
    );
    const { body: instance } = await store.api
      .post(`${API}/apps/${imported.body.app.id}/instances`)
      .set(as('uma'));
    let shown = instance;
    while (shown.status !== 'DEPLOYED') {
      await new Promise(done => setTimeout(done, 50));
      shown = await store.get(`/instances/${instance.id}`, 'uma');
    }
    await catalog.settles('dev', ['Title of canary']);
    for (const [path, who] of [
      ['/secrets', 'dev'],
      ['/secrets/canary', 'dev'],
      ['/secrets/canary/usage', 'dev'],
      [`/instances/${instance.id}`, 'uma'],
      [`/instances/${instance.id}/events`, 'uma'],
      [`/instances/${instance.id}/status`, 'uma'],
      [`/apps/${imported.body.app.id}`, 'dev'],
      ['/audit', 'ada'],
      ['/explain?kind=secret&action=reveal&resource=canary', 'dev'],
    ])
      answered.push(JSON.stringify(await store.get(path, who)));

    // It does arrive where it belongs.
    const secrets = await store.kube('/api/v1/namespaces/app-store/secrets');
    expect(JSON.stringify(secrets)).toContain(
      Buffer.from(CANARIES.stored).toString('base64'),
    );
    const environments = processes('environ');
    const holders = [...environments].filter(([, text]) =>
      text.includes(CANARIES.stored),
    );
    expect(holders.length).toBeGreaterThan(0);
    for (const [, text] of holders)
      expect(text).toContain(`H2O_CLOUD_INSTANCE_ID=${instance.id}`);
    const revealed = await store.api
      .post(`${API}/secrets/canary/values`)
      .set(as('dev'));
    expect(Buffer.from(revealed.body.data.key, 'base64').toString()).toBe(
      CANARIES.stored,
    );
    expect(revealed.headers['cache-control']).toBe('no-store');

    const pods = await store.kube('/api/v1/namespaces/app-store/pods');
    const clusterEvents = await store.kube(
      '/api/v1/namespaces/app-store/events',
    );
    const places: Record<string, string> = {
      database: await dump(knex),
      entities: JSON.stringify(await catalog.find('dev')),
      'database of the catalog': await dump(catalog.catalogKnex),
      logs: printed.join('\n'),
      'events of the portal': JSON.stringify(events),
      'events of the cluster': JSON.stringify(clusterEvents),
      pods: JSON.stringify(pods),
      answers: answered.join('\n'),
      'command lines': [...processes('cmdline').values()].join('\n'),
      'command lines, by ps': execFileSync('ps', ['-eo', 'args'], {
        encoding: 'utf8',
      }),
    };
    expect(printed.join('\n')).toContain('imported canary 1.0.0');
    expect(events.length).toBeGreaterThan(3);
    expect(places.database).toContain('"action":"secret:');
    expect(places.entities).toContain('Title of canary');
    expect(places['database of the catalog']).toContain('Title of canary');
    const found = Object.entries(CANARIES).flatMap(([name, value]) =>
      Object.entries(places).flatMap(([place, text]) =>
        forms(value).some(form => text.includes(form))
          ? [`${name} is in ${place}`]
          : [],
      ),
    );
    expect(found).toEqual([]);
  });
});
