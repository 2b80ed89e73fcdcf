/**
 * The store in a large catalog, on PostgreSQL: 10,000 app versions and 2,000 declarations. How
 * long a full load takes, how soon a new app version is in the catalog, what a comparison and a
 * sweep cost where nothing changed, and how many rows of the catalog's search table an app takes.
 *
 * The baseline of a new app version is what the catalog itself needs for a new location, asked in
 * turn: both are a delta of an entity provider. Prints the figures; exits 1 over budget.
 */
import type { Knex } from 'knex';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  addApps,
  analyze,
} from '../../plugins/app-store-backend/src/__testUtils__/atScale';
import { appEntityName } from '../../plugins/app-store-common/src';
import { Budgets } from './lib/Budgets';
import { LargeCatalog, until } from './lib/LargeCatalog';
import { DECLARATIONS, FILES, repository } from './lib/repository';
import { percentile } from './lib/percentile';

const NAMES = 2_500;
const VERSIONS = 4;
const ROUNDS = 40;
const WARM_UP = 3;
const SWEEPS = 10;

/** Minutes until every app version that the catalog may hold can be read there. */
const LOAD_MINUTES = 5;
/** Minutes until every declaration is in line. */
const APPLY_MINUTES = 5;
/** 95th percentile of a new app version over the baseline's, in milliseconds. */
const DELTA_OVER_MS = 3_000;
/** Rows that a comparison of everything writes where nothing changed. */
const RESYNC_WRITES = 0;
/** Requests of a sweep where nothing changed: pages of 500. */
const SWEEP_CALLS = Math.ceil(DECLARATIONS / 500);
/** Milliseconds of such a sweep beside those in which the catalog answers, in the median. */
const SWEEP_OWN_MS = 250;
/** Rows of the catalog's search table for an app version. */
const SEARCH_ROWS = 50;

const budgets = new Budgets();

/** A full load: from the start of a portal whose catalog has none of them. */
async function load(bench: LargeCatalog): Promise<void> {
  const store = bench.database('app-store');
  await addApps(store, { names: NAMES, versions: VERSIONS });
  await store('apps').update({ checked_at: new Date().toISOString() });
  await analyze(store);
  const row = await store('apps')
    .whereNot('visibility', 'PRIVATE')
    .count({ all: '*' })
    .first();
  await store.destroy();
  const wanted = Number(row!.all);
  console.log(
    `loading ${
      NAMES * VERSIONS
    } app versions, ${wanted} of them for the catalog`,
  );
  await bench.start();
  const took = await until(
    'the whole index in the catalog',
    30 * 60_000,
    1000,
    async () => {
      const { body } = await bench.ask(
        'dev',
        'catalog/entities/by-query?filter=kind=app,metadata.namespace=app-store&limit=1',
      );
      return body.totalItems === wanted;
    },
  );
  budgets.tell(
    'a full load, until all can be read',
    took / 60_000,
    LOAD_MINUTES,
    'min',
  );
}

async function apply(bench: LargeCatalog): Promise<void> {
  await bench.import('bench.served', '1.0.0');
  const began = performance.now();
  for (let file = 0; file < FILES; file++)
    await bench.register(`many-${file}.yaml`);
  const store = bench.database('app-store');
  const states = async () =>
    Object.fromEntries(
      (
        (await store('declarations')
          .groupBy('state')
          .select('state')
          .count({ count: '*' })) as Array<{ state: string; count: string }>
      ).map(({ state, count }) => [state, Number(count)]),
    );
  await until('all declarations in line', 30 * 60_000, 1000, async () => {
    const { IN_SYNC, ...others } = await states();
    if (others.REFUSED)
      throw new Error(
        JSON.stringify(
          await store('declarations').where({ state: 'REFUSED' }).first(),
        ),
      );
    return IN_SYNC === DECLARATIONS;
  });
  await store.destroy();
  budgets.tell(
    `${DECLARATIONS} declarations, until all are in line`,
    (performance.now() - began) / 60_000,
    APPLY_MINUTES,
    'min',
  );
}

async function deltas(bench: LargeCatalog): Promise<void> {
  const times = { app: [] as number[], location: [] as number[] };
  for (let round = 0; round < ROUNDS + WARM_UP; round++) {
    const target = bench.urlOf(`one-${round}.yaml`);
    await bench.register(`one-${round}.yaml`);
    const location = await bench.visible('ada', {
      kind: 'location',
      namespace: 'default',
      name: `generated-${createHash('sha1')
        .update(`url:${target}`)
        .digest('hex')}`,
    });
    const version = `2.${round}.0`;
    await bench.import('bench.new', version);
    const app = await bench.visible('dev', {
      kind: 'app',
      namespace: 'app-store',
      name: appEntityName('bench.new', version),
    });
    if (round < WARM_UP) continue;
    times.location.push(location);
    times.app.push(app);
  }
  for (const [name, each] of Object.entries(times))
    console.log(
      `  a new ${name}: p50 ${percentile(each, 0.5).toFixed(
        0,
      )} ms, p95 ${percentile(each, 0.95).toFixed(0)} ms`,
    );
  budgets.tell(
    'a new app version over a new location, p95',
    percentile(times.app, 0.95) - percentile(times.location, 0.95),
    DELTA_OVER_MS,
    'ms',
  );
}

/** Rows that were inserted, changed or deleted in the catalog's database so far. */
async function written(catalog: Knex): Promise<number> {
  // What a connection at rest did counts after ten seconds (PostgreSQL, `PGSTAT_IDLE_INTERVAL`).
  await sleep(12_000);
  const { rows } = await catalog.raw(
    `select sum(n_tup_ins + n_tup_upd + n_tup_del) as written from pg_stat_user_tables where relname not like '%task%'`,
  );
  return Number(rows[0].written);
}

async function resync(bench: LargeCatalog): Promise<void> {
  const catalog = bench.database('catalog');
  // The catalog has its own work to end first.
  let before = await written(catalog);
  for (let now = -1; now !== before; ) {
    now = before;
    before = await written(catalog);
  }
  await bench.import('bench.counted', '1.0.0');
  const counted = await written(catalog);
  if (counted === before) throw new Error('what is written is not counted');
  before = counted;
  const took = await bench.runTask('catalog', 'app-store-resync');
  console.log(
    `  a comparison of everything, nothing changed: ${took.toFixed(0)} ms`,
  );
  budgets.tell(
    'rows that it wrote',
    (await written(catalog)) - before,
    RESYNC_WRITES,
    'rows',
  );
  await catalog.destroy();
}

const SWEEP =
  /looked at 0 of (\d+) declarations: (\d+) ms, of these (\d+) ms for the catalog's answer/g;

async function sweeps(bench: LargeCatalog): Promise<void> {
  const from = bench.log().length;
  await until('sweeps', 300_000, 1000, async () => {
    return [...bench.log().slice(from).matchAll(SWEEP)].length > SWEEPS;
  });
  const log = bench.log().slice(from);
  const found = [...log.matchAll(SWEEP)];
  // What lies between the ends of the first and of the last one.
  const between = log.slice(found[0].index, found.at(-1)!.index);
  // Some looked at sources, which are due now and then, and asked the catalog, too.
  const rounds = between.match(/looked at \d+ of/g)?.length ?? 0;
  const calls = between
    .split('\n')
    .filter(line =>
      /(GET|POST) \/api\/catalog\/entities\/by-query/.test(line),
    ).length;
  if (!calls) throw new Error('its calls are not counted');
  const total = found.map(([, , ms]) => Number(ms));
  const own = found.map(([, , ms, away]) => Number(ms) - Number(away));
  console.log(
    `  a sweep of ${
      found[0][1]
    } declarations, nothing changed: p50 ${percentile(
      total,
      0.5,
    )} ms, p95 ${percentile(total, 0.95)} ms`,
  );
  budgets.tell('its calls', calls / rounds, SWEEP_CALLS, 'calls');
  budgets.tell(
    'its own part, beside the catalog’s answer, p50',
    percentile(own, 0.5),
    SWEEP_OWN_MS,
    'ms',
  );
}

async function searchRows(bench: LargeCatalog): Promise<void> {
  const catalog = bench.database('catalog');
  const { rows } = await catalog.raw(
    `select count(*) * 1.0 / count(distinct s.entity_id) as rows_each
       from search s join final_entities f on f.entity_id = s.entity_id
      where f.entity_ref like 'app:app-store/%'`,
  );
  await catalog.destroy();
  budgets.tell(
    'rows of the search table for an app version',
    Number(rows[0].rows_each),
    SEARCH_ROWS,
    'rows',
  );
}

async function main(): Promise<number> {
  const { postgres } = await import('../../tools/lib/services.mjs');
  const database = await postgres();
  const bench = new LargeCatalog(database.url);
  try {
    await bench.serve(repository(ROUNDS + WARM_UP));
    // Makes the tables.
    await bench.start();
    await bench.portal.stop();
    await load(bench);
    await apply(bench);
    await deltas(bench);
    await sweeps(bench);
    await resync(bench);
    await searchRows(bench);
    return budgets.sum();
  } finally {
    await bench.stop();
    await database.stop();
  }
}

main().then(
  code => process.exit(code),
  error => {
    console.error(error);
    process.exit(1);
  },
);
