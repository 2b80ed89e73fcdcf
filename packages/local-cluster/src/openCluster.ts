/** Opens the parts of a cluster, and puts them together. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Admission } from './admission/Admission';
import { Quotas } from './admission/Quotas';
import { Webhooks } from './admission/Webhooks';
import { Authorizer } from './auth/Authorizer';
import { bootstrapRoles } from './auth/bootstrapRoles';
import {
  credentialsIn,
  serverCertificate,
  type Credentials,
} from './auth/credentials';
import { Tokens } from './auth/tokens';
import { bootstrapObjects } from './bootstrapObjects';
import type { Logger } from './controllers/Controller';
import { controllersOf } from './controllers/controllersOf';
import { EventRecorder } from './events/EventRecorder';
import { Faults } from './faults/Faults';
import { KUBELET_BACK_OFF } from './kubelet/backOff';
import { HollowNodes } from './hollow/HollowNodes';
import { LocalImages } from './kubelet/images';
import { VolumeImages } from './kubelet/VolumeImages';
import type { Isolation } from './kubelet/isolation';
import { EgressProxy } from './kubelet/network/egress';
import { IsolatedNetwork } from './kubelet/network/IsolatedNetwork';
import { NetworkPool } from './kubelet/network/NetworkPool';
import { RENEW_MS } from './kubelet/Heartbeat';
import { NodeAgent } from './kubelet/NodeAgent';
import type { LocalClusterOptions } from './LocalClusterOptions';
import { LoopbackAddresses } from './registry/LoopbackAddresses';
import { Registry } from './registry/Registry';
import { withDefaults } from './registry/withDefaults';
import { ReviewedWrites } from './auth/ReviewedWrites';
import { ApiServer } from './server/ApiServer';
import { ObjectStore } from './store/ObjectStore';

const RELAY = join(
  dirname(require.resolve('@ai-app-store/local-cluster/package.json')),
  'bin/relay.mjs',
);
/** Unix socket paths are limited to about 100 bytes, so pods live under a short path. */
const LONGEST_DIRECTORY = 50;
/** More than any app needs, and less than what a machine cannot take. */
const POD_PIDS_LIMIT = 4096;
const SILENT: Logger = { info: () => {}, warn: () => {}, error: () => {} };

/** Closes a part of the cluster that was opened; with how long processes may take to end, in milliseconds. */
export type Closer = (graceMs: number) => void | Promise<void>;

/** Closes parts, the last one first; all of them, whichever fails. @throws the first error */
export async function closeAll(
  closers: Closer[],
  graceMs: number,
): Promise<void> {
  const errors: unknown[] = [];
  for (const close of closers.splice(0).reverse()) {
    try {
      await close(graceMs);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length) throw errors[0];
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
 * @returns the address of the API, and what its clients need
 */
export async function openCluster(
  options: LocalClusterOptions & { isolation: Isolation },
  closers: Closer[],
): Promise<{ address: string; credentials: Credentials; faults: Faults }> {
  const { directory, isolation } = options;
  // First of all: whoever has the file has the directory.
  const store = ObjectStore.open(join(directory, 'state.db'), withDefaults);
  closers.push(() => store.close());
  const credentials = await credentialsIn(directory);
  const addresses = LoopbackAddresses.create();
  for (const { spec } of store.list('services')) {
    addresses.reserve(spec.clusterIP);
    for (const { nodePort } of spec.ports ?? [])
      if (nodePort) addresses.takeNodePort(nodePort);
  }
  const registry = Registry.create({ store, addresses });
  const quotas = new Quotas(store);
  registry.useAdmission(new Admission({ store, quotas }));
  const authorizer = new Authorizer(store);
  const webhooks = new Webhooks(store);
  const writes = new ReviewedWrites({ registry, webhooks, authorizer });
  const faults = new Faults(options.faults);
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
  // A shorter grace period needs more frequent heartbeats.
  const renewMs =
    options.nodeGraceMs && Math.min(RENEW_MS, options.nodeGraceMs / 4);
  const images = LocalImages.create(options.images ?? {});
  const agent = new NodeAgent({
    nodeName: options.nodeName ?? 'local',
    registry,
    tokens,
    events,
    images,
    volumeImages: new VolumeImages({
      directory: join(directory, 'images'),
      images,
    }),
    isolation,
    addresses,
    backOff: options.backOff ?? KUBELET_BACK_OFF,
    podPidsLimit: options.podPidsLimit ?? POD_PIDS_LIMIT,
    directory: join(directory, 'pods'),
    persistentDirectory: join(directory, 'volumes'),
    networks,
    renewMs,
  });
  const server = ApiServer.create({
    registry,
    writes,
    tokens,
    authorizer,
    faults,
    logs: agent.logs,
    metrics: agent.metrics,
    streams: agent.streams,
    authority: credentials.authority.certificate,
    server: credentials.server,
    bookmarkMs: options.bookmarkMs,
  });
  const address = await server.listen(options.port);
  closers.push(
    () => server.close(),
    graceMs => agent.stop(graceMs),
  );
  networks?.fill();
  bootstrapObjects(registry, credentials.authority.certificate);
  bootstrapRoles(registry);
  const controllers = controllersOf({
    registry,
    events,
    tokens,
    quotas,
    writes,
    logger: options.logger ?? SILENT,
    authority: credentials.authority.certificate,
    volumes: join(directory, 'volumes'),
    nodeGraceMs: options.nodeGraceMs,
  });
  closers.push(() => controllers.forEach(controller => controller.stop()));
  if (options.pods !== false) agent.start();
  if (options.hollowNodes) {
    const hollow = new HollowNodes({
      registry,
      events,
      isolation,
      renewMs,
      ...options.hollowNodes,
    });
    hollow.start();
    closers.push(() => hollow.stop());
  }
  controllers.forEach(controller => controller.start());
  await faults.connect({
    compact: () => store.compact(),
    forget: () => store.forget(),
    cutConnections: () => server.cutConnections(),
    async useExpiredCertificate(isExpired) {
      server.useCertificate(
        isExpired
          ? await serverCertificate(credentials.authority, -1)
          : credentials.server,
      );
      server.cutConnections();
    },
    loseNode: isLost => agent.lose(isLost),
    setPulls: pulls => agent.setPulls(pulls),
    setAllocatable: allocatable => agent.setAllocatable(allocatable),
  });
  return { address, credentials, faults };
}
