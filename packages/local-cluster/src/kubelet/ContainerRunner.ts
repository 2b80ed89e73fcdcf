/**
 * One container of a pod: started, watched over by its probes, started again with a
 * growing delay, ended.
 */
import { join } from 'node:path';
import { wholeSeconds } from '../time';
import type { Json } from '../types';
import { RestartDelays } from './backOff';
import { historyOf } from './containerHistory';
import { ContainerLog } from './ContainerLog';
import { ContainerConfigError } from './environment';
import { followRun, NOT_STARTED } from './followRun';
import { ImageError } from './images';
import { pause, pauseUntilChange } from './pause';
import type { PodContext } from './PodContext';
import { ProbeWorker } from './ProbeWorker';
import { hasEnded } from './processes';
import { end, type Running } from './runtime/Launch';
import { startContainer } from './startInContainer';

const timestamp = () => wholeSeconds(new Date());

/** Runs one container of a pod: starts it, probes it, restarts it with a growing delay, and ends it. */
export class ContainerRunner {
  readonly spec: Json;
  readonly #context: PodContext;
  readonly #isInit: boolean;
  readonly #directory: string;
  readonly #delays: RestartDelays;
  readonly #stop = new AbortController();
  restartCount: number;
  state: Json = { waiting: { reason: 'PodInitializing' } };
  lastState: Json;
  started = false;
  ready = false;
  log: ContainerLog | undefined;
  #running: Running | undefined;
  #prepared: Running | undefined;

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
  }

  get name(): string {
    return this.spec.name;
  }

  /** Status for `containerStatuses`. */
  status(): Json {
    return {
      name: this.name,
      image: this.spec.image,
      imageID: this.spec.image,
      restartCount: this.restartCount,
      ready: this.#isInit
        ? Boolean(this.state.terminated && this.state.terminated.exitCode === 0)
        : this.ready,
      started: this.#isInit ? Boolean(this.state.running) : this.started,
      state: this.state,
      lastState: this.lastState,
      ...(this.#running
        ? {
            containerID: `local://${this.#context.pod.metadata.uid}/${
              this.name
            }/${this.restartCount}`,
          }
        : {}),
    };
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
      const startedAt = Date.now();
      const running = this.#begin();
      const succeeded = running && (await this.#follow(running)) === 0;
      if (signal.aborted) return false;
      if (succeeded && (this.#isInit || policy !== 'Always')) return true;
      if (running && !succeeded && policy === 'Never') return false;
      if (running) await this.#backOff(Date.now() - startedAt);
      else await this.#waitToStart();
    }
    return false;
  }

  /** Waits after a run. */
  async #backOff(ranMs: number): Promise<void> {
    const delay = this.#delays.afterRun(ranMs);
    const terminated = this.state;
    if (delay > 0) {
      const { name, namespace, uid } = this.#context.pod.metadata;
      this.#context.event(
        'Warning',
        'BackOff',
        `Back-off restarting failed container ${this.name} in pod ${name}`,
      );
      const message = `back-off ${Math.round(
        delay / 1000,
      )}s restarting failed container=${
        this.name
      } pod=${name}_${namespace}(${uid})`;
      this.#set({
        lastState: terminated,
        state: { waiting: { reason: 'CrashLoopBackOff', message } },
      });
    } else this.lastState = terminated;
    await pause(delay, this.#stop.signal);
    if (!this.#stop.signal.aborted) this.restartCount++;
  }

  /** Waits after an attempt that started nothing. */
  async #waitToStart(): Promise<void> {
    const delay = this.#delays.afterNoStart();
    const { reason, message } = this.state.waiting;
    if (reason === 'ErrImagePull')
      this.#set({
        state: {
          waiting: {
            reason: 'ImagePullBackOff',
            message: `Back-off pulling image ${JSON.stringify(
              this.spec.image,
            )}: ${message}`,
          },
        },
      });
    const { registry, pod } = this.#context;
    const { signal } = this.#stop;
    if (reason === 'CreateContainerConfigError')
      await pauseUntilChange(registry, pod.metadata.namespace, delay, signal);
    else await pause(delay, signal);
  }

  /**
   * Makes the container's first run ready before its turn: its files and namespaces,
   * as a container runtime tells creating from starting. Where anything is in the
   * way, the run is made when its turn comes, and says so then.
   */
  prepare(): void {
    const mounts: Json[] = this.spec.volumeMounts ?? [];
    // What an earlier container writes may decide where a mount inside a mount leads.
    const nested = mounts.some(inner =>
      mounts.some(outer => inner.mountPath.startsWith(`${outer.mountPath}/`)),
    );
    const { isolation } = this.#context;
    if (!isolation.files || nested || this.#stop.signal.aborted) return;
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

  /** Begins a run; undefined where it cannot be started, which the state then tells. */
  #begin(): Running | undefined {
    try {
      const prepared = this.#prepared;
      this.#prepared = undefined;
      const isUsable = prepared && !hasEnded(prepared.process);
      const running = isUsable ? prepared : this.#start();
      running.begin();
      return running;
    } catch (error) {
      const { message } = error as Error;
      let reason = 'RunContainerError';
      if (error instanceof ImageError) reason = 'ErrImagePull';
      else if (error instanceof ContainerConfigError)
        reason = 'CreateContainerConfigError';
      this.#context.event(
        'Warning',
        'Failed',
        reason === 'ErrImagePull'
          ? `Failed to pull image: ${message}`
          : `Error: ${message}`,
      );
      this.#set({ state: { waiting: { reason, message } } });
      return undefined;
    }
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
    this.#context.event('Normal', 'Started', `Started container ${this.name}`);
    const { startupProbe, readinessProbe } = this.spec;
    this.#set({
      state: { running: { startedAt } },
      started: !startupProbe,
      ready: !this.#isInit && !startupProbe && !readinessProbe,
    });
    const exitCode = await followRun(running, log, async over => {
      if (!this.#isInit) await this.#probe(running, over);
    });
    this.#running = undefined;
    this.#set({
      state: {
        terminated: {
          exitCode,
          reason: exitCode === 0 ? 'Completed' : 'Error',
          startedAt,
          finishedAt: timestamp(),
          ...(exitCode === NOT_STARTED
            ? { message: 'the command could not be started' }
            : {}),
        },
      },
      ready: false,
      started: false,
    });
    return exitCode;
  }

  #probe(running: Running, over: AbortSignal): Promise<void> {
    return new ProbeWorker({
      context: this.#context,
      spec: this.spec,
      directory: this.#directory,
      over,
      probed: (ready = this.ready) => {
        if (!this.started || this.ready !== ready)
          this.#set({ started: true, ready });
      },
      failed: kind => {
        this.#context.event(
          'Normal',
          'Killing',
          `Container ${
            this.name
          } failed ${kind.toLowerCase()} probe, will be restarted`,
        );
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
