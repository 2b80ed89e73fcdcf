/**
 * One container of a pod: started, watched over by its probes, started again
 * with a growing delay, ended.
 */
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { discard } from './discard';
import { ImageError } from './images';
import { join } from 'node:path';
import type { Json } from '../types';
import { ContainerLog } from './ContainerLog';
import { ContainerConfigError, environmentOf, expand } from './environment';
import { launchIsolated, launchPlain, type Running } from './launch';
import { runProbe, type ProbeTarget } from './probes';
import type { PodContext } from './PodWorker';

/** Delays between restarts, in milliseconds: 10 s doubled up to 5 min, as the kubelet does. */
export interface BackOff {
  firstMs: number;
  lastMs: number;
  /** A run this long starts the delays anew. */
  resetMs: number;
}

export const KUBELET_BACK_OFF: BackOff = {
  firstMs: 10_000,
  lastMs: 300_000,
  resetMs: 600_000,
};
/** Before its first success a probe is tried this often, at growing distances, so that a start is not rounded up to whole seconds. */
const EAGER_MS = [...Array(30).fill(10), 20, 40, 80, 160, 320, 500];

/** How long output is waited for that children of an ended process may still write. */
const LAST_WORDS_MS = 200;

function timestamp(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}

/** See the module's comment. */
export class ContainerRunner {
  readonly spec: Json;
  readonly #context: PodContext;
  readonly #isInit: boolean;
  readonly #directory: string;
  restartCount: number;
  state: Json = { waiting: { reason: 'PodInitializing' } };
  lastState: Json = {};
  started = false;
  ready = false;
  log: ContainerLog | undefined;
  #running: Running | undefined;
  #prepared: Running | undefined;
  #stopping = false;
  #wake: (() => void) | undefined;
  #pauseTimer: NodeJS.Timeout | undefined;
  #delayMs = 0;

  constructor(options: {
    context: PodContext;
    spec: Json;
    isInit: boolean;
    before?: Json;
  }) {
    this.#context = options.context;
    this.spec = options.spec;
    this.#isInit = options.isInit;
    this.#directory = join(
      options.context.directory,
      'containers',
      options.spec.name,
    );
    const { before } = options;
    this.restartCount = before?.restartCount ?? 0;
    this.lastState = before?.lastState ?? {};
    // The node was restarted under a running container: its run is over, and the next one counts.
    if (before?.state?.running) {
      this.lastState = {
        terminated: {
          exitCode: 255,
          reason: 'Unknown',
          startedAt: before.state.running.startedAt,
          finishedAt: timestamp(),
        },
      };
      this.restartCount++;
    } else if (before?.state?.terminated) {
      this.lastState = before.state;
      if (!options.isInit) this.restartCount++;
    } else if (before?.state?.waiting && before?.lastState?.terminated)
      this.restartCount++;
  }

  get logDirectory(): string {
    return join(this.#directory, 'logs');
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

  #sleep(ms: number): Promise<void> {
    if (this.#stopping) return Promise.resolve();
    return new Promise(resolve => {
      this.#wake = () => {
        clearTimeout(this.#pauseTimer);
        this.#wake = undefined;
        resolve();
      };
      this.#pauseTimer = setTimeout(this.#wake, ms);
    });
  }

  /**
   * Runs the container for as long as its pod's restart policy says.
   *
   * @returns true where its last run ended well
   */
  async run(): Promise<boolean> {
    const policy = this.#context.pod.spec.restartPolicy;
    for (;;) {
      if (this.#stopping) return false;
      const startedAt = Date.now();
      const outcome = await this.#once();
      if (this.#stopping) return false;
      if (outcome === 'succeeded' && (this.#isInit || policy !== 'Always'))
        return true;
      if (outcome === 'failed' && policy === 'Never') return false;
      await this.#backOff(startedAt, outcome !== 'not-started');
    }
  }

  async #backOff(startedAt: number, wasStarted: boolean): Promise<void> {
    const { firstMs, lastMs, resetMs } = this.#context.backOff;
    if (Date.now() - startedAt > resetMs) this.#delayMs = 0;
    const delay = this.#delayMs;
    this.#delayMs = Math.min(lastMs, Math.max(firstMs, this.#delayMs * 2));
    const reason = this.state.waiting?.reason;
    if (wasStarted) {
      const terminated = this.state;
      if (delay > 0) {
        const message = `back-off ${Math.round(
          delay / 1000,
        )}s restarting failed container=${this.name} pod=${
          this.#context.pod.metadata.name
        }_${this.#context.pod.metadata.namespace}(${
          this.#context.pod.metadata.uid
        })`;
        this.#context.event(
          'Warning',
          'BackOff',
          `Back-off restarting failed container ${this.name} in pod ${
            this.#context.pod.metadata.name
          }`,
        );
        this.#set({
          lastState: terminated,
          state: { waiting: { reason: 'CrashLoopBackOff', message } },
        });
      } else this.lastState = terminated;
      await this.#sleep(delay);
      if (!this.#stopping) this.restartCount++;
      return;
    }
    if (reason === 'ErrImagePull')
      this.#set({
        state: {
          waiting: {
            reason: 'ImagePullBackOff',
            message: `Back-off pulling image ${JSON.stringify(
              this.spec.image,
            )}: ${this.state.waiting.message}`,
          },
        },
      });
    await this.#sleep(Math.min(Math.max(1000, this.#delayMs), 10_000));
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
    if (!this.#context.isolation.files || nested || this.#stopping) return;
    try {
      this.#prepared = this.#launch();
    } catch {
      this.#prepared = undefined;
    }
  }

  #launch(): Running {
    const { context } = { context: this.#context };
    const image = context.images.resolve(this.spec.image);
    const env = environmentOf(context.registry, context.pod, this.spec);
    const argv = [...(this.spec.command ?? []), ...(this.spec.args ?? [])].map(
      (arg: string) => expand(arg, env),
    );
    if (!argv.length)
      throw new ContainerConfigError(
        'the local cluster needs a command: its images have none of their own',
      );
    const scratch = join(this.#directory, 'run');
    discard(scratch);
    mkdirSync(scratch, { recursive: true, mode: 0o700 });
    const launch = {
      argv,
      env: context.network.environment({
        HOSTNAME: context.pod.metadata.name,
        ...env,
      }),
      workingDir: this.spec.workingDir ?? '/',
      mounts: context.volumes.mounts(this.spec, context.places),
      image,
      scratch,
      enter: context.network.enter,
    };
    return context.isolation.files
      ? launchIsolated(launch)
      : launchPlain(launch);
  }

  /** One run of the container. */
  async #once(): Promise<'succeeded' | 'failed' | 'not-started'> {
    let running: Running;
    try {
      running = this.#prepared ?? this.#launch();
      this.#prepared = undefined;
      running.begin();
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
      return 'not-started';
    }
    const { process: child } = running;
    this.#running = running;
    const log = ContainerLog.open(this.logDirectory, this.restartCount);
    this.log = log;
    log.capture(child.stdout!, 'stdout');
    log.capture(child.stderr!, 'stderr');
    const startedAt = timestamp();
    const closed = once(child, 'close').catch(() => {});
    const exited = new Promise<number>(resolve => {
      child.once('error', error => {
        log.write(error.message);
        resolve(128);
      });
      child.once('exit', (code, signal) =>
        resolve(code ?? (signal === 'SIGKILL' ? 137 : 143)),
      );
    });
    this.#context.event('Normal', 'Started', `Started container ${this.name}`);
    const hasProbe = Boolean(
      this.spec.startupProbe || this.spec.readinessProbe,
    );
    this.#set({
      state: { running: { startedAt } },
      started: !this.spec.startupProbe,
      ready: !this.#isInit && !hasProbe,
    });
    const probing = new AbortController();
    if (!this.#isInit)
      this.#probe(probing.signal).catch(error =>
        log.write(`probing failed: ${error.message}`),
      );
    const exitCode = await exited;
    probing.abort();
    // What the process wrote last may still be on its way; children that hold its output open are not waited for.
    await Promise.race([
      closed,
      new Promise(resolve => setTimeout(resolve, LAST_WORDS_MS)),
    ]);
    running.kill();
    this.#running = undefined;
    log.end();
    const reason = exitCode === 0 ? 'Completed' : 'Error';
    this.#set({
      state: {
        terminated: {
          exitCode,
          reason,
          startedAt,
          finishedAt: timestamp(),
          ...(exitCode === 128
            ? { message: 'the command could not be started' }
            : {}),
        },
      },
      ready: false,
      started: false,
    });
    return exitCode === 0 ? 'succeeded' : 'failed';
  }

  #target(): ProbeTarget {
    const context = this.#context;
    return {
      address: context.address,
      dial: port => context.network.dial(port),
      portOf: port =>
        typeof port === 'number'
          ? port
          : (this.spec.ports ?? []).find((p: Json) => p.name === port)
              ?.containerPort ?? Number(port),
      exec: (argv, timeoutMs) => this.#exec(argv, timeoutMs),
    };
  }

  /** Runs a probe's command beside the container, with the same files, environment and network. */
  async #exec(
    argv: string[],
    timeoutMs: number,
  ): Promise<{ code: number; output: string }> {
    const context = this.#context;
    const env = environmentOf(context.registry, context.pod, this.spec);
    const launch = {
      argv,
      env: context.network.environment(env),
      workingDir: this.spec.workingDir ?? '/',
      mounts: context.volumes.mounts(this.spec, context.places),
      image: context.images.resolve(this.spec.image),
      scratch: join(this.#directory, 'probe'),
      enter: context.network.enter,
    };
    mkdirSync(launch.scratch, { recursive: true, mode: 0o700 });
    const running = context.isolation.files
      ? launchIsolated(launch)
      : launchPlain(launch);
    running.begin();
    let output = '';
    const collect = (text: string) => {
      if (output.length < 4096) output += text;
    };
    running.process.stdout!.setEncoding('utf8').on('data', collect);
    running.process.stderr!.setEncoding('utf8').on('data', collect);
    const timer = setTimeout(() => running.kill(), timeoutMs);
    const [code] = await once(running.process, 'exit');
    clearTimeout(timer);
    return { code: code ?? 137, output };
  }

  async #probe(signal: AbortSignal): Promise<void> {
    const { startupProbe, readinessProbe, livenessProbe } = this.spec;
    if (startupProbe && !(await this.#untilStarted(startupProbe, signal)))
      return;
    if (signal.aborted) return;
    if (!readinessProbe) this.#set({ started: true, ready: true });
    else if (startupProbe) this.#set({ started: true });
    const loops = [];
    if (readinessProbe)
      loops.push(
        this.#loop(
          'Readiness',
          readinessProbe,
          signal,
          ok => this.ready !== ok && this.#set({ started: true, ready: ok }),
        ),
      );
    if (livenessProbe)
      loops.push(
        this.#loop('Liveness', livenessProbe, signal, ok => {
          if (!ok) this.#restart('liveness');
        }),
      );
    await Promise.all(loops);
  }

  #restart(probe: string): void {
    this.#context.event(
      'Normal',
      'Killing',
      `Container ${this.name} failed ${probe} probe, will be restarted`,
    );
    const running = this.#running;
    running?.terminate();
    setTimeout(() => running?.kill(), this.#context.graceMs).unref();
  }

  #unhealthy(kind: string, message: string): void {
    const elsewhere = this.#context.network.listening();
    const hint =
      message.includes('connect:') && elsewhere.length
        ? ` (the container listens on port ${elsewhere.join(', ')})`
        : '';
    this.#context.event(
      'Warning',
      'Unhealthy',
      `${kind} probe failed: ${message}${hint}`,
    );
  }

  async #untilStarted(probe: Json, signal: AbortSignal): Promise<boolean> {
    await this.#pause((probe.initialDelaySeconds ?? 0) * 1000, signal);
    const periodMs = (probe.periodSeconds ?? 10) * 1000;
    const deadline = Date.now() + periodMs * (probe.failureThreshold ?? 3);
    for (let attempt = 0; !signal.aborted; attempt++) {
      const { ok, message } = await runProbe(probe, this.#target());
      if (signal.aborted) return false;
      if (ok) return true;
      if (attempt > EAGER_MS.length) this.#unhealthy('Startup', message);
      if (Date.now() >= deadline) {
        this.#unhealthy('Startup', message);
        this.#restart('startup');
        return false;
      }
      await this.#pause(
        Math.min(EAGER_MS[attempt] ?? periodMs, periodMs),
        signal,
      );
    }
    return false;
  }

  async #loop(
    kind: string,
    probe: Json,
    signal: AbortSignal,
    report: (ok: boolean) => void,
  ): Promise<void> {
    await this.#pause((probe.initialDelaySeconds ?? 0) * 1000, signal);
    const periodMs = (probe.periodSeconds ?? 10) * 1000;
    let failures = 0;
    let everOk = false;
    for (let attempt = 0; !signal.aborted; attempt++) {
      const { ok, message } = await runProbe(probe, this.#target());
      if (signal.aborted) return;
      failures = ok ? 0 : failures + 1;
      everOk ||= ok;
      if (ok) report(true);
      else {
        if (everOk || attempt > EAGER_MS.length) this.#unhealthy(kind, message);
        if (
          failures >= (probe.failureThreshold ?? 3) &&
          (everOk || kind === 'Liveness')
        )
          report(false);
      }
      const eager =
        kind === 'Readiness' && !everOk
          ? EAGER_MS[attempt] ?? periodMs
          : periodMs;
      await this.#pause(Math.min(eager, periodMs), signal);
    }
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    if (!ms || signal.aborted) return Promise.resolve();
    return new Promise(resolve => {
      const timer = setTimeout(done, ms);
      function done() {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      signal.addEventListener('abort', done);
    });
  }

  /** Ends the container: asks, waits for as long as `graceMs`, ends it. No further run follows. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    this.#prepared?.kill();
    this.#prepared = undefined;
    this.#wake?.();
    const running = this.#running;
    if (
      !running ||
      running.process.exitCode !== null ||
      running.process.signalCode !== null
    )
      return;
    const gone = once(running.process, 'exit');
    running.terminate();
    const timer = setTimeout(() => running.kill(), graceMs);
    await gone;
    clearTimeout(timer);
  }
}
