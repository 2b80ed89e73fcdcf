/**
 * A Kubernetes API and a node in one Node.js process, for development and tests.
 * It keeps its state in a directory, listens on loopback addresses only, and does
 * not start where `NODE_ENV` is `production`.
 */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { generate } from 'selfsigned';
import { stringify } from 'yaml';
import { ApiServer } from './api/ApiServer';
import { Tokens } from './api/tokens';
import type { Controller, Logger } from './controllers/Controller';
import { DeploymentController } from './controllers/DeploymentController';
import { EndpointSliceController } from './controllers/EndpointSliceController';
import { GarbageCollector } from './controllers/GarbageCollector';
import { NamespaceController } from './controllers/NamespaceController';
import { ReplicaSetController } from './controllers/ReplicaSetController';
import { Scheduler } from './controllers/Scheduler';
import { StatefulSetController } from './controllers/StatefulSetController';
import { VolumeController } from './controllers/VolumeController';
import { EgressProxy } from './node/egress';
import { EventRecorder } from './node/events';
import { KUBELET_BACK_OFF, type BackOff } from './node/ContainerRunner';
import { LocalImages, type LocalImage } from './node/images';
import {
  describeIsolation,
  probeIsolation,
  type Isolation,
} from './node/isolation';
import { IsolatedNetwork, NetworkPool } from './node/network';
import { NodeAgent } from './node/NodeAgent';
import { Registry } from './registry/Registry';
import { resourceOf } from './registry/resources';
import { ServiceAddresses } from './registry/ServiceAddresses';
import { ObjectStore } from './store/ObjectStore';

/** Options of {@link LocalCluster.start}. */
export interface LocalClusterOptions {
  /** Where state, volumes and logs are kept; made if need be. */
  directory: string;
  /** Port of the API on 127.0.0.1; a free one by default. */
  port?: number;
  /** What image names stand for. */
  images?: Record<string, LocalImage>;
  /** Ports of this machine that pods may reach as `host.local-cluster.internal`. */
  hostPorts?: number[];
  logger?: Logger;
  /** Delays between restarts of a container; the kubelet's by default. */
  backOff?: BackOff;
  /** Less isolation than the machine permits; for tests of the fallbacks. */
  isolation?: Isolation;
}

const RELAY = join(
  dirname(require.resolve('@ai-app-store/local-cluster/package.json')),
  'bin/relay.mjs',
);
const CERTIFICATE_DAYS = 3650;
/** Unix socket paths are limited to about 100 bytes, so pods live under a short path. */
const LONGEST_DIRECTORY = 50;

interface Credentials {
  key: string;
  certificate: string;
  adminToken: string;
  signingKey: string;
}

async function credentialsIn(directory: string): Promise<Credentials> {
  const path = join(directory, 'credentials.json');
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8'));
  const expires = new Date(Date.now() + CERTIFICATE_DAYS * 24 * 3600 * 1000);
  const pair = await generate(
    [{ name: 'commonName', value: 'local-cluster' }],
    {
      keyType: 'ec',
      curve: 'P-256',
      notAfterDate: expires,
      extensions: [
        { name: 'basicConstraints', cA: true },
        {
          name: 'subjectAltName',
          altNames: [
            { type: 2, value: 'localhost' },
            { type: 7, ip: '127.0.0.1' },
          ],
        },
      ],
    },
  );
  const credentials: Credentials = {
    key: pair.private,
    certificate: pair.cert,
    adminToken: randomBytes(32).toString('hex'),
    signingKey: randomBytes(32).toString('hex'),
  };
  writeFileSync(path, JSON.stringify(credentials), { mode: 0o600 });
  return credentials;
}

/** A running local cluster. */
export class LocalCluster {
  readonly #controllers: Controller[];
  readonly #server: ApiServer;
  readonly #agent: NodeAgent;
  readonly #egress: EgressProxy;
  readonly #events: EventRecorder;
  readonly #store: ObjectStore;
  /** `https://127.0.0.1:<port>`. */
  readonly address: string;
  /** A kubeconfig, as YAML. */
  readonly kubeconfig: string;
  /** What each app has of its own, in one sentence. */
  readonly description: string;

  /**
   * Starts a cluster.
   *
   * @throws Error in production; {@link StateLockedError} where another process uses the directory
   */
  static async start(options: LocalClusterOptions): Promise<LocalCluster> {
    if (process.env.NODE_ENV === 'production')
      throw new Error(
        'the local cluster runs apps as processes of this user and is for development only: it does not start with NODE_ENV=production',
      );
    const directory = resolve(options.directory);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    chmodSync(directory, 0o700);
    const isolation = options.isolation ?? (await probeIsolation());
    const credentials = await credentialsIn(directory);
    const store = ObjectStore.open(join(directory, 'state.db'));
    const addresses = ServiceAddresses.create();
    for (const service of store.list('services'))
      addresses.reserve(service.spec.clusterIP);
    const registry = Registry.create({ store, addresses });
    const tokens = Tokens.create({
      registry,
      adminToken: credentials.adminToken,
      signingKey: Buffer.from(credentials.signingKey, 'hex'),
    });
    const egress = EgressProxy.create({
      hostPorts: () => options.hostPorts ?? [],
    });
    const sockets =
      directory.length > LONGEST_DIRECTORY
        ? join(tmpdir(), `lc-${randomBytes(4).toString('hex')}`)
        : directory;
    mkdirSync(sockets, { recursive: true, mode: 0o700 });
    const egressSocket = join(sockets, 'egress.sock');
    await egress.listen(egressSocket);
    const networks = isolation.network
      ? new NetworkPool(
          () =>
            new IsolatedNetwork({
              socket: join(sockets, `${randomBytes(6).toString('hex')}.sock`),
              relayScript: RELAY,
              egressSocket,
            }),
        )
      : undefined;
    networks?.fill();
    const events = new EventRecorder(registry);
    const logger = options.logger ?? {
      info: () => {},
      warn: () => {},
      error: () => {},
    };
    const agent = new NodeAgent({
      registry,
      tokens,
      events,
      images: LocalImages.create(options.images ?? {}),
      isolation,
      addresses,
      backOff: options.backOff ?? KUBELET_BACK_OFF,
      directory: join(directory, 'pods'),
      networks,
    });
    const server = ApiServer.create({
      registry,
      tokens,
      logs: agent,
      key: credentials.key,
      certificate: credentials.certificate,
    });
    const address = await server.listen(options.port);
    for (const name of ['default', 'kube-system']) {
      if (!store.get('namespaces', undefined, name))
        registry.create(resourceOf('namespaces'), undefined, {
          metadata: { name },
        });
    }
    const common = { registry, logger };
    const controllers = [
      new NamespaceController(common),
      new VolumeController({
        ...common,
        directory: join(directory, 'volumes'),
      }),
      new Scheduler(common),
      new DeploymentController(common),
      new ReplicaSetController(common),
      new StatefulSetController(common),
      new EndpointSliceController(common),
      new GarbageCollector(common),
    ];
    agent.start();
    controllers.forEach(controller => controller.start());
    return new LocalCluster({
      controllers,
      server,
      agent,
      egress,
      events,
      store,
      address,
      credentials,
      isolation,
    });
  }

  private constructor(parts: {
    controllers: Controller[];
    server: ApiServer;
    agent: NodeAgent;
    egress: EgressProxy;
    events: EventRecorder;
    store: ObjectStore;
    address: string;
    credentials: Credentials;
    isolation: Isolation;
  }) {
    this.#controllers = parts.controllers;
    this.#server = parts.server;
    this.#agent = parts.agent;
    this.#egress = parts.egress;
    this.#events = parts.events;
    this.#store = parts.store;
    this.address = parts.address;
    this.description = describeIsolation(parts.isolation);
    this.kubeconfig = stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'local',
          cluster: {
            server: parts.address,
            'certificate-authority-data': Buffer.from(
              parts.credentials.certificate,
            ).toString('base64'),
          },
        },
      ],
      users: [{ name: 'admin', user: { token: parts.credentials.adminToken } }],
      contexts: [
        { name: 'local', context: { cluster: 'local', user: 'admin' } },
      ],
      'current-context': 'local',
    });
  }

  /**
   * Stops: ends every process; pods run again after the next start.
   *
   * @param graceMs - how long processes may take to end
   */
  async stop(graceMs = 10_000): Promise<void> {
    this.#controllers.forEach(controller => controller.stop());
    await this.#agent.stop(graceMs);
    await this.#server.close();
    await this.#egress.close();
    this.#events.stop();
    this.#store.close();
  }
}
