/**
 * The store in a large catalog, on PostgreSQL: 10,000 app versions and 2,000 declarations. How
 * long a full load takes, how soon a new app version is in the catalog, what a comparison and a
 * sweep cost where nothing changed, and how many rows of the catalog's search table an app takes.
 *
 * The baseline of a new app version is what the catalog itself needs for a new location, asked in
 * turn: both are a delta of an entity provider. Prints the figures; exits 1 over budget.
 */
import knexFactory, { type Knex } from 'knex';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { ZipFile } from 'yazl';
import { GitHost } from '../../packages/git-host/src';
import {
  addApps,
  analyze,
} from '../../plugins/app-store-backend/src/__testUtils__/atScale';
import { appEntityName } from '../../plugins/app-store-common/src';
import { Portal } from '../e2e/portal';

const NAMES = 2_500;
const VERSIONS = 4;
/** Files, each with so many declarations of each kind. */
const FILES = 20;
const DECLARED = { AppTag: 45, AppSecret: 20, AppInstance: 20, AppAlias: 15 };
const DECLARATIONS =
  FILES * Object.values(DECLARED).reduce((sum, count) => sum + count);
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

/** So that nothing is processed twice while it is measured. */
const NEVER = { hours: 24 };

function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

let over = 0;

/** Prints a figure, and whether it is over its budget. */
function tell(what: string, value: number, budget: number, unit: string) {
  const isOver = value > budget;
  if (isOver) over += 1;
  console.log(
    `  ${what.padEnd(58)} ${value
      .toFixed(1)
      .padStart(9)} ${unit} (at most ${budget}) ${isOver ? 'OVER' : ''}`,
  );
}

/** Looks until it is so; returns how long that took, in milliseconds. */
async function until(
  what: string,
  limitMs: number,
  pauseMs: number,
  holds: () => Promise<boolean>,
): Promise<number> {
  const began = performance.now();
  while (!(await holds())) {
    if (performance.now() - began > limitMs)
      throw new Error(`${what}: not within ${limitMs / 1000} s`);
    await sleep(pauseMs);
  }
  return performance.now() - began;
}

async function bundleOf(name: string, version: string): Promise<Uint8Array> {
  const zip = new ZipFile();
  zip.addBuffer(
    Buffer.from(
      `[App]\nName = "${name}"\nVersion = "${version}"\nTitle = "Bench"\n[Runtime]\nAppMode = "node"\nModule = "server.js"\n`,
    ),
    'app.toml',
  );
  zip.addBuffer(Buffer.from(''), 'server.js');
  zip.end();
  return new Uint8Array(await buffer(zip.outputStream as Readable));
}

/** The declarations of one file. */
function declarationsOf(file: number): string {
  const specs: Record<string, (n: number) => object> = {
    AppTag: () => ({}),
    AppSecret: () => ({
      keys: { token: { valueFrom: { environmentVariable: 'BENCH_VALUE' } } },
    }),
    AppInstance: () => ({ appName: 'bench.served', suspended: true }),
    AppAlias: n => ({ instance: `appinstance-${file}-${n}` }),
  };
  return Object.entries(DECLARED)
    .flatMap(([kind, count]) =>
      Array.from({ length: count }, (_, n) => {
        const name = `${kind.toLocaleLowerCase('en-US')}-${file}-${n}`;
        return JSON.stringify({
          apiVersion: 'ai-app-store.io/v1alpha1',
          kind,
          metadata: { name },
          spec: specs[kind](n),
        });
      }),
    )
    .join('\n---\n');
}

/** A portal on PostgreSQL, a repository that it reads, and what is asked of them. */
class Bench {
  readonly portal = new Portal();
  readonly #room = mkdtempSync(join(tmpdir(), 'bench-'));
  readonly #connection: { host: string; port: number; user: string };
  #git: GitHost | undefined;

  constructor(databaseUrl: string) {
    const url = new URL(databaseUrl);
    this.#connection = {
      host: url.hostname,
      port: Number(url.port),
      user: url.username,
    };
  }

  database(plugin: string): Knex {
    return knexFactory({
      client: 'pg',
      connection: {
        ...this.#connection,
        password: '',
        database: `b_${plugin}`,
      },
      pool: { min: 0, max: 2 },
    });
  }

  async serve(): Promise<GitHost> {
    const files = join(this.#room, 'files');
    mkdirSync(files);
    for (let file = 0; file < FILES; file++)
      writeFileSync(join(files, `many-${file}.yaml`), declarationsOf(file));
    for (let n = 0; n < ROUNDS + WARM_UP; n++)
      writeFileSync(
        join(files, `one-${n}.yaml`),
        JSON.stringify({
          apiVersion: 'backstage.io/v1alpha1',
          kind: 'Component',
          metadata: { name: `one-${n}` },
          spec: { type: 'service', lifecycle: 'x', owner: 'team' },
        }),
      );
    this.#git = await GitHost.start({ directory: join(this.#room, 'repos') });
    await this.#git.create('bench', 'bench', files);
    return this.#git;
  }

  urlOf(file: string): string {
    return `${this.#git!.url}/bench/bench/src/branch/main/${file}`;
  }

  async start(): Promise<void> {
    const git = this.#git!;
    const config = join(this.#room, 'config.yaml');
    writeFileSync(
      config,
      JSON.stringify({
        integrations: {
          gitea: [{ host: `localhost:${git.port}`, baseUrl: git.url }],
        },
        backend: {
          database: {
            client: 'pg',
            prefix: 'b_',
            connection: { ...this.#connection, password: '' },
          },
          logger: {
            overrides: [{ level: 'debug', matchers: { plugin: 'app-store' } }],
          },
        },
        catalog: {
          processingInterval: NEVER,
          providers: {
            appStore: { schedule: { frequency: NEVER, timeout: NEVER } },
          },
        },
        search: {
          collators: {
            catalog: {
              schedule: {
                frequency: NEVER,
                timeout: NEVER,
                initialDelay: NEVER,
              },
            },
          },
        },
        appStore: {
          checkAnswers: false,
          limits: { appVersions: 1000 },
          examples: {
            directory: this.#room,
            owner: 'user:default/dev',
            secrets: [],
          },
          declarations: {
            interval: '3s',
            trust: [
              {
                location: this.urlOf(''),
                // Tags are an admin's.
                owner: 'user:default/ada',
                secrets: { environment: ['BENCH_VALUE'] },
              },
            ],
          },
        },
      }),
    );
    await this.portal.start({ BENCH_VALUE: 'x' }, [config]);
  }

  async ask(who: string, path: string, init: RequestInit = {}) {
    const response = await fetch(`${this.portal.url}/api/${path}`, {
      ...init,
      headers: {
        'content-type': 'application/json',
        ...init.headers,
        authorization: `Bearer ${await this.portal.token(who)}`,
      },
    });
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : {} };
  }

  async import(name: string, version: string): Promise<void> {
    const { status, body } = await this.ask(
      'dev',
      'app-store/v1/apps?visibility=ALL_USERS',
      {
        method: 'POST',
        headers: { 'content-type': 'application/zip' },
        body: (await bundleOf(name, version)) as BodyInit,
      },
    );
    if (status !== 201) throw new Error(`import: ${JSON.stringify(body)}`);
  }

  async register(file: string): Promise<void> {
    const { status, body } = await this.ask('ada', 'catalog/locations', {
      method: 'POST',
      body: JSON.stringify({ type: 'url', target: this.urlOf(file) }),
    });
    if (status !== 201) throw new Error(`register: ${JSON.stringify(body)}`);
  }

  /** Milliseconds until somebody reads an entity. */
  visible(who: string, ref: { kind: string; namespace: string; name: string }) {
    return until(JSON.stringify(ref), 120_000, 20, async () => {
      const { status } = await this.ask(
        who,
        `catalog/entities/by-name/${ref.kind}/${ref.namespace}/${ref.name}`,
      );
      return status === 200;
    });
  }

  log(): string {
    return readFileSync(join(this.portal.data, 'portal.log'), 'utf8');
  }

  async stop(): Promise<void> {
    await this.portal.stop();
    this.portal.remove();
    await this.#git?.stop();
    rmSync(this.#room, { recursive: true, force: true });
  }
}

/** A full load: from the start of a portal whose catalog has none of them. */
async function load(bench: Bench): Promise<void> {
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
  tell(
    'a full load, until all can be read',
    took / 60_000,
    LOAD_MINUTES,
    'min',
  );
}

async function apply(bench: Bench): Promise<void> {
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
  tell(
    `${DECLARATIONS} declarations, until all are in line`,
    (performance.now() - began) / 60_000,
    APPLY_MINUTES,
    'min',
  );
}

async function deltas(bench: Bench): Promise<void> {
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
  tell(
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

async function resync(bench: Bench): Promise<void> {
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
  const tasks = 'catalog/.backstage/scheduler/v1/tasks';
  const state = async () => {
    const { body } = await bench.ask('ada', tasks);
    return body.tasks.find(
      (task: { taskId: string }) => task.taskId === 'app-store-resync',
    ).taskState;
  };
  const { lastRunEndedAt } = await state();
  const { status } = await bench.ask(
    'ada',
    `${tasks}/app-store-resync/trigger`,
    { method: 'POST' },
  );
  if (status !== 200) throw new Error(`trigger: ${status}`);
  const took = await until('a comparison', 300_000, 50, async () => {
    const now = await state();
    return now.status === 'idle' && now.lastRunEndedAt !== lastRunEndedAt;
  });
  console.log(
    `  a comparison of everything, nothing changed: ${took.toFixed(0)} ms`,
  );
  tell(
    'rows that it wrote',
    (await written(catalog)) - before,
    RESYNC_WRITES,
    'rows',
  );
  await catalog.destroy();
}

const SWEEP =
  /looked at 0 of (\d+) declarations: (\d+) ms, of these (\d+) ms for the catalog's answer/g;

async function sweeps(bench: Bench): Promise<void> {
  const from = bench.log().length;
  await until('sweeps', 300_000, 1000, async () => {
    return [...bench.log().slice(from).matchAll(SWEEP)].length > SWEEPS;
  });
  const log = bench.log().slice(from);
  const found = [...log.matchAll(SWEEP)];
  // What lies between the ends of the first and of the last one.
  const between = log.slice(found[0].index, found.at(-1)!.index);
  const calls = between
    .split('\n')
    .filter(line => /(GET|POST) \/api\/catalog\//.test(line)).length;
  const [total, own] = [
    found.map(([, , ms]) => Number(ms)),
    found.map(([, , ms, catalogMs]) => Number(ms) - Number(catalogMs)),
  ];
  console.log(
    `  a sweep of ${
      found[0][1]
    } declarations, nothing changed: p50 ${percentile(
      total,
      0.5,
    )} ms, p95 ${percentile(total, 0.95)} ms`,
  );
  tell('its calls', calls / (found.length - 1), SWEEP_CALLS, 'calls');
  tell(
    'its own part, beside the catalog’s answer, p50',
    percentile(own, 0.5),
    SWEEP_OWN_MS,
    'ms',
  );
}

async function searchRows(bench: Bench): Promise<void> {
  const catalog = bench.database('catalog');
  const { rows } = await catalog.raw(
    `select count(*) * 1.0 / count(distinct s.entity_id) as rows_each
       from search s join final_entities f on f.entity_id = s.entity_id
      where f.entity_ref like 'app:app-store/%'`,
  );
  await catalog.destroy();
  tell(
    'rows of the search table for an app version',
    Number(rows[0].rows_each),
    SEARCH_ROWS,
    'rows',
  );
}

async function main(): Promise<number> {
  const { postgres } = await import('../../tools/lib/services.mjs');
  const database = await postgres();
  const bench = new Bench(database.url);
  try {
    await bench.serve();
    // Makes the tables.
    await bench.start();
    await bench.portal.stop();
    await load(bench);
    await apply(bench);
    await deltas(bench);
    await sweeps(bench);
    await resync(bench);
    await searchRows(bench);
    console.log(`\n${over ? 'over' : 'within'} the budget`);
    return over ? 1 : 0;
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
