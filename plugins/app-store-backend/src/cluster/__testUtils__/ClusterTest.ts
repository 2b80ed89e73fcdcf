/** One test of the suite: its namespace, its store, and what it does with both. */
import type { Knex } from 'knex';
import { databases } from '../../database/__testUtils__/databases';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  API,
  as,
  bundle,
  StoreUnderTest,
} from '../../__testUtils__/StoreUnderTest';
import {
  APP_IMAGE,
  IS_REAL,
  PATIENCE_MS,
  type AnyObject,
  type ClusterUnderTest,
} from './ClusterUnderTest';

/** What the API says of an instance, as far as tests look into it. */
export interface Seen {
  id: string;
  status: string;
  stage?: string;
  suspending?: boolean;
  terminating?: boolean;
  restartCount: number;
  problem?: {
    code: string;
    owner: string;
    message: string;
    remedy: string;
    detail?: string;
  };
}

/** It has this problem. */
export const has = (code: string) => (seen: Seen) =>
  seen.problem?.code === code;
export const isWell = (seen: Seen) =>
  seen.status === 'DEPLOYED' && !seen.problem;

/** A program that listens, and ends when it is told to. */
const SERVER = `
const fs = require('node:fs');
const file = process.env.VOLUME && process.env.VOLUME + '/' + process.env.H2O_CLOUD_INSTANCE_ID;
if (file) fs.appendFileSync(file, 'x');
console.log('serving', process.env.H2O_CLOUD_APP_NAME, file ? fs.readFileSync(file, 'utf8') : '', (process.env.TOKEN || '').length);
process.on('SIGTERM', () => process.exit(0));
require('node:http').createServer((q, s) => s.end('ok')).listen(8080);
`;

export interface AppOptions {
  name: string;
  version?: string;
  /** Its program. */
  server?: string;
  /** Lines of `[Runtime]`. */
  runtime?: string;
  /** Further tables. */
  tail?: string;
  image?: string;
  /** Beside app.toml and its program. */
  files?: Record<string, Buffer>;
}

/** A store with a namespace of its own. */
export class ClusterTest {
  readonly cluster: ClusterUnderTest;
  readonly namespace: string;
  readonly store: StoreUnderTest;
  readonly knex: Knex;
  readonly #volumes: string[] = [];

  static async start(
    cluster: ClusterUnderTest,
    name: string,
    appStore: object = {},
    options: {
      /** A test whose store ended, or is one of two, and goes on with this one. */
      after?: ClusterTest;
      database?: Parameters<typeof databases.init>[0];
      /** The store reads this kubeconfig itself. */
      kubeconfig?: string;
    } = {},
  ): Promise<ClusterTest> {
    const { after, database = 'SQLITE_3', kubeconfig } = options;
    const namespace = after?.namespace ?? (await cluster.namespace(name));
    const knex = after?.knex ?? (await databases.init(database));
    const store = await StoreUnderTest.start(
      database,
      {
        limits: { instances: 20, visitorInstances: 1, appVersions: 50 },
        allowedCustomImages: ['.+'],
        startTimeout: '40s',
        runtimes: [
          {
            name: 'node',
            mode: 'node',
            image: APP_IMAGE.image,
            command: ['node', '{{module}}'],
          },
        ],
        ...appStore,
        kubernetes: {
          namespace,
          ...(kubeconfig ? { kubeconfig, storeUrl: cluster.storeUrl } : {}),
          ...(appStore as { kubernetes?: object }).kubernetes,
        },
      },
      {
        knex,
        on: {
          kubeConfig: kubeconfig ? undefined : cluster.config,
          storeUrl: cluster.storeUrl,
          address: cluster.address,
        },
      },
    );
    return new ClusterTest({ cluster, namespace, store, knex });
  }

  private constructor(
    parts: Pick<ClusterTest, 'cluster' | 'namespace' | 'store' | 'knex'>,
  ) {
    this.cluster = parts.cluster;
    this.namespace = parts.namespace;
    this.store = parts.store;
    this.knex = parts.knex;
  }

  async publish(options: AppOptions): Promise<string> {
    const { server = SERVER, image = APP_IMAGE.image } = options;
    const runtime =
      APP_IMAGE.mode === 'node' && !options.image
        ? options.runtime
        : `Port = 8080
CustomImage = ${JSON.stringify(image)}
AppEntryPoint = ["node", "-e", ${JSON.stringify(server)}]
${options.runtime ?? ''}`;
    const answer = await this.store.importApp(
      'dev',
      await bundle({
        name: options.name,
        version: options.version,
        server,
        mode: options.image ? 'container' : APP_IMAGE.mode,
        toml: runtime,
        tail: options.tail,
        files: options.files,
      }),
    );
    if (answer.status !== 201)
      throw new Error(`not published: ${JSON.stringify(answer.body)}`);
    return answer.body.app.id;
  }

  /**
   * A volume for a cluster that makes none by itself: a directory of the node that anybody may write
   * to, since nobody gives it to the app's user.
   */
  async prepareVolume(): Promise<void> {
    if (!IS_REAL || this.#volumes.length) return;
    const { items } = await this.cluster.api.json<{ items: AnyObject[] }>(
      '/apis/storage.k8s.io/v1/storageclasses',
    );
    const isDefault = items.some(
      ({ metadata }) =>
        metadata?.annotations?.[
          'storageclass.kubernetes.io/is-default-class'
        ] === 'true',
    );
    if (isDefault) return;
    for (let n = 0; n < 2; n++) {
      const name = `${this.namespace}-${n}`;
      this.#volumes.push(name);
      await this.cluster.create({
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name },
        spec: {
          capacity: { storage: '16Mi' },
          accessModes: ['ReadWriteOnce'],
          persistentVolumeReclaimPolicy: 'Retain',
          hostPath: { path: '/tmp', type: 'Directory' },
        },
      } as never);
    }
  }

  async post(path: string, body: object = {}, who = 'uma') {
    return this.store.api.post(`${API}${path}`).set(as(who)).send(body);
  }

  async run(appId: string): Promise<string> {
    const { status, body } = await this.post(`/apps/${appId}/instances`);
    if (status !== 201) throw new Error(JSON.stringify(body));
    return body.id;
  }

  async see(id: string): Promise<Seen> {
    return this.store.get(`/instances/${id}`, 'ada');
  }

  /** Waits until an instance is as it should be; milliseconds that it took. */
  async until(
    id: string,
    what: string | ((seen: Seen) => boolean),
    limitMs = PATIENCE_MS,
  ): Promise<{ seen: Seen; ms: number }> {
    const began = Date.now();
    const is =
      typeof what === 'string' ? (seen: Seen) => seen.status === what : what;
    for (;;) {
      const seen = await this.see(id);
      const ms = Date.now() - began;
      if (is(seen)) return { seen, ms };
      if (ms > limitMs)
        throw new Error(`never ${what}: ${JSON.stringify(seen)}`);
      await sleep(IS_REAL ? 200 : 50);
    }
  }

  /** Waits until something in the cluster is so; milliseconds that it took. */
  async eventually(
    look: () => Promise<unknown>,
    what: string,
    limitMs = PATIENCE_MS,
  ): Promise<number> {
    const began = Date.now();
    for (;;) {
      if (await look()) return Date.now() - began;
      if (Date.now() - began > limitMs) throw new Error(`never: ${what}`);
      await sleep(IS_REAL ? 200 : 50);
    }
  }

  /** An object of an instance, by its kind. */
  object(kind: string, id: string): AnyObject {
    const apiVersions: Record<string, string> = {
      Deployment: 'apps/v1',
      StatefulSet: 'apps/v1',
      NetworkPolicy: 'networking.k8s.io/v1',
    };
    const suffixes: Record<string, string> = {
      ConfigMap: '-files',
      PersistentVolumeClaim: '-data',
    };
    return {
      apiVersion: apiVersions[kind] ?? 'v1',
      kind,
      metadata: {
        name: `i-${id}${suffixes[kind] ?? ''}`,
        namespace: this.namespace,
      },
    };
  }

  async pods(id: string): Promise<AnyObject[]> {
    const pods = await this.cluster.list('v1', 'Pod', this.namespace);
    return pods.filter(
      pod => pod.metadata!.labels?.['ai-app-store.io/instance'] === id,
    );
  }

  async stop(): Promise<void> {
    await this.store.stop();
    for (const name of this.#volumes)
      await this.cluster.delete({
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name },
      });
    await this.cluster.delete({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: this.namespace },
    });
  }
}
