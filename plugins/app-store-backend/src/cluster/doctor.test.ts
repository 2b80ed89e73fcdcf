/** What the doctor says of a cluster, and what its repairs do there. */
import type {
  DoctorCheck,
  DoctorRepair,
  DoctorReport,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { randomUUID } from 'node:crypto';
import { API, as } from '../__testUtils__/StoreUnderTest';
import { has, isWell, type ClusterTest } from './__testUtils__/ClusterTest';
import { ClusterTests } from './__testUtils__/ClusterTests';
import { IS_REAL } from './__testUtils__/ClusterUnderTest';

describe('15: the doctor', () => {
  const tests = ClusterTests.use();

  const report = (t: ClusterTest): Promise<DoctorReport> =>
    t.store.get('/doctor', 'ada');
  const check = async (t: ClusterTest, id: string): Promise<DoctorCheck> =>
    (await report(t)).checks.find(each => each.id === id)!;
  const states = async (t: ClusterTest) =>
    Object.fromEntries(
      (await report(t)).checks.map(({ id, state }) => [id, state]),
    );
  const repair = async (
    t: ClusterTest,
    id: string,
    query = '',
  ): Promise<DoctorRepair> => {
    const { status, body } = await t.post(
      `/doctor/${id}/repair${query}`,
      {},
      'ada',
    );
    expect(status).toBe(200);
    return body;
  };
  const ALL_WELL = {
    cluster: 'OK',
    permissions: 'OK',
    refused: 'OK',
    drift: 'OK',
    queue: 'OK',
    orphans: 'OK',
    'orphaned-secrets': 'OK',
    secrets: 'OK',
    backup: 'OK',
  };

  it('15: finds what no row speaks of, and deletes it when it is told to', async () => {
    const t = await tests.start('orphans');
    const id = await t.run(await t.publish({ name: 'known' }));
    const service = () => tests.cluster.get(t.object('Service', id));
    await t.eventually(service, 'applied');
    expect(await states(t)).toEqual(ALL_WELL);
    const { labels } = (await service())!.metadata!;
    const orphan = randomUUID();
    for (const kind of ['Service', 'ConfigMap'])
      await tests.cluster.create({
        ...t.object(kind, orphan),
        metadata: {
          ...t.object(kind, orphan).metadata,
          labels: { ...labels, 'ai-app-store.io/instance': orphan },
        },
        ...(kind === 'Service' ? { spec: { ports: [{ port: 1 }] } } : {}),
      } as never);
    const exists = async (kind: string) =>
      Boolean(await tests.cluster.get(t.object(kind, orphan)));
    await t.eventually(
      async () => (await check(t, 'orphans')).state === 'WARNING',
      'the orphan is seen',
    );
    const found = await check(t, 'orphans');
    expect(found.message).toContain('1 instance without a row');
    expect(found.evidence[0].source).toBe(`Instance ${orphan}`);
    expect(found.repairable).toBe(true);

    const plan = await repair(t, 'orphans', '?dryRun=true');
    expect(plan).toMatchObject({ dryRun: true });
    expect(plan.items.map(({ name }) => name)).toEqual([`Instance ${orphan}`]);
    expect([await exists('Service'), await exists('ConfigMap')]).toEqual([
      true,
      true,
    ]);
    await repair(t, 'orphans');
    await t.eventually(
      async () => !(await exists('Service')) && !(await exists('ConfigMap')),
      'deleted',
    );
    expect(await service()).toBeDefined();
    await t.eventually(
      async () => (await check(t, 'orphans')).state === 'OK',
      'the orphan is gone',
    );
    expect((await repair(t, 'orphans')).items).toEqual([]);
  });

  it('15: finds a secret that no row speaks of, and deletes it when it is told to', async () => {
    const t = await tests.start('secrets');
    const { api } = t.store;
    await api
      .put(`${API}/secrets/known`)
      .set(as('dev'))
      .send({ data: { key: 'dmFsdWU=' } })
      .expect(201);
    const [known] = (
      await tests.cluster.list('v1', 'Secret', t.namespace)
    ).filter(each => each.metadata!.labels?.['ai-app-store.io/secret']);
    const orphan = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'left-over',
        namespace: t.namespace,
        labels: {
          ...known.metadata!.labels,
          'ai-app-store.io/secret': randomUUID(),
        },
      },
      data: {},
    };
    // As the store names them.
    orphan.metadata.name = known.metadata!.name!.replace(
      known.metadata!.labels!['ai-app-store.io/secret'],
      orphan.metadata.labels['ai-app-store.io/secret'],
    );
    await tests.cluster.create(orphan);
    await t.eventually(
      async () => (await check(t, 'orphaned-secrets')).state === 'WARNING',
      'seen, once it is no longer one that is being made',
    );
    const found = await check(t, 'orphaned-secrets');
    expect(found).toMatchObject({ state: 'WARNING', repairable: true });
    expect(found.message).toContain('1 secret without a row');
    const isThere = async (object: object) =>
      Boolean(await tests.cluster.get(object as never));
    expect(
      (await repair(t, 'orphaned-secrets', '?dryRun=true')).items,
    ).toHaveLength(1);
    expect(await isThere(orphan)).toBe(true);
    expect((await repair(t, 'orphaned-secrets')).items).toHaveLength(1);
    expect(await isThere(orphan)).toBe(false);
    expect(await isThere({ ...orphan, metadata: known.metadata })).toBe(true);
    expect((await check(t, 'orphaned-secrets')).state).toBe('OK');
  });

  it('15: shows what the cluster refuses, and has it tried again at once', async () => {
    const t = await tests.start('refused');
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none', namespace: t.namespace },
      spec: { hard: { services: '0' } },
    };
    await tests.cluster.create(quota as never);
    await t.eventually(
      async () => (await tests.cluster.get(quota))!.status?.hard,
      'the quota counts',
    );
    const id = await t.run(await t.publish({ name: 'refused' }));
    await t.until(id, has('QUOTA_EXCEEDED'));
    const found = await check(t, 'refused');
    expect(found).toMatchObject({
      state: 'FAILED',
      repairable: true,
      message: expect.stringContaining('1 instance'),
    });
    expect(found.evidence[0]).toMatchObject({
      source: `Instance ${id}`,
      message: expect.stringContaining('exceeded quota'),
    });
    // Not before its time, which is hours away: between two tries, since one under way writes
    // its own, and while the quota still refuses.
    await t.eventually(async () => {
      const between = () =>
        t.knex('instances').where({ id }).whereNull('lease_token');
      const { attempt } = (await between().first()) ?? {};
      return (
        attempt &&
        between().update({
          attempt: JSON.stringify({
            ...JSON.parse(attempt),
            retryAt: Date.now() + 3600_000,
          }),
        })
      );
    }, 'the next try is hours away');
    await tests.cluster.delete(quota);
    const plan = await repair(t, 'refused', '?dryRun=true');
    expect(plan.items).toEqual([
      { name: `Instance ${id}`, action: 'try again now' },
    ]);
    expect(await tests.cluster.get(t.object('Service', id))).toBeUndefined();
    await repair(t, 'refused');
    await t.until(id, IS_REAL ? seen => !seen.problem : isWell);
    expect((await check(t, 'refused')).state).toBe('OK');
  });

  it('15: is for admins, and knows its checks', async () => {
    const t = await tests.start('admins');
    for (const who of ['uma', 'dev']) {
      const { status, body } = await t.post('/doctor/orphans/repair', {}, who);
      expect([who, status, body.owner]).toEqual([who, 403, 'admin']);
    }
    const unknown = await t.post('/doctor/no-such/repair', {}, 'ada');
    expect([unknown.status, unknown.body.code]).toEqual([404, 'NO_SUCH_CHECK']);
    const fixed = await t.post('/doctor/cluster/repair', {}, 'ada');
    expect([fixed.status, fixed.body.code]).toEqual([409, 'NOT_REPAIRABLE']);
  });
});
