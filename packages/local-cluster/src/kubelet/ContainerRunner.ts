/**
 * One container of a pod: started, watched over by its probes, started again with a
 * growing delay, ended.
 */
import { parseQuantity } from '@ai-app-store/backstage-plugin-app-store-common';
import { join } from 'node:path';
import { wholeSeconds } from '../time';
import type { Session, SessionOptions } from '../server/containerStreams';
import type { Json } from '../types';
import { RestartDelays } from './backOff';
import { historyOf } from './containerHistory';
import { assertSettings } from './containerSettings';
import { containerIdOf, containerStatus } from './containerStatus';
import { ContainerLog } from './ContainerLog';
import { ContainerConfigError } from './environment';
import { StartError } from './executable';
import { openSession } from './execInContainer';
import { followRun, NOT_STARTED } from './followRun';
import { ImageError, pullImage } from './images';
import { pause, pauseUntilChange } from './pause';
import type { PodContext } from './PodContext';
import { ProbeWorker } from './ProbeWorker';
import { hasEnded } from './processes';
import { end, type Running } from './runtime/Launch';
import { startContainer } from './startInContainer';
import { terminationMessage } from './terminationMessage';
import { watchUsage } from './usageLimits';

const timestamp = () => wholeSeconds(new Date());
/** When a container began that never did: a time of zero. */
const NEVER = '1970-01-01T00:00:00Z';

/** Between two looks of the kubelet, in milliseconds. */
const SYNC_MS = 1000;
/** A container whose configuration is not there is looked at again this much later; a change in its namespace wakes sooner. */
const CONFIG_RETRY_MS = 10_000;

/** Go's print of a duration of whole seconds: `10s`, `2m40s`, `5m0s`. */
function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60
    ? `${seconds}s`
    : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}

/** Runs one container of a pod: starts it, probes it, restarts it with a growing delay, and ends it. */
export class ContainerRunner {
  readonly spec: Json;
  readonly #context: PodContext;
  readonly #isInit: boolean;
  readonly #directory: string;
  readonly #delays: RestartDelays;
  readonly #stop = new AbortController();
  restartCount: number;
  state: Json;
  lastState: Json;
  #containerId: string | undefined;
  started = false;
  ready = false;
  log: ContainerLog | undefined;
  #running: Running | undefined;
  #prepared: Running | undefined;
  #isEndedByProbe = false;
  /** Of the last pull that failed, where it was not the container's own image. */
  #missingVolumeImage: string | undefined;
  #forget: AbortController | undefined;

  constructor(options: {
    context: PodContext;
    spec: Json;
    isInit: boolean;
    before?: Json;
  }) {
    const { context, spec, isInit } = options;
    this.#context = context;
    this.spec = spec;
    this.#isInit = isInit;
    this.#directory = join(context.directory, 'containers', spec.name);
    this.#delays = new RestartDelays(context.backOff);
    const { restartCount, lastState } = historyOf(options.before, isInit);
    this.restartCount = restartCount;
    this.lastState = lastState;
    this.#containerId = options.before?.containerID;
    // Who waits for others is told from who is the first.
    this.state = {
      waiting: {
        reason: context.pod.spec.initContainers?.length
          ? 'PodInitializing'
          : 'ContainerCreating',
      },
    };
  }

  /** The first process of the run; undefined between two. */
  get pid(): number | undefined {
    return this.#running?.process.pid;
  }

  /** The run that goes on; undefined between two. */
  get running(): Running | undefined {
    return this.#running;
  }

  /** A command beside the container's own. @throws Error where it does not run, or has no such command */
  async exec(command: string[], options: SessionOptions): Promise<Session> {
    if (!this.#running) throw new Error('the container has ended');
    return openSession(
      this.#context,
      this.spec,
      this.#running,
      command,
      options,
    );
  }

  get name(): string {
    return this.spec.name;
  }

  /** Status for `containerStatuses`. */
  status(): Json {
    return containerStatus({
      spec: this.spec,
      state: this.state,
      lastState: this.lastState,
      ready: this.#isInit ? this.state.terminated?.exitCode === 0 : this.ready,
      started: this.#isInit ? Boolean(this.state.running) : this.started,
      restartCount: this.restartCount,
      containerId: this.#containerId,
    });
  }

  /** Tells something of this container. */
  #event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    const list = this.#isInit ? 'initContainers' : 'containers';
    this.#context.event(type, reason, message, `spec.${list}{${this.name}}`);
  }

  #set(
    change: Partial<
      Pick<ContainerRunner, 'state' | 'lastState' | 'started' | 'ready'>
    >,
  ): void {
    Object.assign(this, change);
    this.#context.changed();
  }

  /**
   * Runs the container for as long as its pod's restart policy says.
   *
   * @returns true where its last run ended well
   */
  async run(): Promise<boolean> {
    const policy = this.#context.pod.spec.restartPolicy;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const startedAt = performance.now();
      const running = await this.#begin();
      if (signal.aborted) return false;
      if (running === 'waits') {
        await this.#waitToStart();
        continue;
      }
      const exitCode = running ? await this.#follow(running) : NOT_STARTED;
      if (signal.aborted) return false;
      const succeeded = exitCode === 0;
      if (succeeded && (this.#isInit || policy !== 'Always')) return true;
      if (!succeeded && policy === 'Never') return false;
      await this.#backOff(performance.now() - startedAt);
    }
    return false;
  }

  /** Waits after a run. */
  async #backOff(ranMs: number): Promise<void> {
    const delay = this.#delays.afterRun(ranMs, {
      byProbe: this.#isEndedByProbe,
    });
    this.#isEndedByProbe = false;
    const { terminated } = this.state;
    const told = Math.min(delay / 2, SYNC_MS);
    if (delay > 0) {
      const { name, namespace, uid } = this.#context.pod.metadata;
      const pod = `${name}_${namespace}(${uid})`;
      // The end is told for a moment before the wait is, as two looks of the kubelet do.
      await pause(told, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      this.#event(
        'Warning',
        'BackOff',
        `Back-off restarting failed container ${this.name} in pod ${pod}`,
      );
      const message = `back-off ${duration(
        delay,
      )} restarting failed container=${this.name} pod=${pod}`;
      this.#set({
        ...(terminated ? { lastState: { terminated } } : {}),
        state: { waiting: { reason: 'CrashLoopBackOff', message } },
      });
    } else if (terminated) this.lastState = { terminated };
    await pause(delay - told, this.#stop.signal);
    if (!this.#stop.signal.aborted) this.restartCount++;
  }

  /** Waits after an attempt that made nothing. */
  async #waitToStart(): Promise<void> {
    const { reason, message } = this.state.waiting;
    const { registry, pod } = this.#context;
    const { signal } = this.#stop;
    if (reason === 'ErrImagePull') {
      const delay = this.#delays.afterNoStart();
      await pause(Math.min(delay / 2, SYNC_MS), signal);
      if (signal.aborted) return;
      const backsOff = `Back-off pulling image ${JSON.stringify(
        this.#missingVolumeImage ?? this.spec.image,
      )}`;
      if (this.#missingVolumeImage)
        this.#context.event('Normal', 'BackOff', backsOff);
      else this.#event('Normal', 'BackOff', backsOff);
      this.#event('Warning', 'Failed', 'Error: ImagePullBackOff');
      this.#set({
        state: {
          waiting: {
            reason: 'ImagePullBackOff',
            message: `${backsOff}: ErrImagePull: ${message}`,
          },
        },
      });
      await pause(delay, signal);
    } else
      await pauseUntilChange(
        registry,
        pod.metadata.namespace,
        CONFIG_RETRY_MS,
        signal,
      );
  }

  /**
   * Makes the container's first run ready before its turn: its files and namespaces,
   * as a container runtime tells creating from starting. Where anything is in the
   * way, the run is made when its turn comes, and says so then.
   */
  prepare(): void {
    const mounts: Json[] = this.spec.volumeMounts ?? [];
    // What an earlier container writes may decide where a mount inside a mount, or of a part of a volume, leads.
    const dependsOnOthers = mounts.some(
      inner =>
        inner.subPath ||
        mounts.some(outer => inner.mountPath.startsWith(`${outer.mountPath}/`)),
    );
    const { isolation } = this.#context;
    if (!isolation.files || dependsOnOthers || this.#stop.signal.aborted)
      return;
    try {
      this.#prepared = this.#start();
      this.#prepared.process.on('error', () => {});
    } catch {
      this.#prepared = undefined;
    }
  }

  #start(): Running {
    return startContainer(this.#context, this.spec, this.#directory);
  }

  #tellMissingPullSecrets(): void {
    const { pod, registry } = this.#context;
    const { namespace } = pod.metadata;
    const missing = (pod.spec.imagePullSecrets ?? [])
      .map((each: Json) => each.name)
      .filter(
        (name: string) => !registry.store.get('secrets', namespace, name),
      );
    if (missing.length)
      this.#context.event(
        'Warning',
        'FailedToRetrieveImagePullSecret',
        `Unable to retrieve some image pull secrets (${missing.join(
          ', ',
        )}); attempting to pull the image may not succeed.`,
      );
  }

  /** Has the image. @returns whether it is there */
  async #pull(): Promise<boolean> {
    this.#tellMissingPullSecrets();
    try {
      const { event, images, volumes, volumeImages } = this.#context;
      const { signal } = this.#stop;
      await volumes.pull(this.spec, volumeImages, { event, signal });
      await pullImage(images, this.spec, {
        event: (type, reason, message) => this.#event(type, reason, message),
        signal,
      });
      return true;
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      const { reason, message } = error;
      this.#missingVolumeImage = error.volumeImage;
      this.#event('Warning', 'Failed', `Error: ${reason}`);
      this.#set({ state: { waiting: { reason, message } } });
      return false;
    }
  }

  /** Begins a run: `waits` where nothing could be made, undefined where its command could not be started. */
  async #begin(): Promise<Running | 'waits' | undefined> {
    if (!(await this.#pull())) return 'waits';
    if (this.#stop.signal.aborted) return undefined;
    const { metadata } = this.#context.pod;
    try {
      assertSettings(this.#context.pod, this.spec);
      const prepared = this.#prepared;
      this.#prepared = undefined;
      const isUsable = prepared && !hasEnded(prepared.process);
      const running = isUsable ? prepared : this.#start();
      this.#event('Normal', 'Created', `Created container: ${this.name}`);
      this.#containerId = containerIdOf(
        `${metadata.uid}/${this.name}/${this.restartCount}`,
      );
      running.begin();
      return running;
    } catch (error) {
      const { message } = error as Error;
      if (error instanceof ContainerConfigError) {
        this.#event('Warning', 'Failed', `Error: ${message}`);
        this.#set({ state: { waiting: { reason: error.reason, message } } });
        return 'waits';
      }
      this.#event('Normal', 'Created', `Created container: ${this.name}`);
      this.#containerId = containerIdOf(
        `${metadata.uid}/${this.name}/${this.restartCount}`,
      );
      this.#event('Warning', 'Failed', `Error: ${message}`);
      this.#notStarted(error as Error);
      return undefined;
    }
  }

  /** The container was made, and what it is to run is not there. */
  #notStarted(error: Error): void {
    const { message } = error;
    const terminated = {
      exitCode: NOT_STARTED,
      reason: error instanceof StartError ? 'StartError' : 'Error',
      message,
      startedAt: NEVER,
      finishedAt: timestamp(),
      containerID: this.#containerId,
    };
    const isLast = this.#context.pod.spec.restartPolicy === 'Never';
    this.#set({
      ...(isLast
        ? { state: { terminated } }
        : {
            state: { waiting: { reason: 'RunContainerError', message } },
            lastState: { terminated },
          }),
      ready: false,
      started: false,
    });
  }

  /** One run. Returns the exit code. */
  async #follow(running: Running): Promise<number> {
    this.#running = running;
    const log = ContainerLog.open(
      ContainerLog.directoryOf(this.#context.directory, this.name),
      this.restartCount,
    );
    this.log = log;
    const startedAt = timestamp();
    this.#event('Normal', 'Started', `Started container ${this.name}`);
    const { startupProbe, readinessProbe } = this.spec;
    this.#set({
      state: { running: { startedAt } },
      started: !startupProbe,
      ready: !this.#isInit && !startupProbe && !readinessProbe,
    });
    let isOutOfMemory = false;
    const exitCode = await followRun(running, log, async over => {
      this.#limitUsage(running, over, () => (isOutOfMemory = true));
      if (!this.#isInit) await this.#probeAgain(running, over);
    });
    this.#running = undefined;
    const failure = isOutOfMemory ? 'OOMKilled' : 'Error';
    const change = {
      state: {
        terminated: {
          exitCode,
          reason: exitCode === 0 ? 'Completed' : failure,
          ...terminationMessage(this.spec, this.#directory, { exitCode, log }),
          startedAt,
          finishedAt: timestamp(),
          containerID: this.#containerId,
        },
      },
      ready: false,
      started: false,
    };
    // Who ends a run to begin the next one tells of that one.
    if (this.#isEndedByProbe && this.#runsAgain(exitCode))
      Object.assign(this, change);
    else this.#set(change);
    return exitCode;
  }

  #runsAgain(exitCode: number): boolean {
    const { restartPolicy } = this.#context.pod.spec;
    if (this.#stop.signal.aborted || restartPolicy === 'Never') return false;
    return restartPolicy === 'Always' || exitCode !== 0;
  }

  #limitUsage(running: Running, over: AbortSignal, outOfMemory: () => void) {
    const { memory } = this.spec.resources?.limits ?? {};
    const { pid } = running.process;
    if (pid === undefined) return;
    watchUsage(pid, {
      memory: memory === undefined ? undefined : parseQuantity(String(memory)),
      processes: this.#context.podPidsLimit,
      over,
      exceeded: what => {
        if (what === 'memory') outOfMemory();
        running.kill();
      },
    });
  }

  /** Probes, and begins anew where what they said is forgotten. */
  async #probeAgain(running: Running, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      this.#forget = new AbortController();
      const { signal } = this.#forget;
      await this.#probe(running, AbortSignal.any([over, signal]));
      if (!signal.aborted) return;
    }
  }

  /** What probes said is not known any more. */
  forgetProbes(): void {
    const { startupProbe, readinessProbe } = this.spec;
    if (!this.#running || (!startupProbe && !readinessProbe)) return;
    this.#set({ ready: false, started: !startupProbe });
    this.#forget?.abort();
  }

  #probe(running: Running, over: AbortSignal): Promise<void> {
    return new ProbeWorker({
      context: this.#context,
      spec: this.spec,
      running,
      over,
      unhealthy: message => this.#event('Warning', 'Unhealthy', message),
      probed: (ready = this.ready) => {
        if (!this.started || this.ready !== ready)
          this.#set({ started: true, ready });
      },
      failed: kind => {
        this.#event(
          'Normal',
          'Killing',
          `Container ${
            this.name
          } failed ${kind.toLowerCase()} probe, will be restarted`,
        );
        this.#isEndedByProbe = true;
        void end(running, this.#context.graceMs);
      },
    }).run();
  }

  /**
   * Ends the container: asks, waits for as long as `graceMs`, ends it. No further run
   * follows. A second call may shorten the wait.
   */
  async stop(graceMs: number): Promise<void> {
    this.#stop.abort();
    this.#prepared?.kill();
    this.#prepared = undefined;
    if (this.#running) await end(this.#running, graceMs);
  }
}

const STATUSES = {
  initContainers: 'initContainerStatuses',
  containers: 'containerStatuses',
} as const;

/** The containers of a pod, each with what was told of it before. */
export function runnersOf(
  context: PodContext,
  field: keyof typeof STATUSES,
): ContainerRunner[] {
  const { spec, status } = context.pod;
  const told: Json[] = status?.[STATUSES[field]] ?? [];
  return (spec[field] ?? []).map(
    (container: Json) =>
      new ContainerRunner({
        context,
        spec: container,
        isInit: field === 'initContainers',
        before: told.find(each => each.name === container.name),
      }),
  );
}
