/**
 * Tries a container's probes for as long as one run of it lasts: the startup probe until it
 * succeeds, then the others.
 */
import type { Json } from '../types';
import { runInContainer } from './execInContainer';
import { pause } from './pause';
import type { PodContext } from './PodContext';
import { runProbe, type ProbeResult, type ProbeTarget } from './probe';
import type { Running } from './runtime/Launch';

/**
 * Until its first success a probe is tried at these distances, then always at the last one, in
 * milliseconds, so that a start is not rounded up to the whole seconds of its period.
 */
const EAGER_MS = [...Array(60).fill(5), 20, 40, 80, 160, 320, 500];
/** A failure is no news before the short distances are over. */
const NEWS_MS = EAGER_MS.reduce((sum, ms) => sum + ms);

type Kind = 'Startup' | 'Readiness' | 'Liveness';

/** Watches over one run of a container. */
export class ProbeWorker {
  readonly #context: PodContext;
  readonly #spec: Json;
  readonly #target: ProbeTarget;
  readonly #over: AbortSignal;
  readonly #probed: (ready?: boolean) => void;
  readonly #failed: (kind: Kind) => void;
  readonly #tellUnhealthy: (message: string) => void;

  /**
   * @param options - `over` aborts when the run has ended; `probed` hears that the container
   * has started and, where `ready` is given, is ready or no longer so; `failed` has to start it again
   */
  constructor(options: {
    context: PodContext;
    spec: Json;
    running: Running;
    over: AbortSignal;
    probed: (ready?: boolean) => void;
    failed: (kind: Kind) => void;
    unhealthy: (message: string) => void;
  }) {
    const { context, spec, running, over } = options;
    this.#context = context;
    this.#spec = spec;
    this.#over = over;
    this.#probed = options.probed;
    this.#failed = options.failed;
    this.#tellUnhealthy = options.unhealthy;
    this.#target = {
      address: context.address,
      dial: port => context.network.dial(port),
      portOf: port =>
        typeof port === 'number'
          ? port
          : (spec.ports ?? []).find((p: Json) => p.name === port)
              ?.containerPort ?? Number(port),
      exec: (argv, timeoutMs) =>
        runInContainer(context, spec, running, {
          argv,
          timeoutMs,
          signal: over,
        }),
    };
  }

  /** Ends with the run. */
  async run(): Promise<void> {
    const { startupProbe, readinessProbe, livenessProbe } = this.#spec;
    if (startupProbe && !(await this.#hasStarted(startupProbe))) return;
    if (this.#over.aborted) return;
    if (startupProbe || !readinessProbe)
      this.#probed(readinessProbe ? undefined : true);
    await Promise.all([
      readinessProbe && this.#watchReadiness(readinessProbe),
      livenessProbe && this.#watchLiveness(livenessProbe),
    ]);
  }

  /** The results of a probe, one after another. */
  async *#results(kind: Kind, probe: Json): AsyncGenerator<ProbeResult> {
    await pause((probe.initialDelaySeconds ?? 0) * 1000, this.#over);
    const periodMs = (probe.periodSeconds ?? 10) * 1000;
    // A container is not started again sooner than its liveness probe says.
    let settled = kind === 'Liveness';
    let newsFrom = performance.now() + (settled ? 0 : NEWS_MS);
    for (let attempt = 0; !this.#over.aborted; attempt++) {
      const result = await runProbe(probe, this.#target);
      if (this.#over.aborted) return;
      if (result.ok) {
        settled = true;
        newsFrom = 0;
      } else if (performance.now() >= newsFrom) {
        this.#unhealthy(kind, result);
        newsFrom = settled ? 0 : performance.now() + periodMs;
      }
      yield result;
      const eagerMs = EAGER_MS[attempt] ?? EAGER_MS.at(-1);
      await pause(settled ? periodMs : Math.min(eagerMs, periodMs), this.#over);
    }
  }

  #unhealthy(kind: Kind, { message }: ProbeResult): void {
    const { network } = this.#context;
    const elsewhere = message.includes('connect:') ? network.listening() : [];
    const hint = elsewhere.length
      ? ` (the container listens on port ${elsewhere.join(', ')})`
      : '';
    this.#tellUnhealthy(`${kind} probe failed: ${message}${hint}`);
  }

  async #hasStarted(probe: Json): Promise<boolean> {
    const { initialDelaySeconds = 0, periodSeconds = 10 } = probe;
    const seconds =
      initialDelaySeconds + periodSeconds * (probe.failureThreshold ?? 3);
    const deadline = performance.now() + seconds * 1000;
    for await (const result of this.#results('Startup', probe)) {
      if (result.ok) return true;
      if (performance.now() < deadline) continue;
      this.#unhealthy('Startup', result);
      this.#failed('Startup');
      return false;
    }
    return false;
  }

  async #watchReadiness(probe: Json): Promise<void> {
    let failures = 0;
    let everOk = false;
    for await (const { ok } of this.#results('Readiness', probe)) {
      failures = ok ? 0 : failures + 1;
      everOk ||= ok;
      if (ok) this.#probed(true);
      else if (everOk && failures >= (probe.failureThreshold ?? 3))
        this.#probed(false);
    }
  }

  async #watchLiveness(probe: Json): Promise<void> {
    let failures = 0;
    for await (const { ok } of this.#results('Liveness', probe)) {
      failures = ok ? 0 : failures + 1;
      if (failures < (probe.failureThreshold ?? 3)) continue;
      this.#failed('Liveness');
      return;
    }
  }
}
