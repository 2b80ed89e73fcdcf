/** A Kubernetes API that is silent, slow, busy, or refuses: how long it takes until all is right. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterTest, type Seen } from '../cluster/__testUtils__/ClusterTest';
import { ClusterUnderTest } from '../cluster/__testUtils__/ClusterUnderTest';
import { databaseIds } from '../database/__testUtils__/databases';
import { FaultCluster } from './__testUtils__/FaultCluster';
import { row } from './__testUtils__/rows';

jest.setTimeout(240_000);

const DATABASE =
  databaseIds()
    .flat()
    .find(id => id.startsWith('POSTGRES')) ?? 'SQLITE_3';
const has = (code: string) => (seen: Seen) => seen.problem?.code === code;
const isWell = (seen: Seen) => seen.status === 'DEPLOYED' && !seen.problem;

describe('15: faults of the API', () => {
  let faults: FaultCluster;
  let cluster: ClusterUnderTest;
  let t: ClusterTest;
  let app: string;

  beforeAll(async () => {
    cluster = await ClusterUnderTest.open({
      kubeconfig: async port => {
        faults = await FaultCluster.start(port);
        return faults.kubeconfig;
      },
    });
  });
  afterAll(async () => {
    await cluster?.close();
    await faults?.stop();
  });

  beforeEach(async () => {
    t = await ClusterTest.start(cluster, 'faults', {}, { database: DATABASE });
    app = await t.publish({ name: 'app' });
  });
  afterEach(async () => {
    faults.goOn();
    await faults.fail();
    await t.stop();
  });

  const running = async () => {
    const id = await t.run(app);
    await t.until(id, isWell);
    return id;
  };
  /** Milliseconds from now until an instance is so. */
  const took = async (
    id: string,
    what: (seen: Seen) => boolean,
    limitMs = 120_000,
  ) => (await t.until(id, what, limitMs)).ms;

  it('15: 7, an API that stands still', async () => {
    const id = await running();
    faults.pause();
    const silent = await took(id, has('CLUSTER_UNREADABLE'));
    row('7 API stands still: unknown since', 'no word for 65 s', silent, 15);
    expect((await t.see(id)).problem!.message).toMatch(/since 20\d\d-/);
    faults.goOn();
    row('7 API goes on: right', '-', await took(id, isWell), 5);
  });
  it.each([
    ['cut off', { drop: true }],
    ['500', { status: 500 }],
    ['503', { status: 503 }],
  ])('15: 8, an outage (%s)', async (what, fault) => {
    const ids = [await running(), await running()];
    await faults.fail({ ...fault, match: { userAgent: 'ai-app-store' } });
    // What was asked for meanwhile, and what was there.
    const late = await t.run(app);
    await t.until(ids[0], has('CLUSTER_UNREADABLE'), 30_000);
    await sleep(10_000);
    await faults.fail();
    const began = Date.now();
    for (const id of [...ids, late]) await t.until(id, isWell);
    row(
      `8 outage of 20 s (${what}): all right`,
      '37 and 54 s',
      Date.now() - began,
      5,
    );
  });
  it('15: 8, an API that is slow, busy, half-open, or forgets', async () => {
    const id = await running();
    await faults.fail({
      latencyMs: 5000,
      match: { userAgent: 'ai-app-store', watch: false },
    });
    await cluster.delete(t.object('NetworkPolicy', id));
    await faults.fail({
      latencyMs: 2000,
      match: { userAgent: 'ai-app-store', watch: false },
    });
    row(
      'API answers after 2 s: a policy is repaired',
      'never',
      await t.eventually(
        () => cluster.get(t.object('NetworkPolicy', id)),
        'the policy',
      ),
      12,
    );
    await faults.fail({
      status: 429,
      retryAfterSeconds: 1,
      times: 5,
      match: { userAgent: 'ai-app-store', watch: false },
    });
    row(
      '429 five times, Retry-After 1 s: a launch',
      '-',
      await took(await t.run(app), isWell),
      10,
    );
    await faults.fail({ compact: true, dropWatches: true });
    row(
      '410 on every watch: a launch',
      '-',
      await took(await t.run(app), isWell),
      5,
    );
    await faults.fail({ halfOpenWatches: true });
    const halfOpen = await t.run(app);
    await sleep(1000);
    await faults.fail();
    row(
      'watches half-open, then cut: a launch',
      '320 s',
      await took(halfOpen, isWell),
      15,
    );
  });
  it('15: 9, back-off is not eaten by what happens in between', async () => {
    const id = await running();
    await faults.fail({
      status: 403,
      match: {
        userAgent: 'ai-app-store',
        method: 'POST',
        path: 'networkpolicies$',
      },
    });
    await cluster.delete(t.object('NetworkPolicy', id));
    await t.until(id, seen => Boolean(seen.problem));
    expect((await t.see(id)).status).toBe('DEPLOYED');
    const attempt = async () =>
      JSON.parse((await t.knex('instances').where({ id }).first()).attempt);
    const before = (await attempt()).count;
    // Pods come and go, and wake the instance again and again.
    for (let i = 0; i < 12; i++) {
      const [pod] = await t.pods(id);
      await cluster.edit(
        { apiVersion: 'v1', kind: 'Pod', metadata: pod.metadata },
        { metadata: { annotations: { note: String(i) } } },
      );
      await sleep(100);
    }
    const tries = (await attempt()).count - before;
    expect(tries).toBeLessThanOrEqual(3);
    await faults.fail();
    row('9 refused for a while: repaired', '60 s', await took(id, isWell), 10);
  });
});
