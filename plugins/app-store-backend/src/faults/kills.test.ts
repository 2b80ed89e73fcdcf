/**
 * `kill -9` before each step that a worker takes to the cluster or to its lease. Another one takes
 * over when the lease has run out, and the end is what the database says.
 */
import { KubeConfig } from '@kubernetes/client-node';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrated } from '../database/__testUtils__/databases';
import { KubeApi } from '../kubernetes/client/KubeApi';
import type { KubeObject } from '../kubernetes/client/kubeObjects';
import { InstancesUnderTest } from '../reconcile/__testUtils__/InstancesUnderTest';
import type { WorkerOptions } from '../reconcile/__testUtils__/worker';
import { WorkerProcess } from '../reconcile/__testUtils__/WorkerProcess';
import { FaultCluster } from './__testUtils__/FaultCluster';
import { DATABASE } from './__testUtils__/FaultTests';
import { row } from './__testUtils__/rows';

jest.setTimeout(590_000);

/** As in a store. */
const LEASE_MS = 6000;

describe('15: kill -9 between any two steps', () => {
  let faults: FaultCluster;
  let api: KubeApi;
  let of: InstancesUnderTest;
  let options: WorkerOptions;
  let survivor: WorkerProcess;

  beforeAll(async () => {
    faults = await FaultCluster.start(1);
    const config = new KubeConfig();
    config.loadFromString(faults.kubeconfig);
    api = KubeApi.create(config);
    of = await InstancesUnderTest.create(await migrated(DATABASE), 'killed');
    options = of.worker(faults.kubeconfig, LEASE_MS);
    survivor = await WorkerProcess.start(options);
  });
  afterAll(async () => {
    await survivor?.kill();
    api?.close();
    await faults?.stop();
  });

  const settled = async (id: string) => {
    for (let i = 0; i < 3; i++) await survivor.process(id);
  };
  const workload = (id: string) =>
    api.get<KubeObject & { spec: any }>({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { namespace: 'apps', name: `i-${id}` },
    });

  const isRunning = (launchOf: number) => async (id: string) => {
    const found = await workload(id);
    return (
      found?.spec.replicas === 1 &&
      found.metadata!.annotations?.['ai-app-store.io/launch'] ===
        String(launchOf)
    );
  };
  const isSuspended = async (id: string) =>
    (await workload(id))?.spec.replicas === 0;
  const isGone = async (id: string) =>
    !(await workload(id)) && !(await of.find(id));

  it.each<
    [
      string,
      () => Promise<string>,
      (id: string) => Promise<unknown>,
      (id: string) => Promise<boolean>,
    ]
  >([
    ['run', () => of.run(), async () => {}, isRunning(1)],
    [
      'suspend',
      async () => {
        const id = await of.run();
        await settled(id);
        return id;
      },
      id => of.suspend(id),
      isSuspended,
    ],
    [
      'resume',
      async () => {
        const id = await of.run();
        await settled(id);
        await of.suspend(id);
        await settled(id);
        return id;
      },
      id => of.resume(id),
      isRunning(2),
    ],
    [
      'redeploy',
      async () => {
        const id = await of.run();
        await settled(id);
        return id;
      },
      id => of.redeploy(id),
      isRunning(2),
    ],
    [
      'terminate',
      async () => {
        const id = await of.run();
        await settled(id);
        return id;
      },
      id => of.terminate(id),
      isGone,
    ],
  ])('15: %s', async (what, prepare, ask, isRight) => {
    const seams: string[] = [];
    let longest = 0;
    for (let k = 1; ; k++) {
      const id = await prepare();
      await ask(id);
      const victim = await WorkerProcess.start(options);
      const report = await victim.tell({ process: id, stopBefore: k });
      const step = 'stopping' in report ? report.stopping : undefined;
      await victim.kill();
      if (!step) break;
      seams.push(step);
      // Its lease is not waited for at each seam: that it runs out is a row of its own.
      if (k > 1) await of.endLease(id);
      const began = Date.now();
      while (!(await isRight(id))) {
        if (Date.now() - began > 30_000)
          throw new Error(`${what}, killed before ${step} (${k}): never right`);
        await survivor.process(id);
        await sleep(100);
      }
      if (k > 1) longest = Math.max(longest, Date.now() - began);
      else
        row(
          `15 kill -9 at the first step of ${what}: taken over`,
          '60 s',
          Date.now() - began,
          10,
        );
    }
    expect(seams.length).toBeGreaterThan(2);
    row(
      `kill -9 before any later step of ${what} (${seams.join(
        ', ',
      )}), lease over: right`,
      '-',
      longest,
      5,
    );
  });
});
