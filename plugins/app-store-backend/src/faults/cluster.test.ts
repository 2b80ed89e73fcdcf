/** What a real cluster did to the store, and how long it takes now until all is right. */
import { setTimeout as sleep } from 'node:timers/promises';
import { has, isWell } from '../cluster/__testUtils__/ClusterTest';
import { API, as } from '../__testUtils__/StoreUnderTest';
import { FaultTests } from './__testUtils__/FaultTests';
import { row } from './__testUtils__/rows';

jest.setTimeout(240_000);

describe('15: faults of a cluster', () => {
  const f = FaultTests.use();

  it('15: 1, a node that is lost', async () => {
    const id = await f.running();
    await f.faults.fail({ nodeLost: true });
    await f.t.eventually(
      async () => {
        const [pod] = await f.t.pods(id);
        return pod?.status.conditions.some(
          ({ type, status }: any) => type === 'Ready' && status !== 'True',
        );
      },
      'the condition',
      120_000,
    );
    const { seen, ms } = await f.t.until(id, has('NODE_LOST'));
    expect([seen.status, seen.problem!.owner]).toEqual(['UNKNOWN', 'platform']);
    row('1 node lost: says so', 'the author was blamed', ms, 5);
    await f.faults.fail();
    row('1 node back: runs', '-', await f.took(id, isWell), 60);
  });
  it('15: 4, a workload that is deleted', async () => {
    const id = await f.running();
    const [before] = await f.t.pods(id);
    await f.cluster.delete(f.t.object('Deployment', id));
    const began = Date.now();
    await f.t.eventually(async () => {
      const [pod] = await f.t.pods(id);
      return pod && pod.metadata!.uid !== before.metadata!.uid;
    }, 'another pod');
    await f.t.until(id, isWell);
    row(
      '4 workload deleted: runs again',
      '166 s, or never',
      Date.now() - began,
      5,
    );
  });
  it('15: 11, a claim that no volume is found for', async () => {
    const unbound = await f.store('unbound', {
      kubernetes: { storageClass: 'no-such-class' },
    });
    try {
      const id = await unbound.run(
        await unbound.publish({
          name: 'unbound',
          runtime: 'VolumeMount = "/data"\nVolumeSize = "1Mi"',
        }),
      );
      const { seen, ms } = await unbound.until(id, has('VOLUME_UNAVAILABLE'));
      expect(seen.problem!.message).toContain('no-such-class');
      row(
        '11 storage class missing: says so',
        '"suspend other instances"',
        ms,
        5,
      );
    } finally {
      await unbound.stop();
    }
  });
  it('15: 13, an app that needs too much memory', async () => {
    const id = await f.t.run(
      await f.t.publish({
        name: 'greedy',
        runtime: 'MemoryLimit = "64Mi"\nMemoryReservation = "16Mi"',
        server:
          "console.log('filling'); const all = []; setInterval(() => all.push(Buffer.alloc(8e6, 1)), 50); require('node:http').createServer().listen(8080)",
      }),
    );
    const { seen, ms } = await f.t.until(id, has('OUT_OF_MEMORY'));
    expect(seen.problem!.message).toContain('64Mi');
    expect(seen.problem!.detail ?? '').not.toContain('unable to retrieve');
    row(
      '13 out of memory: says so, with the limit',
      "the kubelet's own words",
      ms,
      15,
    );
  });
  it('15: 14, an app without a handler ends at once', async () => {
    const id = await f.t.run(
      await f.t.publish({
        name: 'deaf',
        server: "require('node:http').createServer().listen(8080)",
      }),
    );
    await f.t.until(id, isWell);
    const began = Date.now();
    await f.t.store.api.delete(`${API}/instances/${id}`).set(as('uma'));
    await f.t.eventually(
      async () =>
        (
          await f.t.store.api.get(`${API}/instances/${id}`).set(as('uma'))
        ).status === 404,
      'it is gone',
    );
    row('14 terminate without a handler: gone', '11 s', Date.now() - began, 2);
  });
  it('15: names taken, absurd quantities, quota that demands limits', async () => {
    await f.cluster.create({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'strict', namespace: f.t.namespace },
      spec: { hard: { 'limits.cpu': '4' } },
    } as never);
    await sleep(500);
    const strict = await f.t.until(
      await f.t.run(f.app),
      has('QUOTA_NEEDS_LIMITS'),
    );
    row('3 quota that demands limits: says so', 'no word', strict.ms, 5);
    await f.cluster.delete({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'strict', namespace: f.t.namespace },
    });
    const huge = await f.t.until(
      await f.t.run(
        await f.t.publish({
          name: 'huge',
          runtime: 'MemoryLimit = "900Gi"\nMemoryReservation = "900Gi"',
        }),
      ),
      has('NO_CAPACITY'),
    );
    expect(huge.seen.status).toBe('PENDING');
    row('absurd quantity: says so', '-', huge.ms, 5);
  });
});
