/**
 * A Kubernetes API and a node in one Node.js process, for development and tests.
 * It keeps its state in a directory, listens on loopback addresses only, and does
 * not start where `NODE_ENV` is `production`.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import {
  credentialsIn,
  kubeconfigOf,
  type Credentials,
} from './auth/credentials';
import { Tokens } from './auth/tokens';
import type { Logger } from './controllers/Controller';
import { DeploymentController } from './controllers/DeploymentController';
import { EndpointSliceController } from './controllers/EndpointSliceController';
import { GarbageCollector } from './controllers/GarbageCollector';
import { NamespaceController } from './controllers/NamespaceController';
import { ReplicaSetController } from './controllers/ReplicaSetController';
import { Scheduler } from './controllers/Scheduler';
import { StatefulSetController } from './controllers/StatefulSetController';
import { VolumeController } from './controllers/VolumeController';
import { KUBELET_BACK_OFF, type BackOff } from './kubelet/backOff';
import { EventRecorder } from './kubelet/events';
import { LocalImages, type LocalImage } from './kubelet/images';
import {
  describeIsolation,
  probeIsolation,
  type Isolation,
} from './kubelet/isolation';
import { EgressProxy } from './kubelet/network/egress';
import { IsolatedNetwork } from './kubelet/network/IsolatedNetwork';
import { NetworkPool } from './kubelet/network/NetworkPool';
import { NodeAgent } from './kubelet/NodeAgent';
import { LoopbackAddresses } from './registry/LoopbackAddresses';
import { Registry } from './registry/Registry';
import { resourceOf } from './registry/resources';
import { ApiServer } from './server/ApiServer';
import { ObjectStore } from './store/ObjectStore';

/**
 * Options of {@link LocalCluster.start}.
 *
 * @public
 */
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
/** Unix socket paths are limited to about 100 bytes, so pods live under a short path. */
const LONGEST_DIRECTORY = 50;
const SILENT: Logger = { info: () => {}, warn: () => {}, error: () => {} };

/** Closes a part of the cluster that was opened. */
type Closer = (graceMs: number) => void | Promise<void>;

/** Closes parts, the last one first. */
async function closeAll(closers: Closer[], graceMs: number): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close(graceMs);
}

/** A directory for sockets, without those that a killed predecessor left. */
function socketDirectory(directory: string, closers: Closer[]): string {
  if (directory.length > LONGEST_DIRECTORY) {
    const short = join(tmpdir(), `lc-${randomBytes(4).toString('hex')}`);
    mkdirSync(short, { mode: 0o700 });
    closers.push(() => rmSync(short, { recursive: true, force: true }));
    return short;
  }
  for (const entry of readdirSync(directory))
    if (entry.endsWith('.sock')) rmSync(join(directory, entry));
  return directory;
}

/**
 * Opens all parts and starts them.
 *
 * @param closers - gets what closes each part that was opened, also where a later one fails
 * @returns the address of the API
 */
async function openAll(
  options: LocalClusterOptions & {
    isolation: Isolation;
    credentials: Credentials;
  },
  closers: Closer[],
): Promise<string> {
  const { directory, isolation, credentials } = options;
  const store = ObjectStore.open(join(directory, 'state.db'));
  closers.push(() => store.close());
  const addresses = LoopbackAddresses.create();
  for (const service of store.list('services'))
    addresses.reserve(service.spec.clusterIP);
  const registry = Registry.create({ store, addresses });
  const tokens = Tokens.create({
    registry,
    adminToken: credentials.adminToken,
    signingKey: Buffer.from(credentials.signingKey, 'hex'),
  });
  const sockets = socketDirectory(directory, closers);
  const egress = EgressProxy.create({
    hostPorts: () => options.hostPorts ?? [],
  });
  const egressSocket = join(sockets, 'egress.sock');
  await egress.listen(egressSocket);
  closers.push(() => egress.close());
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
  const events = new EventRecorder(registry);
  closers.push(() => events.stop());
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
    logs: agent.logs,
    key: credentials.key,
    certificate: credentials.certificate,
  });
  const address = await server.listen(options.port);
  closers.push(
    () => server.close(),
    graceMs => agent.stop(graceMs),
  );
  networks?.fill();
  for (const name of ['default', 'kube-system']) {
    if (!store.get('namespaces', undefined, name))
      registry.create(resourceOf('namespaces'), undefined, {
        metadata: { name },
      });
  }
  const common = { registry, logger: options.logger ?? SILENT };
  const controllers = [
    new NamespaceController(common),
    new VolumeController({ ...common, directory: join(directory, 'volumes') }),
    new Scheduler(common),
    new DeploymentController(common),
    new ReplicaSetController(common),
    new StatefulSetController(common),
    new EndpointSliceController(common),
    new GarbageCollector(common),
  ];
  closers.push(() => controllers.forEach(controller => controller.stop()));
  agent.start();
  controllers.forEach(controller => controller.start());
  return address;
}

/**
 * A running local cluster.
 *
 * @public
 */
export class LocalCluster {
  readonly #closers: Closer[];
  #stopped: Promise<void> | undefined;
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
    const closers: Closer[] = [];
    try {
      const address = await openAll(
        { ...options, directory, isolation, credentials },
        closers,
      );
      return new LocalCluster({ address, credentials, isolation, closers });
    } catch (error) {
      await closeAll(closers, 0);
      throw error;
    }
  }

  private constructor(parts: {
    address: string;
    credentials: Credentials;
    isolation: Isolation;
    closers: Closer[];
  }) {
    this.#closers = parts.closers;
    this.address = parts.address;
    this.kubeconfig = kubeconfigOf(parts.address, parts.credentials);
    this.description = describeIsolation(parts.isolation);
  }

  /**
   * Stops: ends every process; pods run again after the next start.
   *
   * @param graceMs - how long processes may take to end
   */
  stop(graceMs = 10_000): Promise<void> {
    this.#stopped ??= closeAll(this.#closers, graceMs);
    return this.#stopped;
  }
}
