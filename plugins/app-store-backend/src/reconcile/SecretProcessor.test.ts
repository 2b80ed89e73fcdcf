/** Secrets of the store held against the local cluster, where somebody else was at work. */
import { mockServices } from '@backstage/backend-test-utils';
import {
  startLocalCluster,
  type LocalCluster,
} from '@ai-app-store/local-cluster';
import { KubeConfig } from '@kubernetes/client-node';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseIds, migrated } from '../database/__testUtils__/databases';
import { appRecord, NOW } from '../__testUtils__/fixtures';
import { AppRepository } from '../apps/AppRepository';
import { SecretRepository } from '../secrets/SecretRepository';
import { KubeApi } from '../kubernetes/client/KubeApi';
import { Policy } from '../policy';
import type { Preconditions } from '../apps/Preconditions';
import { SecretCluster } from '../kubernetes/SecretCluster';
import { SecretProcessor } from './SecretProcessor';

jest.setTimeout(60_000);

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe.each(databaseIds())('SecretProcessor on %s', id => {
  let directory: string;
  let local: LocalCluster;
  let api: KubeApi;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'sp-'));
    local = await startLocalCluster({ directory, images: {} });
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromString(local.kubeconfig);
    api = KubeApi.create(kubeConfig);
  });
  afterAll(async () => {
    api?.close();
    await local?.stop(500);
    rmSync(directory, { recursive: true, force: true });
  });

  async function setUp() {
    const knex = await migrated(id);
    const policy = Policy.create({
      settings: { publicMode: false, downloads: true },
    });
    const apps = new AppRepository(knex);
    const secrets = new SecretRepository(knex, policy);
    const cluster = new SecretCluster({
      api,
      namespace: 'default',
      installation: `i-${randomUUID().slice(0, 8)}`,
    });
    const looked: string[][] = [];
    const preconditions = {
      refreshUsersOf: async (appIds: string[]) => {
        looked.push(appIds);
      },
    } as unknown as Preconditions;
    const logger = mockServices.logger.mock();
    let now = Date.now();
    let held = false;
    const processor = new SecretProcessor({
      secrets,
      cluster,
      preconditions,
      guard: { isHeld: async () => held, assertMayDelete: async () => {} },
      logger,
      now: () => now,
    });
    const store = async (name: string, value: string) => {
      const data = { key: base64(value) };
      const secret = {
        id: randomUUID(),
        name,
        visibility: 'PRIVATE' as const,
        parent: '',
        ownerRef: 'user:default/dev',
        keys: ['key'],
        valueVersion: 1,
        valueDigest: await cluster.digest(data),
        state: 'READY' as const,
        revision: 1,
        createdAt: NOW,
        updatedAt: NOW,
      };
      await secrets.insert(secret);
      await cluster.put(secret.id, secret, data, undefined);
      return secret;
    };
    const stateOf = async (secretId: string) =>
      (await secrets.get(secretId))?.state;
    const hold = (value: boolean) => {
      held = value;
    };
    const later = (milliseconds: number) => {
      now += milliseconds;
    };
    return {
      apps,
      secrets,
      cluster,
      processor,
      logger,
      looked,
      store,
      stateOf,
      later,
      hold,
    };
  }

  it('says what was changed or is gone, has its apps looked at, and says it once', async () => {
    const { apps, cluster, processor, logger, looked, store, stateOf } =
      await setUp();
    const [same, changed, gone] = [
      await store('same', 'a'),
      await store('changed', 'b'),
      await store('gone', 'c'),
    ];
    const app = appRecord();
    await apps.insert(app, {
      secrets: [
        { name: 'gone', key: 'key', optional: false, secretId: gone.id },
      ],
    });
    const overwrite = async (value: string) =>
      cluster.put(
        changed.id,
        changed,
        { key: base64(value) },
        await cluster.look(changed.id),
      );
    await overwrite('somebody else');
    await cluster.remove(gone.id, await cluster.look(gone.id));

    await processor.look();
    expect(await stateOf(same.id)).toBe('READY');
    expect(await stateOf(changed.id)).toBe('CHANGED_OUTSIDE');
    expect(await stateOf(gone.id)).toBe('LOST');
    expect(looked).toContainEqual([app.id]);
    expect(logger.warn).toHaveBeenCalledTimes(2);

    await processor.look();
    expect(logger.warn).toHaveBeenCalledTimes(2);

    await overwrite('b');
    await processor.look();
    expect(await stateOf(changed.id)).toBe('READY');
  });

  it('15: misses none that is made while all are looked at', async () => {
    const { cluster, processor, logger, store, stateOf } = await setUp();
    const list = cluster.list.bind(cluster);
    let late: string | undefined;
    jest.spyOn(cluster, 'list').mockImplementation(async () => {
      const listed = await list();
      late = (await store('late', 'a')).id;
      return listed;
    });
    await processor.look();
    expect(await stateOf(late!)).toBe('READY');
    expect(logger.warn).not.toHaveBeenCalled();
  });

  it('drops the object of a secret that is not there, once it is old enough, and no other', async () => {
    const { secrets, cluster, processor, store, later, hold } = await setUp();
    const kept = await store('kept', 'a');
    const orphan = await store('orphan', 'b');
    await secrets.delete(orphan.id);
    await processor.look();
    expect(await cluster.read(orphan.id)).toEqual({ key: base64('b') });
    later(11 * 60_000);
    hold(true);
    await processor.look();
    expect(await cluster.read(orphan.id)).toEqual({ key: base64('b') });
    hold(false);
    await processor.look();
    expect(await cluster.read(orphan.id)).toBeUndefined();
    expect(await cluster.read(kept.id)).toEqual({ key: base64('a') });
  });

  it('leaves the secrets of another installation alone', async () => {
    const ours = await setUp();
    const others = await setUp();
    const theirs = await others.store('theirs', 'a');
    ours.later(60 * 60_000);
    await ours.processor.look();
    expect(await others.cluster.read(theirs.id)).toEqual({ key: base64('a') });
  });

  it('has one hash key an installation, however many ask first', async () => {
    const { cluster } = await setUp();
    const installation = 'shared';
    const two = [0, 1].map(
      () => new SecretCluster({ api, namespace: 'default', installation }),
    );
    const digests = await Promise.all(
      two.map(each => each.digest({ key: base64('a') })),
    );
    expect(digests[0]).toBe(digests[1]);
    expect(await cluster.digest({ key: base64('a') })).not.toBe(digests[0]);
    expect(await two[0].digest({ key: base64('b') })).not.toBe(digests[0]);
  });
});
