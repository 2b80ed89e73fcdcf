/**
 * The local cluster with 10,000 hollow pods: how long it takes to start, to make them, to launch a pod
 * that runs, what an object takes of the memory, what it works while nothing happens, and how soon a
 * thousand watchers hear of a change.
 *
 * Baseline of a launch is a cluster with 10 hollow pods in the same process, asked in turn: whatever
 * else the machine does slows both. Prints the figures; exits 1 over budget.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { OpenAnswer } from '../conformance/Client';
import { Budgets } from './lib/Budgets';
import { Crowd } from './lib/Crowd';
import { percentile } from './lib/percentile';

const FEW = 10;
const MANY = 10_000;
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

const budgets = new Budgets();

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

async function starts(): Promise<void> {
  const took: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    const crowd = new Crowd();
    took.push(await crowd.start(0));
    await crowd.stop();
  }
  budgets.tell(
    'from nothing to an answer, p50',
    percentile(took, 0.5),
    START_MS,
    'ms',
  );
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
  budgets.tell(
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
  budgets.tell(
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
  budgets.tell(
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
  budgets.tell(`${MANY} pods made and ready`, seconds, MAKE_SECONDS, 's');
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
  budgets.tell(
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
  return budgets.sum();
}

main().then(
  code => process.exit(code),
  error => {
    console.error(error);
    process.exit(1);
  },
);
