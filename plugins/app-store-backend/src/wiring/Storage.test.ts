import { mockServices } from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import type { Knex } from 'knex';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readStoreConfig } from '../config/StoreConfig';
import { S3Server } from '../artifacts/__testUtils__/S3Server';
import { AppRepository } from '../apps/AppRepository';
import { databaseIds, migrated } from '../database/__testUtils__/databases';
import { appRecord } from '../__testUtils__/fixtures';
import { type DatabaseSession } from '../database/DatabaseSession';
import { SettingsRepository } from '../database/SettingsRepository';
import { Storage } from './Storage';
import { openSession } from '../database/openSession';

jest.setTimeout(60_000);

describe.each(databaseIds())('storage on %s', id => {
  const room = mkdtempSync(join(tmpdir(), 'storage-'));
  const opened: Storage[] = [];
  let knex: Knex;
  beforeAll(async () => {
    knex = await migrated(id);
  });
  afterEach(() => Promise.all(opened.splice(0).map(each => each.close())));
  afterAll(() => rmSync(room, { recursive: true, force: true }));

  const sessions: DatabaseSession[] = [];
  afterAll(() => Promise.all(sessions.map(each => each.close())));

  const open = async (bundles: object) => {
    const session = openSession({ knex, logger: mockServices.logger.mock() });
    sessions.push(session);
    const storage = await Storage.open({
      config: readStoreConfig(
        new ConfigReader({
          backend: { baseUrl: 'http://localhost:7007' },
          appStore: { gateway: { baseUrl: 'http://apps.localhost' }, bundles },
        }),
      ),
      knex,
      apps: new AppRepository(knex),
      installation: 'this',
      logger: mockServices.logger.mock(),
      session,
      settings: new SettingsRepository(knex),
      times: { giveUpMs: 300, pollMs: 20 },
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
    await open({ directory: join(room, 'another') });
  });

  it('drops what no row speaks of, unless deletions are held', async () => {
    const server = await S3Server.start();
    const { credentials, ...s3 } = server.config;
    const bundles = {
      spoolDirectory: join(room, 'spool'),
      s3: { ...s3, ...credentials },
    };
    const used = 'a'.repeat(64);
    const apps = new AppRepository(knex);
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
