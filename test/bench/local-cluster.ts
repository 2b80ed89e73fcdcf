/**
 * The local cluster with 10,000 hollow pods: how long it takes to start, to make them, to launch a pod
 * that runs, what an object takes of the memory, what it works while nothing happens, and how soon a
 * thousand watchers hear of a change.
 *
 * Baseline of a launch is a cluster with 10 hollow pods in the same process, asked in turn: whatever
 * else the machine does slows both. Prints the figures; exits 1 over budget.
 */
import { LocalCluster } from '@ai-app-store/local-cluster';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parse } from 'yaml';
import { Client, type OpenAnswer } from '../conformance/Client';
import { percentile } from './lib/percentile';

const FEW = 10;
const MANY = 10_000;
/** Of a Deployment. */
const REPLICAS = 500;
const LAUNCHES = 30;
const WARM_UP = 3;
const STARTS = 5;
const WATCHERS = 1000;
const IDLE_MS = 10_000;
/** The garbage of the making of pods is collected for so many milliseconds more. */
const SETTLE_MS = 20_000;

/** Milliseconds from nothing to a cluster that answers, in the median. */
const START_MS = 1000;
/** Seconds to make the many pods. */
const MAKE_SECONDS = 120;
/** A launch among the many over one among the few, in the median. */
const LAUNCH_RATIO = 1.2;
/** Kibibytes of memory an object: a pod with its status, or an event. */
const OBJECT_KIB = 25;
/** Percent of one core while nothing happens. */
const IDLE_PERCENT = 3;
/** 95th percentile of milliseconds until a watcher hears of a change. */
const WATCHER_MS = 1000;

const JSON_TYPE = {
  'Content-Type': 'application/json',
  Accept: 'application/json',
};
let over = 0;

function tell(what: string, value: number, budget: number, unit: string): void {
  const isOver = value > budget;
  if (isOver) over += 1;
  console.log(
    `  ${what.padEnd(58)} ${value
      .toFixed(1)
      .padStart(9)} ${unit} (at most ${budget}) ${isOver ? 'OVER' : ''}`,
  );
}

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** A cluster with hollow pods. */
class Crowd {
  readonly #directory = mkdtempSync(join(tmpdir(), 'bench-'));
  #cluster!: LocalCluster;
  #client!: Client;
  #token = '';

  async start(nodes: number): Promise<number> {
    const began = performance.now();
    const node = {
      mounts: [
        { source: dirname(dirname(process.execPath)), target: '/opt/node' },
      ],
      path: ['/opt/node/bin'],
    };
    this.#cluster = await LocalCluster.start({
      directory: this.#directory,
      images: { 'local/node': node },
      hollowNodes: nodes ? { count: nodes } : undefined,
    });
    const { clusters, users } = parse(this.#cluster.kubeconfig);
    this.#token = users[0].user.token;
    this.#client = new Client({
      address: this.#cluster.address,
      ca: Buffer.from(
        clusters[0].cluster['certificate-authority-data'],
        'base64',
      ).toString(),
    });
    await this.call('GET', '/readyz');
    return performance.now() - began;
  }

  async stop(): Promise<void> {
    this.#client.close();
    await this.#cluster.stop(0);
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async call(method: string, path: string, body?: unknown) {
    const answer = await this.#client.send({
      method,
      path,
      headers: JSON_TYPE,
      body: body === undefined ? undefined : JSON.stringify(body),
      token: this.#token,
    });
    if (answer.status >= 400)
      throw new Error(
        `${method} ${path}: ${answer.body.toString().slice(0, 300)}`,
      );
    return answer.body.toString();
  }

  watch(path: string): Promise<OpenAnswer> {
    return this.#client.open({
      method: 'GET',
      path,
      headers: JSON_TYPE,
      token: this.#token,
    });
  }

  #deployment(name: string, replicas: number, spec: object) {
    const labels = { app: name };
    return {
      metadata: { name },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec },
      },
    };
  }

  /** Makes hollow pods; returns the seconds until all are ready. */
  async fill(count: number): Promise<number> {
    const began = performance.now();
    const path = '/apis/apps/v1/namespaces/kube-public/deployments';
    for (let made = 0; made < count; made += REPLICAS) {
      const replicas = Math.min(REPLICAS, count - made);
      const name = `crowd-${made}`;
      await this.call(
        'POST',
        path,
        this.#deployment(name, replicas, {
          nodeSelector: { 'local-cluster/hollow': 'true' },
          tolerations: [{ key: 'local-cluster/hollow', operator: 'Exists' }],
          containers: [{ name: 'main', image: 'any' }],
        }),
      );
      for (;;) {
        const { status } = JSON.parse(
          await this.call('GET', `${path}/${name}`),
        );
        if (status.readyReplicas === replicas) break;
        await sleep(20);
      }
    }
    return (performance.now() - began) / 1000;
  }

  /** Launches a pod that runs, and ends it; returns the milliseconds until it was ready. */
  async launch(): Promise<number> {
    const path = '/apis/apps/v1/namespaces/default/deployments';
    const watch = await this.watch(
      '/api/v1/namespaces/default/pods?watch=true',
    );
    const began = performance.now();
    await this.call(
      'POST',
      path,
      this.#deployment('one', 1, {
        terminationGracePeriodSeconds: 0,
        containers: [
          { name: 'main', image: 'local/node:24', command: ['sleep', '1000'] },
        ],
      }),
    );
    while (!/"type":"Ready","status":"True"/.test(watch.text())) await sleep(1);
    const took = performance.now() - began;
    await this.call('DELETE', `${path}/one`);
    while (!watch.text().includes('"type":"DELETED"')) await sleep(5);
    watch.close();
    return took;
  }
}

async function starts(): Promise<void> {
  const took: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    const crowd = new Crowd();
    took.push(await crowd.start(0));
    await crowd.stop();
  }
  tell('from nothing to an answer, p50', percentile(took, 0.5), START_MS, 'ms');
}

async function launches(few: Crowd, many: Crowd): Promise<void> {
  const found: Record<'few' | 'many', number[]> = { few: [], many: [] };
  for (let i = 0; i < LAUNCHES + WARM_UP; i++)
    for (const [name, crowd] of Object.entries({ few, many })) {
      const took = await crowd.launch();
      if (i >= WARM_UP) found[name as 'few'].push(took);
    }
  const [a, b] = [found.few, found.many].map(each => percentile(each, 0.5));
  console.log(
    `  a launch among ${FEW}: ${a.toFixed(1)} ms, among ${MANY}: ${b.toFixed(
      1,
    )} ms`,
  );
  tell(
    `a launch among ${MANY} over one among ${FEW}`,
    b / a,
    LAUNCH_RATIO,
    'times',
  );
}

async function idle(): Promise<void> {
  await sleep(SETTLE_MS);
  const before = process.cpuUsage();
  await sleep(IDLE_MS);
  const { user, system } = process.cpuUsage(before);
  tell(
    'work while nothing happens',
    ((user + system) / 1000 / IDLE_MS) * 100,
    IDLE_PERCENT,
    '% of a core',
  );
}

async function watchers(crowd: Crowd): Promise<void> {
  const path = '/api/v1/namespaces/default/configmaps';
  const open: OpenAnswer[] = [];
  for (let i = 0; i < WATCHERS; i++)
    open.push(
      await crowd.watch(
        `${path}?watch=true&fieldSelector=metadata.name%3Dnews`,
      ),
    );
  const began = performance.now();
  await crowd.call('POST', path, { metadata: { name: 'news' } });
  const heard: number[] = [];
  const waiting = new Set(open);
  while (waiting.size) {
    for (const each of waiting)
      if (each.text().includes('"news"')) {
        heard.push(performance.now() - began);
        waiting.delete(each);
      }
    await sleep(1);
  }
  open.forEach(each => each.close());
  tell(
    `${WATCHERS} watchers hear of a change, p95`,
    percentile(heard, 0.95),
    WATCHER_MS,
    'ms',
  );
}

async function main(): Promise<number> {
  console.log(`Local cluster, ${MANY} hollow pods`);
  await starts();
  const [few, many] = [new Crowd(), new Crowd()];
  const nodes = Math.ceil((MANY * 1.1) / 250);
  await few.start(1);
  await few.fill(FEW);
  await many.start(nodes);
  collect();
  const before = process.memoryUsage().heapUsed;
  const worked = process.cpuUsage();
  const seconds = await many.fill(MANY);
  const { user, system } = process.cpuUsage(worked);
  tell(`${MANY} pods made and ready`, seconds, MAKE_SECONDS, 's');
  console.log(
    `  bound by one thread: ${((user + system) / 1e4 / seconds).toFixed(
      0,
    )} % of a core meanwhile`,
  );
  collect();
  const pods = JSON.parse(await many.call('GET', '/api/v1/pods?limit=1'));
  const events = JSON.parse(await many.call('GET', '/api/v1/events?limit=1'));
  const objects =
    2 + pods.metadata.remainingItemCount + events.metadata.remainingItemCount;
  collect();
  tell(
    `memory an object (of ${objects})`,
    (process.memoryUsage().heapUsed - before) / 1024 / objects,
    OBJECT_KIB,
    'KiB',
  );
  await idle();
  await launches(few, many);
  await watchers(many);
  await few.stop();
  await many.stop();
  console.log(over ? `${over} over budget` : 'within the budget');
  return over ? 1 : 0;
}

main().then(
  code => process.exit(code),
  error => {
    console.error(error);
    process.exit(1);
  },
);
