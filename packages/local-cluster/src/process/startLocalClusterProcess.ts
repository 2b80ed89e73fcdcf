/**
 * A local cluster in a process of its own. To start a process takes a copy of all that a process has
 * mapped: one with a portal in it takes many times as long for it, and does nothing else meanwhile.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../faults/readFaults';
import type { LocalClusterOptions } from '../LocalClusterOptions';
import type { LocalCluster } from '../startLocalCluster';
import { StateFormatError, StateLockedError } from '../store/StateFile';
import { SERVES_PARENT, type Order, type Report } from './messages';

/** A predecessor that was killed lets go of the state within this time, in milliseconds. */
const RELEASE_MS = 5000;
const RELEASE_LOOK_MS = 100;
/** Between its end and its next start, in milliseconds: twice as long each time, but for one that ran for long. */
const RESTART_FIRST_MS = 200;
const RESTART_LAST_MS = 30_000;
const LONG_MS = 60_000;
const ENDED = "the local cluster's process has ended";

/** The error that the child told, as what it was. */
function errorOf({ name, message }: { name: string; message: string }): Error {
  const kinds: Record<string, { prototype: Error } | undefined> = {
    StateLockedError,
    StateFormatError,
  };
  const error = Object.create((kinds[name] ?? Error).prototype) as Error;
  return Object.assign(error, { name, message });
}

/** A child, and what it answers. */
class Child {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, (error?: string) => void>();
  #last = 0;
  #hasStarted = false;

  static async start(
    program: string,
    { logger, isolation: _, ...options }: LocalClusterOptions,
    ended: (code: number | null) => void,
  ): Promise<{ child: Child; started: Extract<Report, { started: unknown }> }> {
    const child = new Child(
      fork(program, [SERVES_PARENT], {
        execArgv: [],
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      }),
    );
    const started = await new Promise<Extract<Report, { started: unknown }>>(
      (resolve, reject) => {
        child.#process.once('error', reject);
        child.#process.once('exit', code => {
          reject(new Error(`the local cluster's process ended with ${code}`));
          child.#waiting.forEach(settle => settle(ENDED));
          if (child.#hasStarted) ended(code);
        });
        // Of one that is about to end: its exit tells.
        child.#process.on('error', () => {});
        child.#process.on('message', (report: Report) => {
          // What a transform of TypeScript tells is not for us.
          if (typeof report !== 'object') return;
          if ('started' in report) {
            child.#hasStarted = true;
            resolve(report);
          } else if ('failed' in report) reject(errorOf(report.failed));
          else if ('log' in report) logger?.[report.log.level](report.log.text);
          else if ('done' in report)
            child.#waiting.get(report.done)?.(report.error);
        });
        child.#send({ start: options });
      },
    ).catch(error => {
      child.#process.disconnect();
      throw error;
    });
    return { child, started };
  }

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  #send(order: Order): void {
    this.#process.send(order);
  }

  async setFaults(faults: Fault[]): Promise<void> {
    const id = ++this.#last;
    if (!this.#process.connected) throw new Error(ENDED);
    const error = await new Promise<string | undefined>(resolve => {
      this.#waiting.set(id, resolve);
      this.#send({ setFaults: faults, id });
    });
    this.#waiting.delete(id);
    if (error) throw new Error(error);
  }

  async stop(graceMs?: number): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode) return;
    const exited = once(this.#process, 'exit');
    this.#send({ stop: { graceMs } });
    await exited;
  }
}

/**
 * Starts a local cluster as `startLocalCluster` does, in a process of its own, which is started again
 * where it ends by itself.
 *
 * @param program - a file that calls `serveParent`
 * @param options - `isolation` is not passed on
 * @throws what `startLocalCluster` throws
 * @public
 */
export async function startLocalClusterProcess(
  program: string,
  options: LocalClusterOptions,
): Promise<LocalCluster> {
  const { logger } = options;
  let isStopped = false;
  const start = async (port: number | undefined) => {
    const until = Date.now() + RELEASE_MS;
    for (;;)
      try {
        return await Child.start(program, { ...options, port }, onEnd);
      } catch (error) {
        if (!(error instanceof StateLockedError) || Date.now() > until)
          throw error;
        await sleep(RELEASE_LOOK_MS);
      }
  };
  const first = await start(options.port);
  let child = first.child;
  const { started } = first.started;
  const port = Number(new URL(started.address).port);
  let pauseMs = RESTART_FIRST_MS;
  let beganAt = Date.now();
  function onEnd(code: number | null): void {
    if (isStopped) return;
    if (Date.now() - beganAt > LONG_MS) pauseMs = RESTART_FIRST_MS;
    logger?.error(
      `the local cluster's process ended with ${code}; it is started again`,
    );
    restart();
  }
  /** Until it is there again: whoever has its kubeconfig finds it at the same address. */
  function restart(): void {
    const wait = pauseMs;
    pauseMs = Math.min(pauseMs * 2, RESTART_LAST_MS);
    setTimeout(() => {
      if (isStopped) return;
      start(port).then(
        next => {
          child = next.child;
          beganAt = Date.now();
          if (isStopped) child.stop(0).catch(() => {});
        },
        error => {
          logger?.error(`the local cluster is not back: ${error.message}`);
          restart();
        },
      );
    }, wait).unref();
  }
  return {
    ...started,
    setFaults: faults => child.setFaults(faults),
    stop(graceMs) {
      isStopped = true;
      return child.stop(graceMs);
    },
  };
}
