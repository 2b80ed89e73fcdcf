import { mockServices } from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import type { Knex } from 'knex';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readStoreConfig } from '../config/StoreConfig';
import { S3Server } from '../bundle/__testUtils__/S3Server';
import { AppRepository } from '../database/AppRepository';
import { databaseIds, migrated } from '../database/__testUtils__/databases';
import { appRecord } from '../database/fixtures.testing';
import { Policy } from '../policy';
import { Storage } from './Storage';

jest.setTimeout(60_000);

const policy = Policy.create({
  settings: { publicMode: false, downloads: true },
});

describe.each(databaseIds())('storage on %s', id => {
  const room = mkdtempSync(join(tmpdir(), 'storage-'));
  const opened: Storage[] = [];
  let knex: Knex;
  beforeAll(async () => {
    knex = await migrated(id);
  });
  afterEach(() => Promise.all(opened.splice(0).map(each => each.close())));
  afterAll(() => rmSync(room, { recursive: true, force: true }));

  const open = async (bundles: object) => {
    const storage = await Storage.open({
      config: readStoreConfig(
        new ConfigReader({
          backend: { baseUrl: 'http://localhost:7007' },
          appStore: { gateway: { baseUrl: 'http://apps.localhost' }, bundles },
        }),
      ),
      knex,
      apps: new AppRepository(knex, policy),
      installation: 'this',
      logger: mockServices.logger.mock(),
      times: { beat: 50, silence: 2000, patience: 300, look: 20 },
    });
    opened.push(storage);
    return storage;
  };

  it('is not opened twice in directories that are not shared', async () => {
    const directory = join(room, 'own');
    const first = await open({ directory });
    await expect(open({ directory })).rejects.toThrow('Recreate');
    await expect(open({ directory, shared: true })).rejects.toThrow('alike');
    await opened.splice(opened.indexOf(first), 1)[0].close();
    await open({ directory });
  });

  it('is opened by many in one that is', async () => {
    const directory = join(room, 'shared');
    const [one, two] = [
      await open({ directory, shared: true }),
      await open({ directory, shared: true }),
    ];
    expect(one.stores).not.toBe(two.stores);
  });

  it('keeps nobody out after it could not be opened', async () => {
    const directory = join(room, 'file');
    writeFileSync(directory, '');
    await expect(open({ directory })).rejects.toThrow(
      'appStore.bundles.directory',
    );
    expect(await knex('replicas')).toEqual([]);
  });

  it('drops what no row speaks of, unless deletions are held', async () => {
    const server = await S3Server.start();
    const { credentials, ...s3 } = server.config;
    const bundles = {
      spoolDirectory: join(room, 'spool'),
      s3: { ...s3, ...credentials },
    };
    const used = 'a'.repeat(64);
    const apps = new AppRepository(knex, policy);
    const app = appRecord({ bundleDigest: used });
    await apps.insert(app);
    const put = (key: string) =>
      server.do('PutObject', {
        key: `store/${key}`,
        query: new URLSearchParams(),
        body: Buffer.from('x'),
      });
    for (const digest of [used, 'b'.repeat(64)]) put(`bundles/${digest}.wave`);
    put(`assets/${'c'.repeat(64)}.png`);
    for (const appId of [app.id, 'gone']) put(`environments/${appId}/n.d.tar`);
    server.age(2 * 3600_000);
    put(`bundles/${'d'.repeat(64)}.wave`);
    const storage = await open(bundles);
    const held = [true, false];
    const guard = {
      isHeld: async () => held.shift()!,
      assertMayDelete: async () => {},
    };
    const all = server.keys();
    await storage.sweep(guard);
    expect(server.keys()).toEqual(all);
    await storage.sweep(guard);
    expect(server.keys()).toEqual([
      `store/bundles/${used}.wave`,
      `store/bundles/${'d'.repeat(64)}.wave`,
      `store/environments/${app.id}/n.d.tar`,
      'store/installation',
    ]);
    await server.stop();
  });
});
