/**
 * The store's lists at 10,000 app versions on PostgreSQL: listing, filtering and
 * searching through the API, against a call that reads nothing and a `select 1`. Two
 * stores run side by side, one with 100 and one with 100,000 known users, and are asked
 * in turn: what the machine does meanwhile, it does to both.
 *
 * Prints the 95th percentiles and the ratios, and how many transactions a second a replica
 * with nothing to do sends. Exits 1 over budget, 2 where a store
 * differs from itself so much that nothing can be said.
 */
import knexFactory from 'knex';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  addApps,
  addPeople,
  analyze,
} from '../../plugins/app-store-backend/src/__testUtils__/atScale';
import { Portal } from '../e2e/portal';
import { percentile } from './lib/percentile';

/** 95th percentile over the baseline's, in milliseconds. */
const OVER_MS = 50;
/** Medians with many users, as a multiple of those with few. */
const RATIO = 1.1;
const NAMES = 2_500;
const VERSIONS = 4;
const USERS = [100, 100_000];
/** Transactions a second that a replica with nothing to do sends to the store's database. */
const IDLE_A_SECOND = 1;
/** In seconds: what was done last has ended by then, and connections that it used are closed, which is when PostgreSQL counts the last of it. */
const REST_SECONDS = 45;
/** Counts that came with this program's own query are there by then, in seconds. */
const SETTLE_SECONDS = 3;
const IDLE_SECONDS = 60;
const ROUNDS = 200;
const WARM_UP = 40;
/** Medians of every other round of one store, as a multiple of those between: what is no difference looks like this. */
const STRAY = 1.05;

/** One store with its users. */
interface Side {
  users: number;
  /** Milliseconds that a call took. */
  call(path: string): Promise<number>;
  /** Milliseconds of a call that reads nothing, and a `select 1`. */
  baseline(): Promise<number>;
  /** Transactions that its database has ended so far. */
  transactions(): Promise<number>;
  nextCursor: string;
  stop(): Promise<void>;
}

async function begin(
  users: number,
  databaseUrl: string,
  room: string,
): Promise<Side> {
  const url = new URL(databaseUrl);
  const connection = {
    host: url.hostname,
    port: Number(url.port),
    user: url.username,
    password: '',
  };
  const prefix = `users_${users}_`;
  const config = join(room, `${prefix}.yaml`);
  writeFileSync(
    config,
    JSON.stringify({
      backend: { database: { client: 'pg', prefix, connection } },
      appStore: {
        examples: { directory: room, owner: 'user:default/dev', secrets: [] },
      },
    }),
  );
  const portal = new Portal();
  await portal.start({ APP_CONFIG_appStore_checkAnswers: 'false' }, [config]);
  const knex = knexFactory({
    client: 'pg',
    connection: { ...connection, database: `${prefix}app-store` },
    pool: { min: 1, max: 2 },
  });
  // Its transactions would be counted as the store's.
  await knex.raw('alter system set autovacuum = off');
  await knex.raw('select pg_reload_conf()');
  const { id: tagId } = await knex('tags')
    .where({ name: 'PRODUCTIVITY' })
    .first('id');
  await addApps(knex, {
    names: NAMES,
    versions: VERSIONS,
    tagId,
  });
  // Looked at just now: what a start has to do is not what a replica at rest does.
  await knex('apps').update({ checked_at: new Date().toISOString() });
  await addPeople(knex, { from: 0, to: users });
  await analyze(knex);
  const headers = { authorization: `Bearer ${await portal.token('uma')}` };
  const ask = (path: string) =>
    fetch(`${portal.url}/api/app-store/v1${path}`, { headers });
  const call = async (path: string): Promise<number> => {
    const began = performance.now();
    const response = await ask(path);
    await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return performance.now() - began;
  };
  return {
    users,
    call,
    async baseline() {
      const nothing = await call('/runtime-versions');
      const began = performance.now();
      await knex.raw('select 1');
      return nothing + performance.now() - began;
    },
    async transactions() {
      const { rows } = await knex.raw(
        'select xact_commit + xact_rollback as ended from pg_stat_database where datname = current_database()',
      );
      return Number(rows[0].ended);
    },
    nextCursor: (await (await ask('/apps?newest=true&limit=50')).json())
      .nextCursor,
    async stop() {
      await knex.destroy();
      await portal.stop();
      portal.remove();
    },
  };
}

const PATHS: Record<string, (side: Side) => string> = {
  list: () => '/apps?newest=true&limit=50',
  'next page': side =>
    `/apps?newest=true&limit=50&cursor=${encodeURIComponent(side.nextCursor)}`,
  'by title': () => '/apps?newest=true&limit=50&orderBy=title',
  tag: () => '/apps?newest=true&limit=50&tag=PRODUCTIVITY',
  runnable: () => '/apps?newest=true&limit=50&runnable=false',
  search: () => '/apps?newest=true&limit=50&search=churn%20graph',
  'search, nothing': () => '/apps?newest=true&limit=50&search=nosuchword',
  versions: () => '/apps?name=com.example.app-42',
};

type Times = Record<string, number[]>;

/** Asks all sides for everything, in turn; who is first changes with each round. */
async function measure(sides: Side[]): Promise<Times[]> {
  const times: Times[] = sides.map(() => ({}));
  for (let round = 0; round < ROUNDS + WARM_UP; round++) {
    const order = sides.map((_, i) => (i + round) % sides.length);
    for (const name of ['baseline', ...Object.keys(PATHS)])
      for (const i of order) {
        const took =
          name === 'baseline'
            ? await sides[i].baseline()
            : await sides[i].call(PATHS[name](sides[i]));
        if (round >= WARM_UP) (times[i][name] ??= []).push(took);
      }
  }
  return times;
}

/** Prints percentiles of a side; returns how many are over the budget. */
function tell({ users }: Side, times: Times): number {
  const base = percentile(times.baseline, 0.95);
  console.log(
    `\n${users} known users; a call that reads nothing and select 1: p95 ${base.toFixed(
      1,
    )} ms`,
  );
  let over = 0;
  for (const name of Object.keys(PATHS)) {
    const p95 = percentile(times[name], 0.95);
    const extra = p95 - base;
    if (extra > OVER_MS) over += 1;
    console.log(
      `  ${name.padEnd(16)} p50 ${percentile(times[name], 0.5)
        .toFixed(1)
        .padStart(6)} ms  p95 ${p95.toFixed(1).padStart(6)} ms  over ${extra
        .toFixed(1)
        .padStart(6)} ms ${extra > OVER_MS ? 'OVER' : ''}`,
    );
  }
  return over;
}

/** How far a side is from itself: every other round against those between. */
function strayOf(values: number[]): number {
  const halves = [0, 1].map(half =>
    percentile(
      values.filter((_, i) => Math.floor(i / 2) % 2 === half),
      0.5,
    ),
  );
  return Math.max(...halves) / Math.min(...halves);
}

/** What each side sends while nobody asks it for anything; returns how many are over the budget. */
async function idle(sides: Side[]): Promise<number> {
  // Has PostgreSQL count what this program itself asked so far: a connection at rest counts with its next query.
  for (const side of sides) await side.transactions();
  await sleep(REST_SECONDS * 1000);
  for (const side of sides) await side.transactions();
  await sleep(SETTLE_SECONDS * 1000);
  const before = await Promise.all(sides.map(side => side.transactions()));
  await sleep(IDLE_SECONDS * 1000);
  const after = await Promise.all(sides.map(side => side.transactions()));
  let over = 0;
  sides.forEach(({ users }, i) => {
    // The first look is one of them itself.
    const rate = (after[i] - before[i] - 1) / IDLE_SECONDS;
    if (rate > IDLE_A_SECOND) over += 1;
    console.log(
      `  idle, ${users} known users: ${rate.toFixed(2)} transactions a second ${
        rate > IDLE_A_SECOND ? 'OVER' : ''
      }`,
    );
  });
  return over;
}

async function main(): Promise<number> {
  const { postgres } = await import('../../tools/lib/services.mjs');
  const database = await postgres();
  const room = mkdtempSync(join(tmpdir(), 'bench-'));
  const sides: Side[] = [];
  try {
    for (const users of USERS) {
      console.log(
        `filling a store with ${
          NAMES * VERSIONS
        } app versions and ${users} users`,
      );
      sides.push(await begin(users, database.url, room));
    }
    const times = await measure(sides);
    const over = sides
      .map((side, i) => tell(side, times[i]))
      .reduce((a, b) => a + b);
    console.log('');
    let slower = 0;
    let stray = 1;
    for (const name of Object.keys(PATHS)) {
      const [few, many] = times.map(each => percentile(each[name], 0.5));
      const ratio = many / few;
      const itself = Math.max(...times.map(each => strayOf(each[name])));
      stray = Math.max(stray, itself);
      if (ratio > RATIO) slower += 1;
      console.log(
        `  ${name.padEnd(16)} with ${USERS[1]} users: ${ratio.toFixed(
          2,
        )} times (from itself: ${itself.toFixed(2)}) ${
          ratio > RATIO ? 'OVER' : ''
        }`,
      );
    }
    const restless = await idle(sides);
    if (stray > STRAY && (over || slower)) {
      console.log('\ninconclusive: the machine was busy with other things');
      return 2;
    }
    console.log(
      `\n${
        over + slower + restless ? 'over' : 'within'
      } the budget (p95 ${OVER_MS} ms over the baseline, ratio ${RATIO}, idle ${IDLE_A_SECOND} a second)`,
    );
    return over + slower + restless ? 1 : 0;
  } finally {
    for (const side of sides) await side.stop();
    await database.stop();
    rmSync(room, { recursive: true, force: true });
  }
}

main().then(
  code => process.exit(code),
  error => {
    console.error(error);
    process.exit(1);
  },
);
