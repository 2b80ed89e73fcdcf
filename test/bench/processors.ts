/**
 * The processors between a PostgreSQL and a cluster of hollow nodes: calls a launch by verb, calls
 * while nothing happens, how soon a ready pod is a deployed instance, a thousand launches, a burst,
 * and ten thousand resident instances: what they take of the memory, and a restart among them.
 *
 * The baseline of readiness is a watch of this program's own, which hears of the same pod in the same
 * run. Prints the figures; exits 1 over budget.
 */
import type { KubeConfig } from '@kubernetes/client-node';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import knexFactory from 'knex';
import { AppRepository } from '../../plugins/app-store-backend/src/apps/AppRepository';
import { MIGRATIONS_DIRECTORY } from '../../plugins/app-store-backend/src/database/migrate';
import { TRAILING_MS } from '../../plugins/app-store-backend/src/epoch/Epoch';
import { KubeApi } from '../../plugins/app-store-backend/src/kubernetes/client/KubeApi';
import { objectPath } from '../../plugins/app-store-backend/src/kubernetes/client/kubeObjects';
import { appRecord } from '../../plugins/app-store-backend/src/__testUtils__/fixtures';
import { Budgets } from './lib/Budgets';
import { Calls } from './lib/Calls';
import { Driver, NAMESPACE } from './lib/Driver';
import { hollowCluster } from './lib/hollowCluster';
import { percentile } from './lib/percentile';

const SINGLE = 30;
const BURST = 300;
const MANY = 1000;
const RESIDENT = Number(process.env.BENCH_RESIDENT ?? 10_000);
const IDLE_MS = 20_000;
/** Services that are deleted while no store runs. */
const LOST = 25;

/** Calls that write, for one launch: its objects, and what notes that something was made. */
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

const budgets = new Budgets();
const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MB`;

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** When each pod was ready, as a plain watch hears it. */
async function readyTimes(config: KubeConfig): Promise<Map<string, number>> {
  const readyAt = new Map<string, number>();
  const api = KubeApi.create(config);
  const stream = await api.stream(
    `/apis/discovery.k8s.io/v1/namespaces/${NAMESPACE}/endpointslices`,
    { query: { watch: true } },
  );
  const lines = createInterface({ input: stream });
  // It ends with the cluster.
  lines.on('error', () => {});
  lines.on('line', line => {
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
  const cluster = await hollowCluster(
    directory,
    Math.ceil((RESIDENT * 1.3) / 250) + 8,
  );
  const knex = knexFactory({ client: 'pg', connection: database.url });
  await knex.migrate.latest({ directory: MIGRATIONS_DIRECTORY });
  const app = appRecord();
  await new AppRepository(knex).insert(app, { tagIds: [] });
  const options = { knex, config: cluster.config, appId: app.id };
  const calls = new Calls();
  try {
    const writes = () => calls.of('POST', 'PATCH', 'PUT', 'DELETE');
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
    await sleep(TRAILING_MS + 500);
    console.log(`  ${SINGLE} launches, one after the other: ${calls}`);
    budgets.tell('lists, a launch', calls.of('list') / SINGLE, 0, '');
    calls.reset();
    await driver.deployed([await driver.launch()]);
    // What notes that something was made comes a moment later.
    await sleep(TRAILING_MS + 500);
    console.log(`  a launch alone: ${calls}`);
    budgets.tell('calls that write, a launch alone', writes(), WRITES, '');
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
      ((writes() + calls.of('GET', 'list')) * 60_000) / IDLE_MS,
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
    collect();
    console.log(
      `  memory of this process after them: ${megabytes(
        process.memoryUsage().heapUsed,
      )} of the heap, ${megabytes(process.memoryUsage().rss)} in all`,
    );
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
    // What is changed while nobody looks has to be seen afterwards.
    const services = resident.slice(0, LOST).map(id => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: `i-${id}`, namespace: NAMESPACE },
    }));
    const api = KubeApi.create(cluster.config);
    for (const service of services)
      await api.json(objectPath(service), { method: 'DELETE' });
    await sleep(1000);
    collect();
    const heap = process.memoryUsage().heapUsed;
    const restarted = performance.now();
    const second = new Driver(options);
    await second.start();
    second.work();
    for (const service of services)
      while (!(await api.get(service))) await sleep(100);
    api.close();
    for (;;) {
      const [{ due }] = await knex('instances')
        .whereNotNull('due_at')
        .count({ due: '*' });
      if (!Number(due)) break;
      await sleep(100);
    }
    budgets.tell(
      `a restart among ${RESIDENT}, ${LOST} of them without their Service: all right`,
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
