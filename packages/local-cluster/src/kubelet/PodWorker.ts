/** One pod on this node. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { withAnnotations } from '../registry/changed';
import { resourceOf } from '../registry/resources';
import type { Json, KubeObject } from '../types';
import { runnersOf, type ContainerRunner } from './ContainerRunner';
import { assertSandbox } from './containerSettings';
import { atDeadline, DEADLINE_EXCEEDED } from './deadline';
import { watchStorage } from './storageLimit';
import { HostNetwork } from './network/HostNetwork';
import type { PodNetwork } from './network/PodNetwork';
import { pauseUntilChange } from './pause';
import { HOST_ADDRESS, type NodeContext, type PodContext } from './PodContext';
import { PodEnd } from './PodEnd';
import { PodPorts } from './PodPorts';
import type { PodObservation } from './podStatus';
import { PodStatusWriter } from './PodStatusWriter';
import { PodVolumes } from './volumes';

const PODS = resourceOf('pods');
/** What a pod needs may be there in a moment. A change in its namespace wakes sooner than these. */
const SETUP_RETRY_MS = [50, 200, 500, 1000, 2000, 5000];

/** Runs one pod from its volumes to its last process, and is the only writer of its status. */
export class PodWorker {
  readonly pod: KubeObject;
  readonly #node: NodeContext;
  readonly #isLost: () => boolean;
  readonly #context: PodContext;
  readonly #network: PodNetwork;
  readonly #volumes: PodVolumes;
  readonly #ports: PodPorts;
  readonly #containerPorts: Set<number>;
  readonly #address: string;
  readonly #startTime: string;
  readonly #init: ContainerRunner[];
  readonly #containers: ContainerRunner[];
  readonly #status: PodStatusWriter;
  readonly #stop = new AbortController();
  #canStart = false;
  readonly #end: PodEnd;
  #preparing: NodeJS.Immediate | undefined;
  #cancelDeadline: () => void = () => {};
  #cancelEviction: () => void = () => {};
  #stopped: Promise<void> | undefined;
  /** Of the stop that is under way. */
  #graceMs = Infinity;
  #quiet = false;
  readonly #done: Promise<void>;

  /** @param options - `isLost` says whether the node is cut off from the API */
  constructor(options: {
    node: NodeContext;
    pod: KubeObject;
    isLost: () => boolean;
  }) {
    const { node, pod } = options;
    this.#isLost = options.isLost;
    const { metadata, spec, status } = pod;
    this.#node = node;
    this.pod = pod;
    const directory = join(node.directory, metadata.uid);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.#containerPorts = new Set<number>(
      spec.containers.flatMap((c: Json) =>
        (c.ports ?? []).map((p: Json) => p.containerPort),
      ),
    );
    this.#network =
      node.networks?.take() ??
      new HostNetwork({ ports: [...this.#containerPorts] });
    const event: PodContext['event'] = (type, reason, message, fieldPath) => {
      if (!this.#quiet && !this.#isLost())
        node.events.record(pod, type, reason, message, {
          host: node.nodeName,
          fieldPath,
        });
    };
    this.#volumes = new PodVolumes({
      registry: node.registry,
      tokens: node.tokens,
      pod,
      directory,
      persistentDirectory: node.persistentDirectory,
      failed: error => event('Warning', 'FailedMount', error.message),
    });
    this.#address = node.addresses.pod();
    this.#ports = new PodPorts({
      address: this.#address,
      network: this.#network,
    });
    this.#startTime = status?.startTime ?? node.registry.timestamp();
    this.#context = {
      ...node,
      directory,
      pod,
      network: this.#network,
      volumes: this.#volumes,
      address: this.#address,
      graceMs: (spec.terminationGracePeriodSeconds ?? 30) * 1000,
      event,
      changed: () => this.#changed(),
    };
    this.#status = new PodStatusWriter({
      node,
      pod,
      observe: () => this.#observation(),
    });
    this.#end = new PodEnd(() => this.#containers.map(({ state }) => state));
    this.#init = runnersOf(this.#context, 'initContainers');
    this.#containers = runnersOf(this.#context, 'containers');
    this.#done = this.#run().catch(error =>
      event('Warning', 'FailedSync', (error as Error).message),
    );
  }

  runner(name: string): ContainerRunner | undefined {
    return [...this.#init, ...this.#containers].find(c => c.name === name);
  }

  /** A connection to a port of the pod, from inside it. */
  dial(port: number): Promise<Duplex> {
    return this.#network.dial(port, { loopback: true });
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    this.#status.writeWhenPossible();
    this.#cancelDeadline = atDeadline(
      { spec: this.pod.spec, startTime: this.#startTime },
      this.#node.registry.now(),
      () => void this.#exceedDeadline(),
    );
    this.#cancelEviction = watchStorage(this.#context, message => {
      void this.#evict(message);
    });
    const network = () => this.#network.start();
    network().catch(() => {});
    await this.#retry('FailedMount', () => this.#volumes.make());
    await this.#retry('FailedCreatePodSandBox', async () => {
      assertSandbox(this.pod);
      await network();
    });
    if (signal.aborted) return;
    await this.#openPorts();
    // Told with the first container's state: that is the next thing to happen.
    this.#canStart = true;
    const later = [
      ...this.#init.slice(1),
      ...(this.#init.length ? this.#containers : []),
    ];
    this.#prepare(later);
    let succeeded = true;
    for (const container of this.#init) {
      succeeded = await container.run();
      if (!succeeded) break;
    }
    if (succeeded) {
      const runs = this.#containers.map(container => container.run());
      succeeded = (await Promise.all(runs)).every(Boolean);
    }
    if (signal.aborted) return;
    this.#end.conclude(succeeded);
    this.#status.writeWhenPossible();
  }

  /** A pod that may be active for a time only fails when that is over. */
  async #exceedDeadline(): Promise<void> {
    if (this.#stop.signal.aborted || this.#end.hasBegun) return;
    const { reason, message } = DEADLINE_EXCEEDED;
    this.#context.event('Normal', reason, message);
    this.#end.exceed();
    this.#status.writeWhenPossible();
    await this.#fail();
  }

  /** A pod that takes more of the disk than it may has to go. */
  async #evict(message: string): Promise<void> {
    if (this.#stop.signal.aborted || this.#end.hasBegun) return;
    this.#context.event('Warning', 'Evicted', message);
    this.#end.evict(message);
    await this.#fail();
  }

  /** Ends the containers: the pod has failed. */
  async #fail(): Promise<void> {
    this.#tellStopping();
    await this.#stopContainers(this.#context.graceMs);
    // Where containers have run, their ends come first.
    if (this.#canStart || this.#stop.signal.aborted) return;
    this.#end.conclude(false);
    this.#status.writeWhenPossible();
  }

  /** While the first one starts; each on a turn of its own, so that nothing else waits long. */
  #prepare([next, ...rest]: ContainerRunner[]): void {
    if (!next) return;
    this.#preparing = setImmediate(() => {
      next.prepare();
      this.#prepare(rest);
    });
  }

  /** Tries something until it succeeds or the pod is stopped. */
  async #retry(reason: string, attempt: () => Promise<void>): Promise<void> {
    const { registry, event, pod } = this.#context;
    const { signal } = this.#stop;
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        await attempt();
        return;
      } catch (error) {
        if (failures > 1)
          event(
            'Warning',
            reason,
            reason === 'FailedMount'
              ? (error as Error).message
              : `Failed to create pod sandbox: ${(error as Error).message}`,
          );
        await pauseUntilChange(
          registry,
          pod.metadata.namespace,
          SETUP_RETRY_MS[failures] ?? SETUP_RETRY_MS.at(-1),
          signal,
        );
      }
    }
  }

  /** Listens on the pod's address; where a port is another one there, an annotation says which. */
  async #openPorts(): Promise<void> {
    const moved = await this.#ports.listen(this.#containerPorts);
    if (!moved.size) return;
    const annotations = Object.fromEntries(
      [...moved].map(([port, actual]) => [
        `local-cluster/port-${port}`,
        String(actual),
      ]),
    );
    this.#node.registry.modify(PODS, this.pod, live =>
      withAnnotations(live, annotations),
    );
  }

  #changed(): void {
    this.#status.writeChange();
    if (this.#containers.every(c => c.ready)) this.#node.networks?.refill();
  }

  /** Writes what could not be written while the node was cut off from the API. */
  tell(): void {
    this.#status.writeWhenPossible();
  }

  #observation(): PodObservation | undefined {
    if (this.#quiet || this.#isLost()) return undefined;
    const end = this.#end.observation();
    return {
      ...end,
      isEnding: end.isEnding || this.#stop.signal.aborted,
      address: this.#address,
      hostAddress: HOST_ADDRESS,
      startTime: this.#startTime,
      canStart: this.#canStart,
      initContainers: this.#init.map(c => c.status()),
      containers: this.#containers.map(c => c.status()),
    };
  }

  /**
   * Ends the pod's processes. A second call may shorten the wait.
   *
   * @param graceMs - how long they may take
   * @param quiet - leave the status as it is: the node goes down, the pod does not; or it is gone
   * @param tells - whether events tell of the end
   */
  stop(graceMs: number, quiet: boolean, tells = !quiet): Promise<void> {
    if (this.#stopped && graceMs < this.#graceMs)
      void this.#stopContainers(graceMs);
    this.#graceMs = Math.min(this.#graceMs, graceMs);
    this.#stopped ??= this.#finish(graceMs, quiet, tells);
    return this.#stopped;
  }

  /** As whoever comes back after a while: what probes said is not known any more. */
  forgetProbes(): void {
    this.#containers.forEach(container => container.forgetProbes());
  }

  #tellStopping(): void {
    for (const { name, state } of this.#containers)
      if (state.running)
        this.#context.event(
          'Normal',
          'Killing',
          `Stopping container ${name}`,
          `spec.containers{${name}}`,
        );
  }

  async #stopContainers(graceMs: number): Promise<void> {
    await Promise.all(
      [...this.#init, ...this.#containers].map(c => c.stop(graceMs)),
    );
  }

  async #finish(
    graceMs: number,
    quiet: boolean,
    tells: boolean,
  ): Promise<void> {
    clearImmediate(this.#preparing);
    this.#cancelDeadline();
    this.#cancelEviction();
    if (tells) this.#tellStopping();
    this.#quiet = quiet;
    this.#stop.abort();
    this.#volumes.stop();
    await this.#stopContainers(graceMs);
    this.#network.stop();
    await this.#done;
    this.#status.stop();
    await this.#ports.close();
    this.#node.addresses.release(this.#address);
  }

  /** Removes the pod's files. */
  remove(): void {
    this.#volumes.remove();
  }
}
