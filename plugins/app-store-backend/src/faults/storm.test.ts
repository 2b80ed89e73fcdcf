/** Two backends at work on many launches, of which one is killed every few seconds. */
import { KubeConfig } from '@kubernetes/client-node';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrated } from '../database/__testUtils__/databases';
import { KubeApi } from '../kubernetes/client/KubeApi';
import type { KubeObject } from '../kubernetes/client/kubeObjects';
import { InstancesUnderTest } from '../reconcile/__testUtils__/InstancesUnderTest';
import { WorkerProcess } from '../reconcile/__testUtils__/WorkerProcess';
import { FaultCluster } from './__testUtils__/FaultCluster';
import { DATABASE } from './__testUtils__/FaultTests';
import { row } from './__testUtils__/rows';

jest.setTimeout(300_000);

const LAUNCHES = 200;
/** As in a store. */
const LEASE_MS = 6000;
/** Between two kills; each is followed by another one of the two. */
const PAUSE_MS = 1500;

interface Listed {
  items: Array<KubeObject & { spec: { replicas?: number } }>;
}

it('15: two backends, one killed every few seconds under 200 launches', async () => {
  const faults = await FaultCluster.start(1, { hollowNodes: 10 });
  const config = new KubeConfig();
  config.loadFromString(faults.kubeconfig);
  const api = KubeApi.create(config);
  const knex = await migrated(DATABASE);
  const of = await InstancesUnderTest.create(knex, 'storm', {
    // Pods are ready there at once, and nothing runs.
    tolerations: [{ key: 'local-cluster/hollow', operator: 'Exists' }],
  });
  const options = {
    ...of.worker(faults.kubeconfig, LEASE_MS),
    byItself: true,
  };
  const workers: WorkerProcess[] = [];
  let kills = 0;
  try {
    for (let n = 0; n < 2; n++)
      workers.push(await WorkerProcess.start(options));
    const began = Date.now();
    const ids: string[] = [];
    for (let n = 0; n < LAUNCHES; n++) ids.push(await of.run());
    const rows = () =>
      knex('instances').select('id', 'status', 'claim_uid', 'lease_token');
    const isRight = async () =>
      (await rows()).every(({ status }) => status === 'DEPLOYED');
    while (!(await isRight()) || kills < 4) {
      if (Date.now() - began > 200_000)
        throw new Error(
          `never right: ${JSON.stringify(
            (await rows()).filter(({ status }) => status !== 'DEPLOYED'),
          )}`,
        );
      await sleep(PAUSE_MS);
      await workers.shift()!.kill();
      kills++;
      workers.push(await WorkerProcess.start(options));
    }
    row(
      `two backends, one killed every few seconds under ${LAUNCHES} launches (${kills} kills): all right`,
      '-',
      Date.now() - began,
      120,
    );
    // One of each, and the volume that the row knows.
    const list = async (path: string) =>
      (await api.json<Listed>(path)).items.filter(({ metadata }) =>
        ids.some(id => metadata!.name!.includes(id)),
      );
    const sets = await list('/apis/apps/v1/namespaces/apps/statefulsets');
    expect(sets).toHaveLength(LAUNCHES);
    expect(new Set(sets.map(({ spec }) => spec.replicas))).toEqual(
      new Set([1]),
    );
    expect(await list('/api/v1/namespaces/apps/services')).toHaveLength(
      LAUNCHES,
    );
    const claims = await list('/api/v1/namespaces/apps/persistentvolumeclaims');
    expect(claims.map(({ metadata }) => metadata!.uid).sort()).toEqual(
      (await rows()).map(each => each.claim_uid).sort(),
    );
    const receipts = await knex('launches').count({ count: '*' });
    expect(Number(receipts[0].count)).toBe(LAUNCHES);
  } finally {
    await Promise.all(workers.map(worker => worker.kill()));
    api.close();
    await faults.stop();
  }
});
