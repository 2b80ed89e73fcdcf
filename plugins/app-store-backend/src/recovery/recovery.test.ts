/** A database that was restored from a backup, beside the cluster and the bundles of now. */
import { KubeConfig } from '@kubernetes/client-node';
import type { Knex } from 'knex';
import { createHash } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { behaviourIds, migrated } from '../database/__testUtils__/databases';
import { Backup } from '../database/__testUtils__/backup';
import { KubeApi } from '../kubernetes/client/KubeApi';
import type { KubeObject } from '../kubernetes/client/kubeObjects';
import {
  API,
  as,
  bundle,
  StoreUnderTest,
} from '../__testUtils__/StoreUnderTest';
import { until } from '../__testUtils__/until';

jest.setTimeout(240_000);

const PAST = '2001-01-01T00:00:00.000Z';
const VOLUME = 'VolumeMount = "/v"\nVolumeSize = "1Mi"';
/** What the store does every five seconds it does twice in one here. */
const PACE = 10;
/** Sweeps have had their turn, each at least twice; what was made is noted. */
const aWhile = () => sleep(1500);
const SECRET = '[[Env]]\nName = "TOKEN"\nSecret = "door"\nSecretKey = "k"\n';

describe.each(behaviourIds())('12: a restored backup on %s', id => {
  let knex: Knex;
  let first: StoreUnderTest;
  let kube: KubeApi;
  let directory: string;
  const after: StoreUnderTest[] = [];

  beforeEach(async () => {
    knex = await migrated(id);
    first = await StoreUnderTest.start(id, {}, { knex, pace: PACE });
    directory = first.bundles;
    const config = new KubeConfig();
    config.loadFromString(first.cluster.kubeconfig);
    kube = KubeApi.create(config);
  });
  afterEach(async () => {
    kube.close();
    for (const store of after.splice(0)) await store.backend.stop();
    await first.stop();
  });

  const put = (store: StoreUnderTest, name: string, value: string) =>
    store.api
      .put(`${API}/secrets/${name}`)
      .set(as('dev'))
      .send({ data: { k: value } });
  const post = (store: StoreUnderTest, who: string, path: string, body = {}) =>
    store.api.post(`${API}${path}`).set(as(who)).send(body);
  const names = async (kind: string) =>
    (
      await kube.json<{ items: KubeObject[] }>(
        `/${
          kind === 'statefulsets' ? 'apis/apps/v1' : 'api/v1'
        }/namespaces/app-store/${kind}`,
      )
    ).items
      .map(item => item.metadata!.name!)
      .sort();
  const everything = async () => ({
    secrets: await names('secrets'),
    claims: await names('persistentvolumeclaims'),
    workloads: await names('statefulsets'),
    bundles: readdirSync(join(directory, 'bundles')).sort(),
  });
  const imported = async (store: StoreUnderTest, name: string, tail = '') =>
    (
      await store
        .importApp('dev', await bundle({ name, toml: VOLUME, tail }))
        .expect(201)
    ).body.app.id as string;
  const run = async (store: StoreUnderTest, app: string, who = 'dev') => {
    const { body } = await post(store, who, `/apps/${app}/instances`).expect(
      201,
    );
    await store.until(body.id, 'DEPLOYED');
    return body.id as string;
  };
  /** The store as it starts after the backup was put in. */
  const restart = async (backup: Backup, config: object = {}) => {
    await first.backend.stop();
    await backup.restore(knex);
    const store = await StoreUnderTest.start(
      id,
      { bundles: { directory }, terminatedRetention: '1s', ...config },
      { knex, after: first, pace: PACE },
    );
    after.push(store);
    return store;
  };

  /** What there is to decide once the cluster was compared, which comes after the start. */
  const noticed = (store: StoreUnderTest) =>
    until(async () => {
      const report = await store.get('/recovery', 'ada');
      return report.epochs?.cluster && report;
    });

  /** An hour of work: some of it is in the backup, the rest came afterwards. */
  async function hourOfWork() {
    await put(first, 'old', 'value-of-old').expect(201);
    const oldApp = await imported(first, 'before');
    const ended = await run(first, oldApp);
    // As the backup has it, this one's volume is about to be purged.
    await first.api
      .delete(`${API}/instances/${ended}`)
      .set(as('dev'))
      .expect(202);
    await until(async () => {
      const { items } = await first.get(`/instances?terminated=true`, 'dev');
      return items.some(
        (each: { status: string }) => each.status === 'SUSPENDED',
      );
    });
    const backup = await Backup.take(knex);
    backup.change('instances', ended, { purge_after: PAST });
    // Since then: restored, and what is new.
    await post(first, 'dev', `/instances/${ended}/restore`).expect(200);
    await post(first, 'dev', `/instances/${ended}/resume`).expect(200);
    await first.until(ended, 'DEPLOYED');
    await put(first, 'door', 'value-of-door').expect(201);
    const newApp = await imported(first, 'after', SECRET);
    const newInstance = await run(first, newApp);
    return { backup, oldApp, ended, newApp, newInstance };
  }

  it('12: destroys nothing, and adopts what came after it', async () => {
    const { backup, ended, newApp, newInstance } = await hourOfWork();
    const before = await everything();
    const store = await restart(backup);
    // Everything that deletes has its turn: what is due to be purged, secrets, files, a request.
    const report = await noticed(store);
    await knex('instances').where({ id: ended }).update({ purge_after: PAST });
    const refused = await store.api
      .delete(`${API}/secrets/old`)
      .set(as('dev'))
      .expect(503);
    expect(refused.body).toMatchObject({
      code: 'RESTORED_BACKUP',
      owner: 'admin',
    });
    await store.api
      .delete(`${API}/instances/${ended}?purge=true`)
      .set(as('dev'))
      .expect(503);
    await aWhile();
    expect(await everything()).toEqual(before);
    // Its owner can still take it back.
    const kept = await knex('instances').where({ id: ended }).first();
    expect(kept.desired).toBe('released');

    expect(report).toMatchObject({ held: true });
    for (const { seen, database } of [
      report.epochs.cluster,
      report.epochs.bundles,
    ])
      expect(seen).toBeGreaterThan(database);
    const listed = report.items.map(
      (item: { kind: string; name: string; adoptable: boolean }) => [
        item.kind,
        item.name,
        item.adoptable,
      ],
    );
    expect(listed).toEqual([
      ['app', 'after 1.0.0', true],
      ['secret', 'door', true],
      ['instance', newInstance, true],
    ]);

    // Who has seen something else decides nothing; nor does who is no admin.
    const decide = (who: string, plan: string) =>
      post(store, who, '/recovery', { decision: 'adopt', plan });
    await decide('dev', report.plan).expect(403);
    expect((await decide('ada', 'abc').expect(409)).body.code).toBe(
      'PLAN_CHANGED',
    );
    await decide('ada', report.plan).expect(200);
    expect(await store.get('/recovery', 'ada')).toEqual({
      held: false,
      items: [],
    });

    const app = await store.get(`/apps/${newApp}`, 'dev');
    expect(app).toMatchObject({
      name: 'after',
      owner: 'user:default/dev',
      visibility: 'PRIVATE',
    });
    const { body } = await post(store, 'dev', '/secrets/door/values').expect(
      200,
    );
    expect(Buffer.from(body.data.k, 'base64').toString()).toBe('value-of-door');
    await store.until(newInstance, 'DEPLOYED');
    // What the backup would have purged is kept: its owner takes it back once more.
    await post(store, 'dev', `/instances/${ended}/restore`).expect(200);
    await post(store, 'dev', `/instances/${ended}/resume`).expect(200);
    await store.until(ended, 'DEPLOYED');
    const now = await everything();
    expect(now.claims).toEqual(before.claims);
    expect(now.bundles).toEqual(before.bundles);
    // Deletions go on.
    await store.api.delete(`${API}/secrets/old`).set(as('dev')).expect(204);
  });

  /** An instance whose volume the backup would purge at once, and that was restored since. */
  async function restoredBackup() {
    const app = await imported(first, 'taken.back');
    const instance = await run(first, app);
    await first.api
      .delete(`${API}/instances/${instance}`)
      .set(as('dev'))
      .expect(202);
    await until(async () => {
      const row = await knex('instances').where({ id: instance }).first();
      return row.desired === 'released';
    });
    // What was made before is noted by now.
    await aWhile();
    const backup = await Backup.take(knex);
    backup.change('instances', instance, { purge_after: PAST });
    await post(first, 'dev', `/instances/${instance}/restore`).expect(200);
    await post(first, 'dev', `/instances/${instance}/resume`).expect(200);
    await first.until(instance, 'DEPLOYED');
    return { backup, claim: `i-${instance}-data` };
  }

  it('12: keeps bundles that the backup lacks, also where another upload of the version was faster', async () => {
    await imported(first, 'before');
    const backup = await Backup.take(knex);
    await imported(first, 'after');
    const versions = await Promise.all(
      ['a', 'b', 'c'].map(text =>
        bundle({ name: 'raced', toml: VOLUME, tail: `# ${text}` }),
      ),
    );
    for (const bytes of versions)
      writeFileSync(
        join(
          directory,
          'bundles',
          `${createHash('sha256').update(bytes).digest('hex')}.wave`,
        ),
        bytes,
      );
    const { bundles } = await everything();
    const store = await restart(backup);
    const answers = await Promise.all(
      versions.map(bytes => store.importApp('dev', bytes)),
    );
    expect(answers.map(answer => answer.status).sort()).toEqual([
      201, 409, 409,
    ]);
    expect((await everything()).bundles).toEqual(bundles);
  });

  it('12: notices a backup that lacks launches without volumes alone', async () => {
    const { body } = await first
      .importApp('dev', await bundle({ name: 'plain' }))
      .expect(201);
    await aWhile();
    const backup = await Backup.take(knex);
    const launched = await run(first, body.app.id);
    const store = await restart(backup);
    const report = await noticed(store);
    expect(report).toMatchObject({
      held: true,
      items: [{ kind: 'instance', id: launched, adoptable: true }],
    });
  });

  it('12: notices a backup that lacks a restoration alone', async () => {
    const { backup, claim } = await restoredBackup();
    const store = await restart(backup);
    expect(await noticed(store)).toMatchObject({ held: true });
    // Sweeps look at it, and delete nothing.
    await aWhile();
    expect(await names('persistentvolumeclaims')).toContain(claim);
  });

  it('12: notices a database that is put back under a store that runs', async () => {
    const { backup, claim } = await restoredBackup();
    // What was made last is noted by now: nothing but a sweep compares after this.
    await aWhile();
    await backup.restore(knex);
    await until(async () => (await first.get('/recovery', 'ada')).held);
    await aWhile();
    expect(await names('persistentvolumeclaims')).toContain(claim);
  });

  it('12: notices such a database before it deletes what somebody asks for', async () => {
    await put(first, 'asked', 'value').expect(201);
    await aWhile();
    const backup = await Backup.take(knex);
    await put(first, 'later', 'value').expect(201);
    await backup.restore(knex);
    // Before any sweep has looked.
    await first.api.delete(`${API}/secrets/asked`).set(as('dev')).expect(503);
    expect(await names('secrets')).toHaveLength(3);
  });

  it('12: discards what came after it only when an admin says so', async () => {
    const { backup, newInstance, ended } = await hourOfWork();
    const store = await restart(backup);
    const { plan, items } = await store.get('/recovery', 'ada');
    expect(items).toHaveLength(3);
    await post(store, 'ada', '/recovery', { decision: 'discard', plan }).expect(
      200,
    );
    await until(
      async () => !JSON.stringify(await everything()).includes(newInstance),
    );
    const left = await everything();
    // What no list named is not touched: its owner can take it back.
    await aWhile();
    expect(await names('persistentvolumeclaims')).toContain(`i-${ended}-data`);
    expect(JSON.stringify(left)).not.toContain(newInstance);
    expect(left.bundles).toHaveLength(1);
    expect(left.secrets.filter(name => name.startsWith('s-'))).toHaveLength(1);
  });

  it('12: starts as ever where the database is the one of before', async () => {
    await imported(first, 'plain');
    await first.backend.stop();
    const store = await StoreUnderTest.start(
      id,
      { bundles: { directory } },
      { knex, after: first },
    );
    after.push(store);
    expect(await store.get('/recovery', 'ada')).toEqual({
      held: false,
      items: [],
    });
  });
});
