/** A portal on PostgreSQL whose catalog reads a repository, for the benchmark of a large catalog. */
import knexFactory, { type Knex } from 'knex';
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
import { GitHost } from '../../../packages/git-host/src';
import { Portal } from '../../e2e/portal';

/** So that nothing is processed twice while it is measured. */
const NEVER = { hours: 24 };

/** Looks until it is so; returns how long that took, in milliseconds. */
export async function until(
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

/** A portal on PostgreSQL, a repository that it reads, and what is asked of them. */
export class LargeCatalog {
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

  /** Serves a repository. @param contents - of its files by name */
  async serve(contents: Record<string, string>): Promise<void> {
    const files = join(this.#room, 'files');
    mkdirSync(files);
    for (const [name, content] of Object.entries(contents))
      writeFileSync(join(files, name), content);
    this.#git = await GitHost.start({ directory: join(this.#room, 'repos') });
    await this.#git.create('bench', 'bench', files);
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

  /** Has a scheduled task run now. @returns milliseconds until it has ended */
  async runTask(plugin: string, id: string): Promise<number> {
    const tasks = `${plugin}/.backstage/scheduler/v1/tasks`;
    const state = async () => {
      const { body } = await this.ask('ada', tasks);
      const task = body.tasks.find(
        (each: { taskId: string }) => each.taskId === id,
      );
      if (!task) throw new Error(`there is no task ${id}`);
      return task.taskState;
    };
    const { lastRunEndedAt } = await state();
    const { status } = await this.ask('ada', `${tasks}/${id}/trigger`, {
      method: 'POST',
    });
    if (status !== 200) throw new Error(`trigger ${id}: ${status}`);
    return until(id, 600_000, 50, async () => {
      const now = await state();
      return now.status === 'idle' && now.lastRunEndedAt !== lastRunEndedAt;
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
