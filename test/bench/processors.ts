/**
 * The processors between a PostgreSQL and a cluster of hollow nodes: calls a launch by verb, calls
 * while nothing happens, how soon a ready pod is a deployed instance, a thousand launches, a burst,
 * and ten thousand resident instances: what they take of the memory, and a restart among them.
 *
 * The baseline of readiness is a watch of this program's own, which hears of the same pod in the same
 * run. Prints the figures; exits 1 over budget.
 */
import { KubeConfig } from '@kubernetes/client-node';
import { mockServices } from '@backstage/backend-test-utils';
import { spawn } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import knexFactory, { type Knex } from 'knex';
import { AppRepository } from '../../plugins/app-store-backend/src/apps/AppRepository';
import { MIGRATIONS_DIRECTORY } from '../../plugins/app-store-backend/src/database/migrate';
import { NEVER_HELD } from '../../plugins/app-store-backend/src/epoch/__testUtils__/neverHeld';
import { InstanceTransitions } from '../../plugins/app-store-backend/src/instances/InstanceTransitions';
import { KubeApi } from '../../plugins/app-store-backend/src/kubernetes/client/KubeApi';
import { InstanceCluster } from '../../plugins/app-store-backend/src/kubernetes/InstanceCluster';
import { buildInstanceObjects } from '../../plugins/app-store-backend/src/kubernetes/manifests/instanceObjects';
import { InstanceProcessor } from '../../plugins/app-store-backend/src/reconcile/InstanceProcessor';
import { InstanceQueue } from '../../plugins/app-store-backend/src/reconcile/InstanceQueue';
import {
  appRecord,
  instanceInput,
  instanceRecord,
} from '../../plugins/app-store-backend/src/__testUtils__/fixtures';
import { Budgets } from './lib/Budgets';
import { percentile } from './lib/percentile';

const SINGLE = 30;
const BURST = 300;
const MANY = 1000;
const RESIDENT = Number(process.env.BENCH_RESIDENT ?? 10_000);
const IDLE_MS = 20_000;

/** Calls that write, for one launch. */
const WRITES = 5;
/** 99th percentile of milliseconds from a ready pod to a deployed instance, over the baseline. */
const READY_MS = 50;
/** Bytes of memory an instance in what the watches keep. */
const BYTES = 512;
/** Launches a second, at least; told as its inverse. */
const LAUNCH_MS = 50;
/** Seconds until all is right after a restart among the residents. */
const RESTART_SECONDS = 15;
/** Percent of one core while nothing happens. */
const IDLE_PERCENT = 3;

const INSTALLATION = 'bench';
const NAMESPACE = 'apps';
const budgets = new Budgets();

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** What the store asks of the cluster, by verb; told by Node.js itself. */
class Calls {
  #counts = new Map<string, number>();
  conflicts = 0;

  constructor() {
    subscribe('http.client.request.start', message => {
      const { request } = message as { request: ClientRequest };
      if (request.getHeader('user-agent') !== 'ai-app-store') return;
      const url = new URL(request.path, 'http://x');
      const isWatch = url.searchParams.get('watch') === 'true';
      const isList =
        request.method === 'GET' && !/\/[is]-[0-9a-f-]+$/.test(url.pathname);
      let verb = request.method;
      if (isWatch) verb = 'watch';
      else if (isList) verb = 'list';
      this.#counts.set(verb, (this.#counts.get(verb) ?? 0) + 1);
    });
    subscribe('http.client.response.finish', message => {
      const { response } = message as { response: IncomingMessage };
      if (response.statusCode === 409) this.conflicts += 1;
    });
  }

  reset(): void {
    this.#counts = new Map();
    this.conflicts = 0;
  }

  of(...verbs: string[]): number {
    return verbs.reduce((sum, verb) => sum + (this.#counts.get(verb) ?? 0), 0);
  }

  toString(): string {
    return [...this.#counts].map(([verb, n]) => `${verb} ${n}`).join(', ');
  }
}

/** A cluster of hollow nodes in a process of its own. */
async function hollowCluster(directory: string) {
  const child = spawn(
    process.execPath,
    [
      '--require',
      require.resolve('@backstage/cli/config/nodeTransform.cjs'),
      join(
        __dirname,
        '../../plugins/app-store-backend/src/faults/__testUtils__/cluster.ts',
      ),
      JSON.stringify({
        directory,
        pods: false,
        hollowNodes: { count: Math.ceil((RESIDENT * 1.3) / 250) + 8 },
      }),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [path] = await new Promise<string[]>(resolve =>
    createInterface({ input: child.stdout }).once('line', line =>
      resolve([line]),
    ),
  );
  const config = new KubeConfig();
  config.loadFromString(readFileSync(path, 'utf8'));
  return { config, stop: () => child.kill('SIGTERM') };
}

/** One store's processors. */
class Driver {
  readonly #o: { knex: Knex; config: KubeConfig; appId: string };
  readonly api: KubeApi;
  readonly cluster: InstanceCluster;
  readonly #processor: InstanceProcessor;
  readonly #transitions: InstanceTransitions;
  readonly claimedAt = new Map<string, number>();
  readonly deployedAt = new Map<string, number>();
  readonly insertedAt = new Map<string, number>();
  #tick: NodeJS.Timeout | undefined;

  constructor(options: { knex: Knex; config: KubeConfig; appId: string }) {
    this.#o = options;
    const logger = mockServices.rootLogger({ level: 'none' });
    const queue = new InstanceQueue(options.knex);
    const { claimedAt, deployedAt } = this;
    this.#processor = new InstanceProcessor({
      queue: new Proxy(queue, {
        get(target, name) {
          const value = Reflect.get(target, name);
          if (typeof value !== 'function') return value;
          if (name === 'claim' || name === 'claimDue')
            return async (...args: unknown[]) => {
              const claims = await value.apply(target, args);
              const now = performance.now();
              for (const { record } of claims)
                if (!claimedAt.has(record.id)) claimedAt.set(record.id, now);
              return claims;
            };
          if (name === 'observe')
            return async (...args: any[]) => {
              const done = await value.apply(target, args);
              if (args[2].status === 'DEPLOYED')
                deployedAt.set(args[0].id, performance.now());
              return done;
            };
          return value.bind(target);
        },
      }),
      epoch: NEVER_HELD,
      logger,
    });
    this.api = KubeApi.create(options.config);
    this.cluster = new InstanceCluster({
      api: this.api,
      namespace: NAMESPACE,
      installation: INSTALLATION,
      logger,
      onChange: id => this.#processor.wake(id),
    });
    this.#transitions = new InstanceTransitions(options.knex);
  }

  async start(): Promise<void> {
    await this.cluster.ensureNamespace();
    this.cluster.start();
    await this.cluster.whenListed();
  }

  work(): void {
    this.#processor.start(this.cluster);
    this.#tick = setInterval(() => {
      this.#processor.claimDue().catch(() => {});
    }, 2500);
  }

  async launch(): Promise<string> {
    const record = instanceRecord(this.#o.appId, {
      ownerRef: `user:default/u${this.insertedAt.size}`,
    });
    const objects = buildInstanceObjects(
      instanceInput({
        instanceId: record.id,
        appId: this.#o.appId,
        installation: INSTALLATION,
        namespace: NAMESPACE,
        sizes: { memoryLimit: '1Mi', memoryReservation: '1Mi', gpuCount: 0 },
      }),
    );
    this.insertedAt.set(record.id, performance.now());
    await this.#transitions.insert({ ...record, objects }, 10);
    this.#processor.wake(record.id, false);
    return record.id;
  }

  async deployed(ids: string[]): Promise<void> {
    while (ids.some(id => !this.deployedAt.has(id))) await sleep(2);
  }

  async stop(): Promise<void> {
    clearInterval(this.#tick);
    this.cluster.stop();
    await this.#processor.stop();
    this.api.close();
  }
}

/** When each pod was ready, as a plain watch hears it. */
async function readyTimes(config: KubeConfig): Promise<Map<string, number>> {
  const readyAt = new Map<string, number>();
  const api = KubeApi.create(config);
  const stream = await api
    .stream(`/api/v1/namespaces/${NAMESPACE}/endpoints`, {
      query: { watch: true },
    })
    .catch(() =>
      api.stream(
        `/apis/discovery.k8s.io/v1/namespaces/${NAMESPACE}/endpointslices`,
        { query: { watch: true } },
      ),
    );
  createInterface({ input: stream }).on('line', line => {
    const { object } = JSON.parse(line);
    const id = object.metadata?.labels?.['ai-app-store.io/instance'];
    const isReady = object.endpoints?.some(
      (each: any) => each.conditions?.ready,
    );
    if (id && isReady && !readyAt.has(id)) readyAt.set(id, performance.now());
  });
  return readyAt;
}

async function main(): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-processors-'));
  const { postgres } = await import('../../tools/lib/services.mjs');
  const database = await postgres();
  const cluster = await hollowCluster(directory);
  const knex = knexFactory({ client: 'pg', connection: database.url });
  await knex.migrate.latest({ directory: MIGRATIONS_DIRECTORY });
  const app = appRecord();
  await new AppRepository(knex).insert(app, { tagIds: [] });
  const options = { knex, config: cluster.config, appId: app.id };
  const calls = new Calls();
  try {
    const driver = new Driver(options);
    await driver.start();
    driver.work();
    const readyAt = await readyTimes(cluster.config);
    await driver.deployed([await driver.launch()]);

    calls.reset();
    const single: string[] = [];
    for (let i = 0; i < SINGLE; i++) {
      const id = await driver.launch();
      await driver.deployed([id]);
      single.push(id);
    }
    await sleep(200);
    console.log(`  ${SINGLE} launches: ${calls}`);
    budgets.tell(
      'calls that write, a launch',
      calls.of('POST', 'PATCH', 'PUT', 'DELETE') / SINGLE,
      WRITES,
      '',
    );
    budgets.tell('lists, a launch', calls.of('list') / SINGLE, 0, '');
    const behind = single.map(
      id => driver.deployedAt.get(id)! - (readyAt.get(id) ?? Infinity),
    );
    budgets.tell(
      'ready in the API to DEPLOYED in the store, p99 over a watch',
      percentile(behind, 0.99),
      READY_MS,
      'ms',
    );

    calls.reset();
    await sleep(IDLE_MS);
    budgets.tell(
      'calls a minute while nothing happens, but watches',
      (calls.of('POST', 'PATCH', 'PUT', 'DELETE', 'GET', 'list') * 60_000) /
        IDLE_MS,
      0,
      '',
    );

    calls.reset();
    const burst = await Promise.all(
      Array.from({ length: BURST }, () => driver.launch()),
    );
    await driver.deployed(burst);
    budgets.tell(`conflicts in a burst of ${BURST}`, calls.conflicts, 0, '');

    const began = performance.now();
    const many: string[] = [];
    for (let i = 0; i < MANY; i++) many.push(await driver.launch());
    await driver.deployed(many);
    const took = performance.now() - began;
    console.log(
      `  ${MANY} launches: ${((MANY * 1000) / took).toFixed(1)} a second`,
    );
    budgets.tell('one of a thousand launches', took / MANY, LAUNCH_MS, 'ms');
    const ages = many.map(
      id => driver.claimedAt.get(id)! - driver.insertedAt.get(id)!,
    );
    console.log(
      `  age in the queue, p50 ${percentile(ages, 0.5).toFixed(
        0,
      )} ms, p99 ${percentile(ages, 0.99).toFixed(0)} ms`,
    );

    const resident: string[] = [];
    while (driver.insertedAt.size < RESIDENT) {
      resident.push(await driver.launch());
      // No faster than they are worked through.
      if (resident.length % 200 === 0) await driver.deployed(resident);
    }
    await driver.deployed(resident);
    await sleep(3000);
    const before = process.cpuUsage();
    await sleep(IDLE_MS);
    const { user, system } = process.cpuUsage(before);
    budgets.tell(
      `work among ${RESIDENT} while nothing happens`,
      ((user + system) / 1000 / IDLE_MS) * 100,
      IDLE_PERCENT,
      '% of a core',
    );
    await driver.stop();
    await sleep(1000);
    collect();
    const heap = process.memoryUsage().heapUsed;
    const restarted = performance.now();
    const second = new Driver(options);
    await second.start();
    second.work();
    for (;;) {
      const [{ due }] = await knex('instances')
        .whereNotNull('due_at')
        .count({ due: '*' });
      if (!Number(due)) break;
      await sleep(100);
    }
    budgets.tell(
      `a restart among ${RESIDENT}: all right`,
      (performance.now() - restarted) / 1000,
      RESTART_SECONDS,
      's',
    );
    await sleep(2000);
    collect();
    budgets.tell(
      'memory an instance, in what the watches keep',
      (process.memoryUsage().heapUsed - heap) / RESIDENT,
      BYTES,
      'bytes',
    );
    await second.stop();
    return budgets.sum();
  } finally {
    cluster.stop();
    await knex.destroy();
    await database.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

main().then(
  code => process.exit(code),
  error => {
    console.error(error);
    process.exit(1);
  },
);
