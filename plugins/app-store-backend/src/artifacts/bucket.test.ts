/** The store as a whole with its bundles in a bucket: alone, and as two replicas. */
import { packDirectory } from '@ai-app-store/bundle';
import { ENTRY_DIRECTORY, entryModules } from '@ai-app-store/runtime-entry';
import makeKnex from 'knex';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  API,
  as,
  bundle,
  StoreUnderTest,
} from '../__testUtils__/StoreUnderTest';
import { S3Server } from './__testUtils__/S3Server';
import { nodeImage } from '../__testUtils__/localRuntime';
import { behaviourIds, databases } from '../database/__testUtils__/databases';

jest.setTimeout(120_000);

const room = mkdtempSync(join(tmpdir(), 'bucket-'));
afterAll(() => rmSync(room, { recursive: true, force: true }));

/** The configuration of a replica. */
function bundlesIn(server: S3Server, replica: string) {
  const { credentials, ...s3 } = server.config;
  return {
    spoolDirectory: join(room, replica),
    s3: { ...s3, ...credentials },
  };
}

const kept = (server: S3Server, part: string) =>
  server.keys(`${server.config.prefix}${part}/`);

describe.each(behaviourIds())('a store with a bucket on %s', id => {
  let server: S3Server;
  let store: StoreUnderTest;
  beforeAll(async () => {
    server = await S3Server.start();
    const tools = join(room, `tools-${id}`);
    cpSync(ENTRY_DIRECTORY, tools, { recursive: true });
    for (const [name, source] of Object.entries(entryModules()))
      cpSync(source, join(tools, 'node_modules', name), { recursive: true });
    store = await StoreUnderTest.start(
      id,
      {
        bundles: bundlesIn(server, id),
        runtimes: [
          {
            name: 'python_3',
            mode: 'python',
            image: 'python:3',
            command: ['app-store-entry', 'start'],
            default: true,
          },
        ],
      },
      {
        images: {
          python: nodeImage(tools),
        },
      },
    );
  });
  afterAll(async () => {
    await store?.stop();
    await server.stop();
  });

  const request = async (method: 'get' | 'post' | 'delete', path: string) =>
    store.api[method](`${API}${path}`).set(as('dev'));

  it('imports, shows, hands out, runs, resumes and forgets an app', async () => {
    const data = await buffer(
      await packDirectory(
        join(__dirname, '../../../../examples/apps/word-count'),
      ),
    );
    const digest = createHash('sha256').update(data).digest('hex');
    const imported = await store.importApp('dev', data);
    expect(imported.body).toMatchObject({ app: { id: expect.any(String) } });
    const { id: appId } = imported.body.app;
    expect(kept(server, 'bundles')).toEqual([`store/bundles/${digest}.wave`]);

    const meta = await request('get', `/apps/${appId}/meta?part=APP`);
    expect(meta.text).toContain('com.example.word-count');
    const downloaded = await store.api
      .get(`${API}/apps/${appId}/bundle`)
      .set(as('dev'))
      .buffer()
      .parse((response, done) => {
        buffer(response as unknown as Readable).then(
          body => done(null, body),
          error => done(error, undefined),
        );
      });
    expect(downloaded.headers['content-length']).toBe(String(data.length));
    expect(data.equals(downloaded.body)).toBe(true);

    const run = await request('post', `/apps/${appId}/instances`);
    expect(run.status).toBe(201);
    await store.until(run.body.id, 'DEPLOYED', 'dev');
    // What pip installed is in the bucket, for the next start.
    const environments = kept(server, 'environments');
    expect(environments).toEqual([
      expect.stringMatching(
        new RegExp(
          `^store/environments/${appId}/[0-9a-f]{32}\\.[0-9a-f]{64}\\.tar$`,
        ),
      ),
    ]);
    await request('post', `/instances/${run.body.id}/suspend`);
    const before = server.calls.length;
    await request('post', `/instances/${run.body.id}/resume`);
    await store.until(run.body.id, 'DEPLOYED', 'dev');
    // The bundle is here still, the environment comes from there.
    expect(
      server.calls.slice(before).filter(call => call === 'GetObject'),
    ).toHaveLength(1);

    await request('delete', `/instances/${run.body.id}?purge=true`);
    while ((await request('delete', `/apps/${appId}`)).status === 409)
      await sleep(100);
    expect(kept(server, 'bundles')).toEqual([]);
    expect(kept(server, 'environments')).toEqual([]);
  });

  it('says what is wrong while the bucket cannot be reached, and loses nothing', async () => {
    const data = await bundle({ name: 'patient' });
    server.fault = () => 'error';
    const refused = await store.importApp('dev', data);
    expect(refused.body).toMatchObject({
      status: 503,
      code: 'BUNDLE_STORE_UNAVAILABLE',
      owner: 'admin',
      remedy: expect.stringContaining('appStore.bundles.s3'),
    });
    expect(readdirSync(join(room, id, 'incoming'))).toEqual([]);
    expect((await store.get('/apps?scope=mine', 'dev')).items).toEqual([]);
    server.fault = () => undefined;
    const { body } = await store.importApp('dev', data);
    server.fault = () => 'error';
    const download = await request('get', `/apps/${body.app.id}/bundle`);
    expect(download.body).toMatchObject({ code: 'BUNDLE_STORE_UNAVAILABLE' });
    server.fault = () => undefined;
    await request('delete', `/apps/${body.app.id}`);
    expect(kept(server, 'bundles')).toEqual([]);
  });
});

describe('two replicas with one bucket and one PostgreSQL', () => {
  let server: S3Server;
  const stores: StoreUnderTest[] = [];
  const pools: Array<{ destroy(): Promise<void> }> = [];
  beforeAll(async () => {
    server = await S3Server.start();
    const knex = await databases.init('POSTGRES_17');
    for (const replica of ['one', 'two']) {
      const own = makeKnex({ ...knex.client.config });
      pools.push(own);
      stores.push(
        await StoreUnderTest.start(
          'POSTGRES_17',
          { bundles: bundlesIn(server, replica) },
          { knex: own },
        ),
      );
    }
  });
  afterAll(async () => {
    await Promise.all(stores.map(store => store.stop()));
    await Promise.all(pools.map(pool => pool.destroy()));
    await server.stop();
  });

  it('never leave an app without its bundle, whoever deletes and imports where', async () => {
    const data = await bundle({ name: 'again' });
    const [one, two] = stores;
    // Time for an import to come in between "nobody speaks of it" and its end.
    server.slow = async call => {
      if (call === 'DeleteObject') await sleep(60);
    };
    for (let round = 0; round < 8; round++) {
      const { body } = await one.importApp('dev', data);
      const [deleted] = await Promise.all([
        one.api.delete(`${API}/apps/${body.app.id}`).set(as('dev')),
        ...[0, 5, 10, 20].map(async ms => {
          await sleep(ms);
          return two.importApp('dev', data);
        }),
      ]);
      expect(deleted.status).toBe(204);
      const { items } = await one.get('/apps?scope=mine&name=again', 'dev');
      expect(items.length).toBeLessThanOrEqual(1);
      expect(kept(server, 'bundles')).toHaveLength(items.length);
      for (const { id: appId } of items) {
        const meta = await one.api
          .get(`${API}/apps/${appId}/meta?part=APP`)
          .set(as('dev'));
        expect(meta.status).toBe(200);
        await two.api.delete(`${API}/apps/${appId}`).set(as('dev')).expect(204);
      }
    }
    expect(kept(server, 'bundles')).toEqual([]);
  });
});
