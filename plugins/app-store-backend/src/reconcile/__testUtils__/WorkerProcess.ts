/** A worker (`worker.ts`) in a process of its own, as its test sees it. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Order, Report, WorkerOptions } from './worker';

/** Does as it is told, stands still, or is killed. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  #heard: (report: Report) => void = () => {};
  #failed: (code: number | null) => void = () => {};

  /** @throws Error where it ends by itself, here and in {@link WorkerProcess.tell} */
  static async start(options: WorkerOptions): Promise<WorkerProcess> {
    const worker = new WorkerProcess(options);
    await worker.#next();
    return worker;
  }

  private constructor(options: WorkerOptions) {
    this.#child = fork(
      join(__dirname, 'worker.ts'),
      [JSON.stringify(options)],
      {
        execArgv: [
          '--require',
          require.resolve('@backstage/cli/config/nodeTransform.cjs'),
        ],
        // Jest's own variables would have the child load what only jest has.
        env: { PATH: process.env.PATH, NODE_ENV: 'test' },
      },
    );
    this.#child.on('message', (report: Report | { type: 'watch' }) => {
      // Backstage's loader of TypeScript tells its parent of each file, too.
      if (!('type' in report)) this.#heard(report);
    });
    this.#child.on('exit', code => this.#failed(code));
  }

  #next(): Promise<Report> {
    return new Promise((resolve, reject) => {
      this.#heard = resolve;
      this.#failed = code => reject(new Error(`the worker ended with ${code}`));
    });
  }

  tell(order: Order): Promise<Report> {
    const next = this.#next();
    this.#child.send(order);
    return next;
  }

  async process(id: string): Promise<void> {
    await this.tell({ process: id });
  }

  /** Until the kernel has stopped it. */
  async stopped(): Promise<void> {
    const state = () =>
      /^State:\s+(\w)/m.exec(
        readFileSync(`/proc/${this.#child.pid}/status`, 'utf8'),
      )?.[1];
    while (state() !== 'T') await sleep(5);
  }

  goOn(): Promise<Report> {
    const next = this.#next();
    this.#child.kill('SIGCONT');
    return next;
  }

  /** `kill -9`, also of one that stands still. */
  async kill(): Promise<void> {
    this.#failed = () => {};
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
