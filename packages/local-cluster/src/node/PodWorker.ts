/**
 * One pod on this node, from its volumes to its last process; the only writer of
 * its status.
 */
import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import type { Tokens } from '../api/tokens';
import { withCondition } from '../controllers/pods';
import type { Registry } from '../registry/Registry';
import { resourceOf } from '../registry/resources';
import type { ServiceAddresses } from '../registry/ServiceAddresses';
import type { Json, KubeObject } from '../types';
import { ContainerRunner, type BackOff } from './ContainerRunner';
import type { EventRecorder } from './events';
import type { LocalImages } from './images';
import type { Isolation } from './isolation';
import { HostNetwork, type NetworkPool, type PodNetwork } from './network';
import { PodVolumes } from './volumes';

/** What all pods of the node share. */
export interface NodeContext {
  registry: Registry;
  tokens: Tokens;
  events: EventRecorder;
  images: LocalImages;
  isolation: Isolation;
  addresses: ServiceAddresses;
  backOff: BackOff;
  /** Where pods keep their files. */
  directory: string;
  /** Networks of pods; without them pods share the machine's. */
  networks?: NetworkPool;
}

/** What the containers of one pod share. */
export interface PodContext extends NodeContext {
  pod: KubeObject;
  network: PodNetwork;
  volumes: PodVolumes;
  places: Map<string, string>;
  address: string;
  graceMs: number;
  event(type: 'Normal' | 'Warning', reason: string, message: string): void;
  changed(): void;
}

const PODS = resourceOf('pods');
const STATUS_RETRY_MS = 2000;
const MOUNT_RETRY_MS = [50, 200, 500, 1000, 2000, 5000];

/** See the module's comment. */
export class PodWorker {
  readonly pod: KubeObject;
  readonly #node: NodeContext;
  readonly #directory: string;
  readonly #network: PodNetwork;
  readonly #volumes: PodVolumes;
  readonly #address: string;
  readonly #startTime: string;
  readonly init: ContainerRunner[];
  readonly containers: ContainerRunner[];
  readonly #listeners: Server[] = [];
  readonly #tokenTimers: NodeJS.Timeout[] = [];
  #places = new Map<string, string>();
  #portAnnotations: Record<string, string> = {};
  #phase: string | undefined;
  #preparing: NodeJS.Immediate | undefined;
  #statusTimer: NodeJS.Timeout | undefined;
  #stopped: Promise<void> | undefined;
  #quiet = false;
  #wake: (() => void) | undefined;
  readonly #done: Promise<void>;

  constructor(options: { node: NodeContext; pod: KubeObject }) {
    const { node, pod } = options;
    this.#node = node;
    this.pod = pod;
    this.#directory = join(node.directory, pod.metadata.uid);
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    const ports = pod.spec.containers.flatMap((c: Json) =>
      (c.ports ?? []).map((p: Json) => p.containerPort),
    );
    this.#network = node.networks
      ? node.networks.take()
      : new HostNetwork({ ports });
    this.#volumes = new PodVolumes({
      registry: node.registry,
      tokens: node.tokens,
      pod,
      directory: this.#directory,
    });
    this.#address = node.addresses.pod();
    this.#startTime = pod.status?.startTime ?? node.registry.timestamp();
    const runners = (
      specs: Json[] | undefined,
      statuses: Json[] | undefined,
      isInit: boolean,
    ) =>
      (specs ?? []).map(
        spec =>
          new ContainerRunner({
            context: this.#context(),
            spec,
            isInit,
            before: (statuses ?? []).find(s => s.name === spec.name),
          }),
      );
    this.init = runners(
      pod.spec.initContainers,
      pod.status?.initContainerStatuses,
      true,
    );
    this.containers = runners(
      pod.spec.containers,
      pod.status?.containerStatuses,
      false,
    );
    this.#done = this.#run().catch(error =>
      this.#event('Warning', 'FailedSync', (error as Error).message),
    );
  }

  #context(): PodContext {
    const places = () => this.#places;
    return {
      ...this.#node,
      directory: this.#directory,
      pod: this.pod,
      network: this.#network,
      volumes: this.#volumes,
      address: this.#address,
      graceMs: (this.pod.spec.terminationGracePeriodSeconds ?? 30) * 1000,
      get places() {
        return places();
      },
      event: (type, reason, message) => this.#event(type, reason, message),
      changed: () => this.#writeStatusWhenPossible(),
    };
  }

  #event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    if (!this.#quiet) this.#node.events.record(this.pod, type, reason, message);
  }

  runner(name: string): ContainerRunner | undefined {
    return [...this.init, ...this.containers].find(c => c.name === name);
  }

  async #run(): Promise<void> {
    this.#writeStatus();
    const networkUp = this.#network.start();
    networkUp.catch(() => {});
    await this.#mountVolumes();
    if (this.#stopped) return;
    await networkUp;
    await this.#listen();
    this.#writeStatus();
    const later = [
      ...this.init.slice(1),
      ...(this.init.length ? this.containers : []),
    ];
    // While the first one starts; each on a turn of its own, so that nothing else waits long.
    this.#preparing = setImmediate(() => later.forEach(c => c.prepare()));
    for (const container of this.init) {
      const ok = await container.run();
      if (this.#stopped) return;
      if (!ok) {
        this.#phase = 'Failed';
        this.#writeStatus();
        return;
      }
    }
    const results = await Promise.all(
      this.containers.map(container => container.run()),
    );
    if (this.#stopped) return;
    this.#phase = results.every(Boolean) ? 'Succeeded' : 'Failed';
    this.#writeStatus();
  }

  async #mountVolumes(): Promise<void> {
    for (let attempt = 0; !this.#stopped; attempt++) {
      try {
        this.#places = await this.#volumes.make();
        this.#refreshTokens();
        return;
      } catch (error) {
        if (attempt > 1)
          this.#event(
            'Warning',
            'FailedMount',
            `MountVolume.SetUp failed: ${(error as Error).message}`,
          );
        const delay =
          MOUNT_RETRY_MS[Math.min(attempt, MOUNT_RETRY_MS.length - 1)];
        await new Promise<void>(resolve => {
          const timer = setTimeout(resolve, delay);
          this.#wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    }
  }

  /** Service-account tokens are written anew at four fifths of their lifetime, as the kubelet does. */
  #refreshTokens(): void {
    for (const volume of this.pod.spec.volumes ?? []) {
      const sources =
        volume.projected?.sources?.filter((s: Json) => s.serviceAccountToken) ??
        [];
      if (!sources.length) continue;
      const seconds = Math.min(
        ...sources.map(
          (s: Json) => s.serviceAccountToken.expirationSeconds ?? 3600,
        ),
      );
      const timer = setInterval(() => {
        this.#volumes
          .projectTokens(this.#places.get(volume.name)!, sources)
          .catch(error => this.#event('Warning', 'FailedMount', error.message));
      }, seconds * 800);
      timer.unref();
      this.#tokenTimers.push(timer);
    }
  }

  /** Listens on the pod's address for each of its ports. */
  async #listen(): Promise<void> {
    const ports = new Set<number>(
      this.pod.spec.containers.flatMap((c: Json) =>
        (c.ports ?? []).map((p: Json) => p.containerPort),
      ),
    );
    for (const port of ports) {
      const server = createServer(
        { allowHalfOpen: true, pauseOnConnect: true },
        async client => {
          client.on('error', () => client.destroy());
          try {
            const upstream = await this.#network.dial(port);
            upstream.on('error', () => client.destroy());
            client.on('close', () => upstream.destroy());
            upstream.on('close', () => client.destroy());
            client.pipe(upstream);
            upstream.pipe(client);
          } catch {
            client.resetAndDestroy();
          }
        },
      );
      await new Promise<void>((resolve, reject) => {
        server.once('error', error => {
          // One loopback address for all pods: take another port and say which.
          if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE')
            server.listen(0, this.#address, resolve);
          else reject(error);
        });
        server.listen(port, this.#address, resolve);
      });
      const actual = (server.address() as { port: number }).port;
      if (actual !== port)
        this.#portAnnotations[`local-cluster/port-${port}`] = String(actual);
      this.#listeners.push(server);
    }
    if (Object.keys(this.#portAnnotations).length)
      this.#node.registry.modify(PODS, this.pod, live => ({
        ...live,
        metadata: {
          ...live.metadata,
          annotations: {
            ...live.metadata.annotations,
            ...this.#portAnnotations,
          },
        },
      }));
  }

  /** The pod goes on where its status cannot be written (a full disk), and tells of itself later. */
  #writeStatusWhenPossible(): void {
    try {
      this.#writeStatus();
    } catch {
      clearTimeout(this.#statusTimer);
      this.#statusTimer = setTimeout(
        () => this.#writeStatusWhenPossible(),
        STATUS_RETRY_MS,
      );
      this.#statusTimer.unref();
    }
  }

  #currentPhase(): string {
    if (this.#phase) return this.#phase;
    const initDone = this.init.every(c => c.state.terminated?.exitCode === 0);
    return initDone &&
      this.containers.some(
        c => c.state.running || c.state.terminated || c.lastState.terminated,
      )
      ? 'Running'
      : 'Pending';
  }

  #writeStatus(): void {
    if (this.#quiet) return;
    const { registry } = this.#node;
    const now = registry.timestamp();
    const initialized = this.init.every(
      c => c.state.terminated?.exitCode === 0,
    );
    const unready = this.containers.filter(c => !c.ready).map(c => c.name);
    const pending = this.init
      .filter(c => c.state.terminated?.exitCode !== 0)
      .map(c => c.name);
    registry.modify(
      PODS,
      this.pod,
      live => {
        let conditions = live.status?.conditions as Json[] | undefined;
        const set = (
          type: string,
          ok: boolean,
          reason: string,
          message: string,
        ) => {
          conditions = withCondition(
            conditions,
            ok
              ? { type, status: 'True' }
              : { type, status: 'False', reason, message },
            now,
          );
        };
        set(
          'PodReadyToStartContainers',
          this.#listeners.length > 0 || this.#places.size > 0,
          '',
          '',
        );
        set(
          'Initialized',
          initialized,
          'ContainersNotInitialized',
          `containers with incomplete status: [${pending.join(' ')}]`,
        );
        set(
          'ContainersReady',
          !unready.length,
          'ContainersNotReady',
          `containers with unready status: [${unready.join(' ')}]`,
        );
        set(
          'Ready',
          !unready.length,
          'ContainersNotReady',
          `containers with unready status: [${unready.join(' ')}]`,
        );
        return {
          ...live,
          status: {
            ...live.status,
            phase: this.#currentPhase(),
            conditions,
            hostIP: '127.0.0.1',
            hostIPs: [{ ip: '127.0.0.1' }],
            podIP: this.#address,
            podIPs: [{ ip: this.#address }],
            startTime: this.#startTime,
            qosClass: 'Burstable',
            ...(this.init.length
              ? { initContainerStatuses: this.init.map(c => c.status()) }
              : {}),
            containerStatuses: this.containers.map(c => c.status()),
          },
        };
      },
      { fieldManager: 'kubelet', subresource: 'status' },
    );
  }

  /**
   * Ends the pod's processes.
   *
   * @param graceMs - how long they may take
   * @param quiet - leave the status as it is: the node goes down, the pod does not
   */
  stop(graceMs: number, quiet: boolean): Promise<void> {
    this.#stopped ??= this.#stop(graceMs, quiet);
    return this.#stopped;
  }

  async #stop(graceMs: number, quiet: boolean): Promise<void> {
    clearImmediate(this.#preparing);
    if (!quiet)
      for (const c of this.containers)
        this.#event('Normal', 'Killing', `Stopping container ${c.name}`);
    this.#quiet = quiet;
    this.#wake?.();
    this.#tokenTimers.forEach(timer => clearInterval(timer));
    await Promise.all(
      [...this.init, ...this.containers].map(c => c.stop(graceMs)),
    );
    await Promise.race([
      this.#done,
      new Promise(resolve => setTimeout(resolve, 2000).unref()),
    ]);
    this.#network.stop();
    await Promise.all(
      this.#listeners.map(
        server => new Promise(resolve => server.close(resolve)),
      ),
    );
    this.#node.addresses.release(this.#address);
  }

  /** Removes the pod's files. */
  remove(): void {
    this.#volumes.remove();
  }
}
