/**
 * Two backends on one PostgreSQL and one cluster. One stands still (SIGSTOP) before each of its
 * steps in turn, past its lease; the other does what people ask for meanwhile; the first goes on.
 * The end is what the database says, whatever the step.
 */
import {
  startLocalCluster,
  type LocalCluster,
} from '@ai-app-store/local-cluster';
import { KubeConfig } from '@kubernetes/client-node';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrated } from '../database/__testUtils__/databases';
import { KubeApi } from '../kubernetes/client/KubeApi';
import type { KubeObject } from '../kubernetes/client/kubeObjects';
import { InstancesUnderTest } from './__testUtils__/InstancesUnderTest';
import { WorkerProcess } from './__testUtils__/WorkerProcess';

jest.setTimeout(300_000);

/** As in a backend: what takes long on a busy machine loses no lease by that. */
const LEASE_MS = 60_000;
const EVERYTHING = ['Deployment', 'StatefulSet'].map(kind => ({
  apiVersion: 'apps/v1',
  kind,
}));

describe('14: a worker that stands still past its lease', () => {
  let directory: string;
  let local: LocalCluster;
  let api: KubeApi;
  let of: InstancesUnderTest;
  let stalls: WorkerProcess;
  let other: WorkerProcess;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'stalled-'));
    local = await startLocalCluster({ directory, images: {} });
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromString(local.kubeconfig);
    api = KubeApi.create(kubeConfig);
    of = await InstancesUnderTest.create(
      await migrated('POSTGRES_17'),
      'stalled',
    );
    const options = of.worker(local.kubeconfig, LEASE_MS);
    stalls = await WorkerProcess.start(options);
    other = await WorkerProcess.start(options);
  });
  afterAll(async () => {
    await stalls?.kill();
    await other?.kill();
    api?.close();
    await local?.stop(500);
    rmSync(directory, { recursive: true, force: true });
  });

  /** Looks until there is nothing left to do. */
  async function settle(worker: WorkerProcess, id: string): Promise<void> {
    for (let i = 0; i < 60; i++) {
      await worker.process(id);
      const record = await of.find(id);
      if (!record || record.desired !== 'terminated') return;
      await sleep(100);
    }
    throw new Error('it never ended');
  }
  async function clusterHas(id: string): Promise<Record<string, KubeObject>> {
    const kinds = [
      ...EVERYTHING,
      ...['Service', 'ConfigMap', 'PersistentVolumeClaim'].map(kind => ({
        apiVersion: 'v1',
        kind,
      })),
      { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
    ];
    const suffix: Record<string, string> = {
      ConfigMap: '-files',
      PersistentVolumeClaim: '-data',
    };
    const found: Record<string, KubeObject> = {};
    for (const { apiVersion, kind } of kinds) {
      const object = await api.get<KubeObject>({
        apiVersion,
        kind,
        metadata: { namespace: 'apps', name: `i-${id}${suffix[kind] ?? ''}` },
      });
      if (object && !object.metadata!.deletionTimestamp) found[kind] = object;
    }
    return found;
  }
  const replicas = (found: Record<string, KubeObject>) =>
    (found.StatefulSet as { spec?: { replicas?: number } })?.spec?.replicas;
  const ALL = [
    'ConfigMap',
    'NetworkPolicy',
    'PersistentVolumeClaim',
    'Service',
    'StatefulSet',
  ];

  /** Stops the worker before its first step, then before its second, and so on. */
  async function atEachStep(scenario: {
    prepare(): Promise<string>;
    meanwhile(id: string): Promise<void>;
    check(id: string, step: string): Promise<void>;
  }): Promise<string[]> {
    const stoppedBefore: string[] = [];
    for (let k = 1; ; k++) {
      const id = await scenario.prepare();
      const report = await stalls.tell({ process: id, stopBefore: k });
      if ('done' in report) {
        // It came to its end: this was the last of its steps.
        expect(report.steps.length).toBeLessThan(k);
        return stoppedBefore;
      }
      const step = 'stopping' in report ? report.stopping : '';
      stoppedBefore.push(step);
      await stalls.stopped();
      // The minute of its lease goes by.
      await of.endLease(id);
      await scenario.meanwhile(id);
      await stalls.goOn();
      await scenario.check(id, `before step ${k} (${step})`);
    }
  }

  it('14: launches nothing that was terminated meanwhile', async () => {
    const steps = await atEachStep({
      prepare: () => of.run(),
      async meanwhile(id) {
        await of.terminate(id);
        await settle(other, id);
      },
      async check(id, step) {
        expect([step, await of.find(id)]).toEqual([step, undefined]);
        expect([step, Object.keys(await clusterHas(id))]).toEqual([step, []]);
      },
    });
    expect(steps).toEqual(expect.arrayContaining(['create', 'holds']));
  });

  it('14: does not start what was suspended meanwhile', async () => {
    await atEachStep({
      prepare: () => of.run(),
      async meanwhile(id) {
        await of.suspend(id);
        await settle(other, id);
      },
      async check(id, step) {
        const found = await clusterHas(id);
        expect([step, Object.keys(found).sort(), replicas(found)]).toEqual([
          step,
          ALL,
          0,
        ]);
        await other.process(id);
        const { uid } = found.PersistentVolumeClaim.metadata!;
        expect([step, (await of.get(id)).claimUid]).toEqual([step, uid]);
      },
    });
  });

  it('14: does not resume what was suspended again meanwhile', async () => {
    const steps = await atEachStep({
      async prepare() {
        const id = await of.run();
        await other.process(id);
        await of.suspend(id);
        await other.process(id);
        await of.resume(id);
        return id;
      },
      async meanwhile(id) {
        await of.suspend(id);
        await settle(other, id);
      },
      async check(id, step) {
        const found = await clusterHas(id);
        expect([step, Object.keys(found).sort(), replicas(found)]).toEqual([
          step,
          ALL,
          0,
        ]);
      },
    });
    expect(steps).toEqual(expect.arrayContaining(['get', 'holds', 'apply']));
  });

  it('14: deletes nothing that was restored meanwhile', async () => {
    const keep = new Date(Date.now() + 3600_000).toISOString();
    let claimUid: string | undefined;
    const steps = await atEachStep({
      async prepare() {
        const id = await of.run();
        await other.process(id);
        ({ claimUid } = await of.get(id));
        await of.terminate(id, keep);
        return id;
      },
      async meanwhile(id) {
        await settle(other, id);
        await of.restore(id);
        await of.resume(id);
        await settle(other, id);
      },
      async check(id, step) {
        const found = await clusterHas(id);
        expect([step, Object.keys(found).sort(), replicas(found)]).toEqual([
          step,
          ALL,
          1,
        ]);
        expect(found.PersistentVolumeClaim.metadata!.uid).toBe(claimUid);
        expect((await of.get(id)).desired).toBe('running');
      },
    });
    expect(steps).toEqual(expect.arrayContaining(['get', 'holds', 'delete']));
  });

  it('14: deletes nothing that was restored at once, before all of it was gone', async () => {
    const keep = new Date(Date.now() + 3600_000).toISOString();
    await atEachStep({
      async prepare() {
        const id = await of.run();
        await other.process(id);
        // What was only created has another version with its first apply, and is kept by that.
        await of.suspend(id);
        await other.process(id);
        await of.resume(id);
        await other.process(id);
        await of.terminate(id, keep);
        return id;
      },
      async meanwhile(id) {
        await of.restore(id);
        await of.resume(id);
        await settle(other, id);
      },
      async check(id, step) {
        const found = await clusterHas(id);
        expect([step, Object.keys(found).sort(), replicas(found)]).toEqual([
          step,
          ALL,
          1,
        ]);
      },
    });
  });
});
