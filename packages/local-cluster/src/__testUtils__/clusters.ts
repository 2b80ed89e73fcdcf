/** Clusters for tests: real processes, real files, real sockets. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { get as httpGet } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import {
  startLocalCluster,
  type LocalCluster,
  type LocalClusterOptions,
} from '..';
import type { Json } from '../types';

/** What a busy machine takes ten times as long for is still no failure. */
const PATIENCE_MS = 100_000;
jest.setTimeout(PATIENCE_MS + 20_000);

export const IMAGES = {
  'local/node': {
    mounts: [
      {
        source: dirname(dirname(process.execPath)),
        target: '/opt/node',
      },
    ],
    path: ['/opt/node/bin'],
  },
};
export const BACK_OFF = { firstMs: 300, lastMs: 1000, resetMs: 60_000 };

export class Client {
  constructor(readonly kubeconfig: string) {}

  call(
    method: string,
    path: string,
    body?: Json,
    options: {
      type?: string;
      host?: string;
      /** The administrator's by default; none where it is empty. */
      token?: string;
      headers?: Record<string, string | string[]>;
      /** What the client proves itself with. */
      certificate?: { key: string; certificate: string };
    } = {},
  ): Promise<{ status: number; body: Json }> {
    const config = parse(this.kubeconfig);
    const url = new URL(config.clusters[0].cluster.server + path);
    const token = options.token ?? config.users[0].user.token;
    return new Promise((resolve, reject) => {
      const outgoing = request(
        url,
        {
          method,
          servername: 'localhost',
          ca: Buffer.from(
            config.clusters[0].cluster['certificate-authority-data'],
            'base64',
          ),
          headers: {
            ...(token ? { authorization: `Bearer ${token}` } : {}),
            'content-type': options.type ?? 'application/json',
            ...(options.host ? { host: options.host } : {}),
            ...options.headers,
          },
          key: options.certificate?.key,
          cert: options.certificate?.certificate,
          // A connection that is kept has shown its certificate, or none.
          agent: options.certificate ? false : undefined,
        },
        response => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', chunk => (text += chunk));
          response.on('end', () => {
            let parsed: Json = text;
            try {
              parsed = JSON.parse(text);
            } catch {
              // A log is text.
            }
            resolve({ status: response.statusCode!, body: parsed });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  apply(path: string, body: Json) {
    return this.call('PATCH', `${path}?fieldManager=test&force=true`, body, {
      type: 'application/apply-patch+yaml',
    });
  }

  async pods(app: string): Promise<Json[]> {
    const { body } = await this.call(
      'GET',
      `/api/v1/namespaces/default/pods?labelSelector=app%3D${app}`,
    );
    return body.items;
  }

  async until<T>(
    what: string,
    look: () => Promise<T | undefined | false>,
  ): Promise<T> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = await look();
      if (found) return found;
      if (Date.now() > deadline) throw new Error(`never: ${what}`);
      await sleep(30);
    }
  }
}

export function workload(
  kind: string,
  app: string,
  container: Json,
  extra: Json = {},
) {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: app },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app } },
      ...(kind === 'StatefulSet' ? { serviceName: app } : {}),
      template: {
        metadata: { labels: { app } },
        spec: {
          terminationGracePeriodSeconds: 2,
          containers: [{ name: 'main', image: 'local/node:24', ...container }],
          ...extra,
        },
      },
    },
  };
}

export const script = (code: string) => ['node', '-e', code];

export function get(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    httpGet(url, response => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', chunk => (text += chunk));
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });
}

/** The ids of processes whose arguments hold a text. */
function idsWith(marker: string): number[] {
  return readdirSync('/proc')
    .filter(entry => /^\d+$/.test(entry))
    .filter(pid => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
          .replaceAll('\0', ' ')
          .includes(marker);
      } catch {
        // It has ended.
        return false;
      }
    })
    .map(Number);
}

export function processesWith(marker: string): number {
  return idsWith(marker).length;
}

/** Ends the processes whose arguments hold a text. */
export function killWith(marker: string): void {
  for (const pid of idsWith(marker))
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
}

export const isReady = (pod: Json) =>
  pod.status.conditions?.some(
    (c: Json) => c.type === 'Ready' && c.status === 'True',
  );

/** A cluster for the tests of a `describe`. */
export class OwnCluster {
  readonly directory = mkdtempSync(join(tmpdir(), 'lc-'));
  #cluster: LocalCluster | undefined;
  #client: Client | undefined;

  /** Starts it before the tests and stops it after them. */
  static use(options: Partial<LocalClusterOptions> = {}): OwnCluster {
    const own = new OwnCluster(options);
    beforeAll(() => own.#start());
    afterAll(() => own.#stop());
    return own;
  }

  readonly #options: Partial<LocalClusterOptions>;

  private constructor(options: Partial<LocalClusterOptions>) {
    this.#options = options;
  }

  async #start(): Promise<void> {
    this.#cluster = await startLocalCluster({
      directory: this.directory,
      images: IMAGES,
      backOff: BACK_OFF,
      ...this.#options,
    });
    this.#client = new Client(this.#cluster.kubeconfig);
  }

  async #stop(): Promise<void> {
    await this.#cluster?.stop(500);
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Makes a namespace and waits until pods may be made in it; returns its path. */
  async namespace(name: string, labels?: Json): Promise<string> {
    await this.client.call('POST', '/api/v1/namespaces', {
      metadata: { name, labels },
    });
    const path = `/api/v1/namespaces/${name}`;
    await this.client.until(
      'its service account',
      async () =>
        (
          await this.client.call('GET', `${path}/serviceaccounts/default`)
        ).status === 200,
    );
    return path;
  }

  get cluster(): LocalCluster {
    return this.#cluster!;
  }

  get client(): Client {
    return this.#client!;
  }

  /** `https://127.0.0.1:<port>` */
  get address(): string {
    return this.#cluster!.address;
  }
}
