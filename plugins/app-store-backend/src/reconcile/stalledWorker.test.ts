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
import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import { AppRepository } from '../apps/AppRepository';
import { migrated } from '../database/__testUtils__/databases';
import {
  appRecord,
  instanceInput,
  instanceRecord,
  manifestOf,
} from '../__testUtils__/fixtures';
import { InstanceRepository } from '../instances/InstanceRepository';
import { InstanceTransitions } from '../instances/InstanceTransitions';
import { KubeApi } from '../kubernetes/client/KubeApi';
import type { KubeObject } from '../kubernetes/client/kubeObjects';
import { Policy } from '../policy';
import { launch, suspension } from '../instances/instanceChanges';
import type { Order, Report, WorkerOptions } from './__testUtils__/worker';
import { buildInstanceObjects } from '../kubernetes/manifests/instanceObjects';

jest.setTimeout(300_000);

const INSTALLATION = 'stalled';
/** As in a backend: what takes long on a busy machine loses no lease by that. */
const LEASE_MS = 60_000;
const MANIFEST = manifestOf(`
[App]
Name = "stalled"
Version = "1.0.0"
[Runtime]
AppMode = "node"
Module = "server.js"
VolumeMount = "/data"
VolumeSize = "1Gi"
[[File]]
Path = "conf/x.txt"
Value = "text"
`);
const EVERYTHING = ['Deployment', 'StatefulSet'].map(kind => ({
  apiVersion: 'apps/v1',
  kind,
}));

/** One backend. */
class Worker {
  readonly #child: ChildProcess;
  #heard: (report: Report) => void = () => {};
  #failed: (code: number | null) => void = () => {};

  static async start(options: WorkerOptions): Promise<Worker> {
    const worker = new Worker(options);
    await worker.#next();
    return worker;
  }

  private constructor(options: WorkerOptions) {
    this.#child = fork(
      join(__dirname, '__testUtils__/worker.ts'),
      [JSON.stringify(options)],
      {
        execArgv: [
          '--require',
          require.resolve('@backstage/cli/config/nodeTransform.cjs'),
        ],
        // Jest's own variables would have the child load what only jest has.
        env: { PATH: process.env.PATH, NODE_ENV: 'test' },
      },
    );
    this.#child.on('message', (report: Report | { type: 'watch' }) => {
      // Backstage's loader of TypeScript tells its parent of each file, too.
      if (!('type' in report)) this.#heard(report);
    });
    this.#child.on('exit', code => this.#failed(code));
  }

  #next(): Promise<Report> {
    return new Promise((resolve, reject) => {
      this.#heard = resolve;
      this.#failed = code => reject(new Error(`the worker ended with ${code}`));
    });
  }

  tell(order: Order): Promise<Report> {
    const next = this.#next();
    this.#child.send(order);
    return next;
  }

  async process(id: string): Promise<void> {
    await this.tell({ process: id });
  }

  /** Until the kernel has stopped it. */
  async stopped(): Promise<void> {
    const state = () =>
      /^State:\s+(\w)/m.exec(
        readFileSync(`/proc/${this.#child.pid}/status`, 'utf8'),
      )?.[1];
    while (state() !== 'T') await sleep(5);
  }

  goOn(): Promise<Report> {
    const next = this.#next();
    this.#child.kill('SIGCONT');
    return next;
  }

  end(): void {
    this.#failed = () => {};
    this.#child.kill('SIGKILL');
  }
}

describe('14: a worker that stands still past its lease', () => {
  let directory: string;
  let local: LocalCluster;
  let api: KubeApi;
  let knex: Knex;
  let instances: InstanceRepository;
  let transitions: InstanceTransitions;
  let appId: string;
  let stalls: Worker;
  let other: Worker;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'stalled-'));
    local = await startLocalCluster({ directory, images: {} });
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromString(local.kubeconfig);
    api = KubeApi.create(kubeConfig);
    knex = await migrated('POSTGRES_17');
    const policy = Policy.create({
      settings: { publicMode: false, downloads: true },
    });
    instances = new InstanceRepository(knex, policy);
    transitions = new InstanceTransitions(knex);
    const app = appRecord({ manifest: MANIFEST });
    appId = app.id;
    await new AppRepository(knex).insert(app);
    const options: WorkerOptions = {
      connection: knex.client.config.connection,
      searchPath: knex.client.config.searchPath,
      kubeconfig: local.kubeconfig,
      namespace: 'apps',
      installation: INSTALLATION,
      leaseMs: LEASE_MS,
    };
    stalls = await Worker.start(options);
    other = await Worker.start(options);
  });
  afterAll(async () => {
    stalls?.end();
    other?.end();
    api?.close();
    await local?.stop(500);
    rmSync(directory, { recursive: true, force: true });
  });

  /** Asks for an instance, as a person does. */
  async function run(): Promise<string> {
    const record = instanceRecord(appId);
    const objects = buildInstanceObjects(
      instanceInput({
        instanceId: record.id,
        appId,
        installation: INSTALLATION,
        manifest: MANIFEST,
      }),
    );
    await transitions.insert({ ...record, objects }, 1000);
    return record.id;
  }
  const get = async (id: string) => (await instances.get(id))!;
  const suspend = async (id: string) =>
    transitions.change(id, { desired: ['running'] }, suspension());
  const resume = async (id: string) => {
    const record = await get(id);
    await transitions.resume(id, record.ownerRef, 1000, {
      ...launch(record, new Date()),
      desired: 'running',
    });
  };
  const terminate = async (id: string, purgeAfter?: string) =>
    transitions.terminate(
      id,
      {
        desired: 'terminated',
        slot: undefined,
        endpoint: undefined,
        purgeAfter,
      },
      { actorRef: 'user:default/uma', at: new Date().toISOString() },
    );
  const restore = async (id: string) =>
    transitions.restore(
      id,
      { ...suspension(), purgeAfter: undefined },
      { actorRef: 'user:default/uma', at: new Date().toISOString() },
    );
  /** Looks until there is nothing left to do. */
  async function settle(worker: Worker, id: string): Promise<void> {
    for (let i = 0; i < 60; i++) {
      await worker.process(id);
      const record = await instances.get(id);
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
      await knex('instances').where({ id }).update({ lease_until: 1 });
      await scenario.meanwhile(id);
      await stalls.goOn();
      await scenario.check(id, `before step ${k} (${step})`);
    }
  }

  it('14: launches nothing that was terminated meanwhile', async () => {
    const steps = await atEachStep({
      prepare: run,
      async meanwhile(id) {
        await terminate(id);
        await settle(other, id);
      },
      async check(id, step) {
        expect([step, await instances.get(id)]).toEqual([step, undefined]);
        expect([step, Object.keys(await clusterHas(id))]).toEqual([step, []]);
      },
    });
    expect(steps).toEqual(expect.arrayContaining(['create', 'holds']));
  });

  it('14: does not start what was suspended meanwhile', async () => {
    await atEachStep({
      prepare: run,
      async meanwhile(id) {
        await suspend(id);
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
        expect([step, (await get(id)).claimUid]).toEqual([step, uid]);
      },
    });
  });

  it('14: does not resume what was suspended again meanwhile', async () => {
    const steps = await atEachStep({
      async prepare() {
        const id = await run();
        await other.process(id);
        await suspend(id);
        await other.process(id);
        await resume(id);
        return id;
      },
      async meanwhile(id) {
        await suspend(id);
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
        const id = await run();
        await other.process(id);
        ({ claimUid } = await get(id));
        await terminate(id, keep);
        return id;
      },
      async meanwhile(id) {
        await settle(other, id);
        await restore(id);
        await resume(id);
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
        expect((await get(id)).desired).toBe('running');
      },
    });
    expect(steps).toEqual(expect.arrayContaining(['get', 'holds', 'delete']));
  });

  it('14: deletes nothing that was restored at once, before all of it was gone', async () => {
    const keep = new Date(Date.now() + 3600_000).toISOString();
    await atEachStep({
      async prepare() {
        const id = await run();
        await other.process(id);
        // What was only created has another version with its first apply, and is kept by that.
        await suspend(id);
        await other.process(id);
        await resume(id);
        await other.process(id);
        await terminate(id, keep);
        return id;
      },
      async meanwhile(id) {
        await restore(id);
        await resume(id);
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
