/** The store with its database, and the local cluster that it drives, for tests. */
import {
  coreServices,
  createBackendModule,
  createBackendPlugin,
  createServiceFactory,
  type BackendFeature,
} from '@backstage/backend-plugin-api';
import {
  DefaultEventsService,
  eventsServiceRef,
} from '@backstage/plugin-events-node';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import type { JsonObject } from '@backstage/types';
import { urlReaderServiceFactory } from '@backstage/backend-defaults/urlReader';
import { catalogProcessingExtensionPoint } from '@backstage/plugin-catalog-node';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import {
  HOST_ALIAS,
  startLocalCluster,
  type LocalCluster,
  type LocalImage,
} from '@ai-app-store/local-cluster';
import { appStoreKubernetesExtensionPoint } from '@ai-app-store/backstage-plugin-app-store-node';
import { KubeConfig } from '@kubernetes/client-node';
import type { Knex } from 'knex';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import request from 'supertest';
import { ZipFile } from 'yazl';
import { databases } from '../database/__testUtils__/databases';
import { KubeApi } from '../kubernetes/client/KubeApi';
import { EVENTS_TOPIC } from '../audit/EventPublisher';
import { createAppStorePlugin } from '../plugin';
import { withDocumentedRights } from './documentedRights';
import { nodeImage, SOON } from './localRuntime';
import { until } from './until';

/** The root of the store's API. */
export const API = '/api/app-store/v1';

const person = (name: string, groups: string[]): Entity => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'User',
  metadata: { name, namespace: 'default' },
  spec: { profile: { displayName: `${name} person` } },
  relations: groups.map(group => ({
    type: 'memberOf',
    targetRef: `group:default/${group}`,
  })),
});
const PEOPLE = [
  person('ada', ['admins', 'users']),
  person('dev', ['users']),
  person('uma', ['users']),
  person('vic', ['guests']),
  person('val', ['others']),
];
const GROUPS = ['admins', 'users', 'guests', 'others'];

/** The people of tests, for a catalog that is no mock. */
const catalogOfPeople = () =>
  createBackendModule({
    pluginId: 'catalog',
    moduleId: 'test-people',
    register(reg) {
      reg.registerInit({
        deps: { catalog: catalogProcessingExtensionPoint },
        async init({ catalog }) {
          catalog.addEntityProvider({
            getProviderName: () => 'test-people',
            connect: connection =>
              connection.applyMutation({
                type: 'full',
                entities: [
                  ...GROUPS.map(name => ({
                    ...PEOPLE[0],
                    kind: 'Group',
                    metadata: { name, namespace: 'default' },
                    spec: { type: 'team', children: [] },
                    relations: undefined,
                  })),
                  ...PEOPLE.map(({ relations = [], spec, ...user }) => ({
                    ...user,
                    spec: {
                      ...spec,
                      memberOf: relations.map(({ targetRef }) => targetRef),
                    },
                  })),
                ].map(entity => ({
                  entity: {
                    ...entity,
                    metadata: {
                      ...entity.metadata,
                      annotations: {
                        'backstage.io/managed-by-location': 'test:people',
                        'backstage.io/managed-by-origin-location':
                          'test:people',
                      },
                    },
                  } as Entity,
                })),
              }),
          });
        },
      });
    },
  });

/** The header of a person who is signed in. */
export const as = (name: string) => ({
  authorization: mockCredentials.user.header(`user:default/${name}`),
});

const SERVER = `
const fs = require('node:fs');
const dir = process.env.APP_STORE_VOLUME_PATH;
if (dir) fs.appendFileSync(dir + '/starts', 'x');
fs.appendFileSync('local', 'y');
console.log('serving as ' + process.env.H2O_CLOUD_APP_NAME);
require('node:http').createServer((q, s) => s.end(JSON.stringify({ starts: dir && fs.readFileSync(dir + '/starts', 'utf8'), local: fs.readFileSync('local', 'utf8'), env: process.env.H2O_CLOUD_INSTANCE_ID, secret: (process.env.TOKEN || '').length }))).listen(Number(process.env.PORT));
`;

/** A bundle of a Node.js app. */
export async function bundle(options: {
  name: string;
  version?: string;
  toml?: string;
  /** @default 'node' */
  mode?: 'node' | 'container';
  server?: string;
  tags?: string[];
  tail?: string;
  /** Beside app.toml and server.js. */
  files?: Record<string, Buffer>;
  /** In `[App]`. */
  app?: string;
}): Promise<Buffer> {
  const zip = new ZipFile();
  const toml = `[App]
Name = "${options.name}"
Version = "${options.version ?? '1.0.0'}"
Title = "Title of ${options.name}"
Tags = ${JSON.stringify(options.tags ?? [])}
${options.app ? `${options.app}\n` : ''}[Runtime]
AppMode = "${options.mode ?? 'node'}"
${options.mode === 'container' ? '' : 'Module = "server.js"'}
${options.toml ?? ''}
${options.tail ?? ''}`;
  zip.addBuffer(Buffer.from(toml), 'app.toml');
  zip.addBuffer(Buffer.from(options.server ?? SERVER), 'server.js');
  for (const [path, data] of Object.entries(options.files ?? {}))
    zip.addBuffer(data, path);
  zip.end();
  return buffer(zip.outputStream as Readable);
}

/** Events that reach their listeners, in place of those of tests. */
const DefaultEvents = createServiceFactory({
  service: eventsServiceRef,
  deps: { logger: coreServices.rootLogger },
  createRootContext: ({ logger }) =>
    DefaultEventsService.create({ logger, useEventBus: 'never' }),
  factory: (_, events) => events,
});

/** A plugin that listens to the store's events. */
function listener(onEvent: (event: unknown) => void) {
  return createBackendPlugin({
    pluginId: 'listener',
    register(reg) {
      reg.registerInit({
        deps: { events: eventsServiceRef },
        async init({ events }) {
          await events.subscribe({
            id: 'listener',
            topics: [EVENTS_TOPIC],
            onEvent: async event => onEvent(event),
          });
        },
      });
    },
  });
}

/** Pods know the store's port before the store has one; this leads from the one to the other. */
export class StoreAddress {
  readonly #server: Server;
  #target = 0;

  /** @param host - where it listens */
  static async open(host = '127.0.0.1'): Promise<StoreAddress> {
    const address = new StoreAddress();
    address.#server.listen(0, host);
    await once(address.#server, 'listening');
    return address;
  }

  private constructor() {
    this.#server = createServer(client => {
      const upstream = connect(this.#target, '127.0.0.1');
      client.on('error', () => upstream.destroy());
      upstream.on('error', () => client.destroy());
      client.pipe(upstream).pipe(client);
    });
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  leadTo(port: number): void {
    this.#target = port;
  }

  close(): void {
    this.#server.close();
  }
}

/** Pods that try network policies are none of a test's that does not ask for them. */
function withoutCanary(kubernetes: JsonObject = {}): JsonObject {
  return {
    ...kubernetes,
    networkPolicy: {
      verify: false,
      ...(kubernetes.networkPolicy as JsonObject | undefined),
    },
  };
}

/** A whole store with a local cluster, where it has the rights that its documentation asks for. */
export class StoreUnderTest {
  readonly directory: string;
  readonly cluster: LocalCluster;
  readonly backend: Awaited<ReturnType<typeof startTestBackend>>;
  readonly api: ReturnType<typeof request>;
  readonly address: StoreAddress;
  /** The cluster is another's. */
  readonly #guest: boolean;
  /** Its address is another's, too. */
  readonly #isOn: boolean;

  /**
   * @param appStore - configuration beside or instead of the tests' own
   * @param options.knex - a database that another store is at work on, too
   * @param options.beside - a store whose cluster this one drives, too
   * @param options.on - a cluster that is not the store's own
   * @param options.after - a store that ended, whose address and cluster this one takes over
   * @param options.portal - further parts of the portal, with a database of their own
   * @param options.config - configuration beside `appStore`
   */
  static async start(
    id: Parameters<typeof databases.init>[0],
    appStore: JsonObject = {},
    options: {
      knex?: Knex;
      beside?: StoreUnderTest;
      after?: StoreUnderTest;
      on?: {
        /** Without it the store has what `appStore.kubernetes` says. */
        kubeConfig?: KubeConfig;
        /** Of {@link address}, as pods see it. */
        storeUrl: string;
        address: StoreAddress;
      };
      images?: Record<string, LocalImage>;
      /** What is logged goes to the output, as in a portal. */
      logs?: boolean;
      /** Called with each event that the store publishes. */
      onEvent?: (event: unknown) => void;
      portal?: { features: BackendFeature[]; knex: Knex };
      config?: JsonObject;
      /** How many times as often the store does what it does by itself. */
      pace?: number;
      /** Stands between the sweep of declarations and what it calls. */
      tap?: <T extends object>(part: T, name: string) => T;
      /** The store asks the catalog of `portal`, which has its people from {@link catalogOfPeople}. */
      realCatalog?: boolean;
    } = {},
  ): Promise<StoreUnderTest> {
    const directory = mkdtempSync(join(tmpdir(), 'st-'));
    const { on } = options;
    const address =
      on?.address ?? options.after?.address ?? (await StoreAddress.open());
    const { port } = address;
    const beside = options.beside ?? options.after;
    const cluster =
      beside?.cluster ??
      (on && (undefined as unknown as LocalCluster)) ??
      (await startLocalCluster({
        directory: join(directory, 'c'),
        hostPorts: [port],
        backOff: SOON,
        images: {
          runtime: nodeImage(),
          ...options.images,
        },
      }));
    const knex = options.knex ?? (await databases.init(id));
    const kubernetes = createBackendModule({
      pluginId: 'app-store',
      moduleId: 'test-cluster',
      register(reg) {
        reg.registerInit({
          deps: { point: appStoreKubernetesExtensionPoint },
          async init({ point }) {
            point.setConnection({
              kubeConfig:
                on?.kubeConfig ?? (await withDocumentedRights(cluster)),
              storeUrl: on?.storeUrl ?? `http://${HOST_ALIAS}:${port}`,
            });
          },
        });
      },
    });
    const backend = await startTestBackend({
      features: [
        createAppStorePlugin({ pace: options.pace, tap: options.tap }),
        ...(on && !on.kubeConfig ? [] : [kubernetes]),
        ...(options.realCatalog
          ? [catalogOfPeople(), urlReaderServiceFactory]
          : [catalogServiceMock.factory({ entities: PEOPLE })]),
        createServiceFactory({
          service: coreServices.database,
          deps: { plugin: coreServices.pluginMetadata },
          factory: ({ plugin }) =>
            mockServices.database({
              knex:
                plugin.getId() === 'app-store'
                  ? knex
                  : options.portal?.knex ?? knex,
            }),
        }),
        ...(options.portal?.features ?? []),
        ...(options.logs
          ? [mockServices.rootLogger.factory({ level: 'debug' })]
          : []),
        ...(options.onEvent ? [DefaultEvents, listener(options.onEvent)] : []),
        mockServices.rootConfig.factory({
          data: {
            backend: { baseUrl: `http://localhost:${port}` },
            ...options.config,
            appStore: {
              gateway: { baseUrl: 'http://apps.localhost:1' },
              bundles: { directory: join(directory, 'b') },
              roles: { admin: ['admins'], fullAccess: ['users'] },
              limits: { instances: 3, visitorInstances: 1, appVersions: 20 },
              resources: { memoryReservation: '1Mi' },
              checkAnswers: true,
              tags: [
                { name: 'GUESTS', visitorRoles: ['group:default/guests'] },
                { name: 'GUARDED', adminRoles: ['group:default/admins'] },
              ],
              runtimes: [
                {
                  name: 'node',
                  mode: 'node',
                  image: 'runtime:1',
                  command: ['node', '{{module}}'],
                },
                {
                  name: 'node_old',
                  mode: 'node',
                  image: 'runtime:0',
                  deprecated: true,
                },
              ],
              ...appStore,
              kubernetes: withoutCanary(appStore.kubernetes as JsonObject),
            },
          },
        }),
      ],
    });
    address.leadTo(backend.server.port());
    return new StoreUnderTest({
      directory,
      cluster,
      backend,
      address,
      guest: Boolean(beside ?? on),
      isOn: Boolean(on),
    });
  }

  private constructor(parts: {
    directory: string;
    cluster: LocalCluster;
    backend: Awaited<ReturnType<typeof startTestBackend>>;
    address: StoreAddress;
    guest: boolean;
    isOn: boolean;
  }) {
    this.directory = parts.directory;
    this.cluster = parts.cluster;
    this.backend = parts.backend;
    this.api = request(parts.backend.server);
    this.address = parts.address;
    this.#guest = parts.guest;
    this.#isOn = parts.isOn;
  }

  get port(): number {
    return this.backend.server.port();
  }

  /** Where bundles are kept. */
  get bundles(): string {
    return join(this.directory, 'b');
  }

  importApp(who: string, body: Buffer, visibility = 'ALL_USERS') {
    return this.api
      .post(`${API}/apps?visibility=${visibility}`)
      .set(as(who))
      .set('content-type', 'application/zip')
      .send(body);
  }

  async get(path: string, who: string) {
    return (await this.api.get(`${API}${path}`).set(as(who))).body;
  }

  /** An instance as soon as it has a status. */
  until(instance: string, status: string, who = 'ada') {
    const look = () => this.get(`/instances/${instance}`, who);
    return until(async () => {
      const found = await look();
      return found.status === status && found;
    }, look);
  }

  /** What the cluster's API has at a path, or says to what is posted there. */
  async kube(path: string, body?: object) {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromString(this.cluster.kubeconfig);
    const api = KubeApi.create(kubeConfig);
    try {
      return await api.json(path, body && { method: 'POST', body });
    } finally {
      api.close();
    }
  }

  async stop(): Promise<void> {
    await this.backend.stop();
    if (!this.#guest) await this.cluster.stop(500);
    if (!this.#isOn) this.address.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
