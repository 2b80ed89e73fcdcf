/** A Kubernetes API that is silent, slow, busy, or refuses: how long it takes until all is right. */
import { setTimeout as sleep } from 'node:timers/promises';
import { has, isWell } from '../cluster/__testUtils__/ClusterTest';
import { FaultTests } from './__testUtils__/FaultTests';
import { row } from './__testUtils__/rows';

jest.setTimeout(240_000);

describe('15: faults of the API', () => {
  const f = FaultTests.use();

  it('15: 7, an API that stands still', async () => {
    const id = await f.running();
    f.faults.pause();
    const silent = await f.took(id, has('CLUSTER_UNREADABLE'));
    row('7 API stands still: unknown since', 'no word for 65 s', silent, 15);
    expect((await f.t.see(id)).problem!.message).toMatch(/since 20\d\d-/);
    f.faults.goOn();
    row('7 API goes on: right', '-', await f.took(id, isWell), 5);
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
