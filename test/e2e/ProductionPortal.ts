/** A portal as an operator starts it, with a PostgreSQL of its own and no cluster that answers. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './portal';

const ROOT = resolve(__dirname, '../..');
/** Nothing listens there, and nothing can. */
const NO_CLUSTER = 'https://127.0.0.1:1';

interface Database {
  url: string;
  stop(): Promise<void>;
}

/** A portal as `npm run production` starts it, with its own PostgreSQL and without a cluster. */
export class ProductionPortal {
  readonly url: string;
  output = '';
  readonly #gatewayPort: number;
  readonly #data = mkdtempSync(join(tmpdir(), 'e2e-production-'));
  readonly #database: Database;
  #child: ChildProcess | undefined;

  static async create(): Promise<ProductionPortal> {
    const { postgres } = await import('../../tools/lib/services.mjs');
    return new ProductionPortal({
      database: await postgres(),
      port: await freePort(),
      gatewayPort: await freePort(),
    });
  }

  private constructor(options: {
    database: Database;
    port: number;
    gatewayPort: number;
  }) {
    this.#database = options.database;
    this.#gatewayPort = options.gatewayPort;
    this.url = `http://localhost:${options.port}`;
  }

  /** @param env - variables of app-config.production.yaml beside those of places and ports */
  async start(env: Record<string, string>): Promise<void> {
    const database = new URL(this.#database.url);
    const kubeconfig = join(this.#data, 'kubeconfig');
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'none', cluster: { server: NO_CLUSTER } }],
        users: [{ name: 'nobody', user: {} }],
        contexts: [
          { name: 'none', context: { cluster: 'none', user: 'nobody' } },
        ],
        'current-context': 'none',
      }),
    );
    const child = spawn(process.execPath, ['tools/portal.mjs', 'production'], {
      cwd: ROOT,
      env: {
        ...process.env,
        APP_CONFIG_appStore_checkAnswers: 'true',
        PORTAL_URL: this.url,
        PORT: new URL(this.url).port,
        LISTEN_HOST: '127.0.0.1',
        APPS_URL: `http://apps.localhost:${this.#gatewayPort}`,
        GATEWAY_PORT: String(this.#gatewayPort),
        POSTGRES_HOST: database.hostname,
        POSTGRES_PORT: database.port,
        POSTGRES_USER: database.username,
        POSTGRES_PASSWORD: 'none is asked for',
        POSTGRES_DATABASE: database.pathname.slice(1),
        BUNDLES_DIRECTORY: join(this.#data, 'bundles'),
        KUBERNETES_KUBECONFIG: kubeconfig,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', text => {
        this.output += text;
      });
    for (let i = 0; !(await this.#isReady()); i++) {
      if (child.exitCode !== null || i > 1800)
        throw new Error(`the portal did not start:\n${this.output}`);
      await sleep(100);
    }
  }

  async #isReady(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/.backstage/health/v1/readiness`)).ok;
    } catch {
      return false;
    }
  }

  /** Ends the portal as an operator does; returns its exit code. */
  async end(): Promise<number | null> {
    const child = this.#child!;
    if (child.exitCode !== null) return child.exitCode;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    const [code] = await exited;
    return code;
  }

  /** Ends what was started, as far as it was. */
  async stop(): Promise<void> {
    if (this.#child) await this.end();
    await this.#database.stop();
    rmSync(this.#data, { recursive: true, force: true });
  }
}
