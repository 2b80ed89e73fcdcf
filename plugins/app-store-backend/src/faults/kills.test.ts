/**
 * `kill -9` before each step that a worker takes to the cluster or to its lease. Another one takes
 * over when the lease has run out, and the end is what the database says.
 */
import { KubeConfig } from '@kubernetes/client-node';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import { AppRepository } from '../apps/AppRepository';
import { databases, migrated } from '../database/__testUtils__/databases';
import { launch, suspension } from '../instances/instanceChanges';
import { InstanceRepository } from '../instances/InstanceRepository';
import { InstanceTransitions } from '../instances/InstanceTransitions';
import { KubeApi } from '../kubernetes/client/KubeApi';
import type { KubeObject } from '../kubernetes/client/kubeObjects';
import { buildInstanceObjects } from '../kubernetes/manifests/instanceObjects';
import { Policy } from '../policy';
import type {
  Order,
  Report,
  WorkerOptions,
} from '../reconcile/__testUtils__/worker';
import {
  appRecord,
  instanceInput,
  instanceRecord,
  manifestOf,
} from '../__testUtils__/fixtures';
import { FaultCluster } from './__testUtils__/FaultCluster';
import { row } from './__testUtils__/rows';

jest.setTimeout(590_000);

const DATABASE =
  databases
    .eachSupportedId()
    .flat()
    .find(id => id.startsWith('POSTGRES')) ?? 'POSTGRES_17';
const INSTALLATION = 'killed';
/** As in a store. */
const LEASE_MS = 6000;
const MANIFEST = manifestOf(`
[App]
Name = "killed"
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

/** A worker that is killed before a step, or ends its work. */
class Victim {
  readonly #child: ChildProcess;

  static async start(options: WorkerOptions): Promise<Victim> {
    const victim = new Victim(options);
    await victim.#next();
    return victim;
  }

  private constructor(options: WorkerOptions) {
    this.#child = fork(
      join(__dirname, '../reconcile/__testUtils__/worker.ts'),
      [JSON.stringify(options)],
      {
        execArgv: [
          '--require',
          require.resolve('@backstage/cli/config/nodeTransform.cjs'),
        ],
        env: { PATH: process.env.PATH, NODE_ENV: 'test' },
      },
    );
  }

  async #next(): Promise<Report> {
    for (;;) {
      const [report] = await once(this.#child, 'message');
      if (!('type' in report)) return report;
    }
  }

  async tell(order: Order): Promise<Report> {
    const next = this.#next();
    this.#child.send(order);
    return next;
  }

  async kill(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

describe('15: kill -9 between any two steps', () => {
  let faults: FaultCluster;
  let knex: Knex;
  let instances: InstanceRepository;
  let transitions: InstanceTransitions;
  let api: KubeApi;
  let options: WorkerOptions;
  let survivor: Victim;
  let appId: string;

  beforeAll(async () => {
    faults = await FaultCluster.start(1);
    knex = await migrated(DATABASE);
    const config = new KubeConfig();
    config.loadFromString(faults.kubeconfig);
    api = KubeApi.create(config);
    instances = new InstanceRepository(
      knex,
      Policy.create({ settings: { publicMode: false, downloads: true } }),
    );
    transitions = new InstanceTransitions(knex);
    const app = appRecord({ manifest: MANIFEST });
    await new AppRepository(knex).insert(app, { tagIds: [] });
    appId = app.id;
    const { connection, searchPath } = knex.client.config;
    options = {
      connection,
      searchPath,
      kubeconfig: faults.kubeconfig,
      namespace: 'apps',
      installation: INSTALLATION,
      leaseMs: LEASE_MS,
    };
    survivor = await Victim.start(options);
  });
  afterAll(async () => {
    await survivor?.kill();
    api?.close();
    await faults?.stop();
  });

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
  const suspend = (id: string) =>
    transitions.change(id, { desired: ['running'] }, suspension());
  const resume = async (id: string) => {
    const record = await get(id);
    return transitions.resume(id, record.ownerRef, 1000, {
      ...launch(record, new Date()),
      desired: 'running',
    });
  };
  const redeploy = async (id: string) =>
    transitions.change(
      id,
      { desired: ['running'] },
      launch(await get(id), new Date()),
    );
  const terminate = (id: string) =>
    transitions.terminate(
      id,
      {
        desired: 'terminated',
        slot: undefined,
        updatedAt: new Date().toISOString(),
      },
      { actorRef: 'user:default/uma', at: new Date().toISOString() },
    );
  const settled = async (id: string) => {
    for (let i = 0; i < 3; i++) await survivor.tell({ process: id });
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
    !(await workload(id)) && !(await instances.get(id));

  it.each<
    [
      string,
      () => Promise<string>,
      (id: string) => Promise<unknown>,
      (id: string) => Promise<boolean>,
    ]
  >([
    ['run', run, async () => {}, isRunning(1)],
    [
      'suspend',
      async () => {
        const id = await run();
        await settled(id);
        return id;
      },
      suspend,
      isSuspended,
    ],
    [
      'resume',
      async () => {
        const id = await run();
        await settled(id);
        await suspend(id);
        await settled(id);
        return id;
      },
      resume,
      isRunning(2),
    ],
    [
      'redeploy',
      async () => {
        const id = await run();
        await settled(id);
        return id;
      },
      redeploy,
      isRunning(2),
    ],
    [
      'terminate',
      async () => {
        const id = await run();
        await settled(id);
        return id;
      },
      terminate,
      isGone,
    ],
  ])('15: %s', async (what, prepare, ask, isRight) => {
    const seams: string[] = [];
    for (let k = 1; ; k++) {
      const id = await prepare();
      await ask(id);
      const victim = await Victim.start(options);
      const report = await victim.tell({ process: id, stopBefore: k });
      const step = 'stopping' in report ? report.stopping : undefined;
      await victim.kill();
      if (!step) break;
      seams.push(step);
      // Its lease is not waited for at each seam: that it runs out is a row of its own.
      if (k > 1)
        await knex('instances').where({ id }).update({ lease_until: 1 });
      const began = Date.now();
      while (!(await isRight(id))) {
        if (Date.now() - began > 30_000)
          throw new Error(`${what}, killed before ${step} (${k}): never right`);
        await survivor.tell({ process: id });
        await sleep(100);
      }
      if (k === 1)
        row(
          `15 kill -9 at the first step of ${what}: taken over`,
          '60 s',
          Date.now() - began,
          10,
        );
    }
    expect(seams.length).toBeGreaterThan(2);
    row(
      `kill -9 between any two steps of ${what} (${seams.join(', ')})`,
      '-',
      0,
      1,
    );
  });
});
