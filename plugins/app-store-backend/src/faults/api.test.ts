/** A Kubernetes API that is silent, slow, busy, or refuses: how long it takes until all is right. */
import { setTimeout as sleep } from 'node:timers/promises';
import { has, isWell } from '../cluster/__testUtils__/ClusterTest';
import { API, as } from '../__testUtils__/StoreUnderTest';
import { FaultTests } from './__testUtils__/FaultTests';
import { row } from './__testUtils__/rows';

jest.setTimeout(240_000);

describe('15: faults of the API', () => {
  const f = FaultTests.use();

  it('15: 7, an API that stands still', async () => {
    const id = await f.running();
    const [suspended, terminated] = [await f.running(), await f.running()];
    f.faults.pause();
    const began = Date.now();
    // What is asked for meanwhile cannot be done, and says so.
    await f.t.post(`/instances/${suspended}/suspend`);
    await f.t.store.api.delete(`${API}/instances/${terminated}`).set(as('uma'));
    await f.t.until(id, has('CLUSTER_UNREADABLE'));
    const silent = Date.now() - began;
    row('7 API stands still: unknown since', 'no word for 65 s', silent, 15);
    expect((await f.t.see(id)).problem!.message).toMatch(/since 20\d\d-/);
    for (const each of [suspended, terminated]) {
      const { seen } = await f.t.until(each, has('CLUSTER_UNREADABLE'));
      expect(seen.suspending || seen.terminating).toBe(true);
    }
    row(
      '7 API stands still: suspension and termination say so',
      'no word',
      Date.now() - began,
      15,
    );
    f.faults.goOn();
    row('7 API goes on: right', '-', await f.took(id, isWell), 5);
    await f.t.until(suspended, 'SUSPENDED');
    expect((await f.t.see(suspended)).problem).toBeUndefined();
    await f.t.eventually(
      async () =>
        (
          await f.t.store.api
            .get(`${API}/instances/${terminated}`)
            .set(as('ada'))
        ).status === 404,
      'it is gone',
    );
  });
  it.each([
    ['cut off', { drop: true }],
    ['500', { status: 500 }],
    ['503', { status: 503 }],
  ])('15: 8, an outage (%s)', async (what, fault) => {
    const ids = [await f.running(), await f.running()];
    await f.faults.fail({ ...fault, match: { userAgent: 'ai-app-store' } });
    // What was asked for meanwhile, and what was there.
    const late = await f.t.run(f.app);
    await f.t.until(ids[0], has('CLUSTER_UNREADABLE'), 30_000);
    await sleep(10_000);
    await f.faults.fail();
    const began = Date.now();
    for (const id of [...ids, late]) await f.t.until(id, isWell);
    row(
      `8 outage of 20 s (${what}): all right`,
      '37 and 54 s',
      Date.now() - began,
      5,
    );
  });
  it('15: 8, an API that is slow, busy, half-open, or forgets', async () => {
    const id = await f.running();
    await f.faults.fail({
      latencyMs: 5000,
      match: { userAgent: 'ai-app-store', watch: false },
    });
    await f.cluster.delete(f.t.object('NetworkPolicy', id));
    await f.faults.fail({
      latencyMs: 2000,
      match: { userAgent: 'ai-app-store', watch: false },
    });
    row(
      'API answers after 2 s: a policy is repaired',
      'never',
      await f.t.eventually(
        () => f.cluster.get(f.t.object('NetworkPolicy', id)),
        'the policy',
      ),
      12,
    );
    await f.faults.fail({
      status: 429,
      retryAfterSeconds: 1,
      times: 5,
      match: { userAgent: 'ai-app-store', watch: false },
    });
    row(
      '429 five times, Retry-After 1 s: a launch',
      '-',
      await f.took(await f.t.run(f.app), isWell),
      10,
    );
    await f.faults.fail({ compact: true, dropWatches: true });
    row(
      '410 on every watch: a launch',
      '-',
      await f.took(await f.t.run(f.app), isWell),
      5,
    );
    await f.faults.fail({ halfOpenWatches: true });
    const halfOpen = await f.t.run(f.app);
    await sleep(1000);
    await f.faults.fail();
    row(
      'watches half-open, then cut: a launch',
      '320 s',
      await f.took(halfOpen, isWell),
      15,
    );
  });
  it('15: 9, back-off is not eaten by what happens in between', async () => {
    const id = await f.running();
    await f.faults.fail({
      status: 403,
      match: {
        userAgent: 'ai-app-store',
        method: 'POST',
        path: 'networkpolicies$',
      },
    });
    await f.cluster.delete(f.t.object('NetworkPolicy', id));
    await f.t.until(id, seen => Boolean(seen.problem));
    expect((await f.t.see(id)).status).toBe('DEPLOYED');
    const attempt = async () =>
      JSON.parse((await f.t.knex('instances').where({ id }).first()).attempt);
    const before = (await attempt()).count;
    // Pods come and go, and wake the instance again and again.
    for (let i = 0; i < 12; i++) {
      const [pod] = await f.t.pods(id);
      await f.cluster.edit(
        { apiVersion: 'v1', kind: 'Pod', metadata: pod.metadata },
        { metadata: { annotations: { note: String(i) } } },
      );
      await sleep(100);
    }
    const tries = (await attempt()).count - before;
    expect(tries).toBeLessThanOrEqual(3);
    await f.faults.fail();
    row(
      '9 refused for a while: repaired',
      '60 s',
      await f.took(id, isWell),
      10,
    );
  });
});
