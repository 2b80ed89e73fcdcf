/** What the node and its containers use, measured over a second. */
import { cpus, freemem, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MetricsSource, PodUsage, Usage } from '../server/metricsSource';
import type { KubeObject } from '../types';
import type { ContainerRunner } from './ContainerRunner';
import { cpuSecondsOf, usageOf } from './processTree';

const WINDOW_MS = 1000;

/** Seconds that the machine's cores have worked. */
function busySeconds(): number {
  return cpus().reduce(
    (sum, { times }) =>
      sum + (times.user + times.nice + times.sys + times.irq) / 1000,
    0,
  );
}

/** Cores in use between two readings of the seconds that were spent. */
async function coresOver(read: () => number[]): Promise<number[]> {
  const started = performance.now();
  const before = read();
  await sleep(WINDOW_MS);
  const elapsed = (performance.now() - started) / 1000;
  return read().map((now, index) =>
    Math.max(0, (now - before[index]) / elapsed),
  );
}

export class Metrics implements MetricsSource {
  readonly #runner: (
    pod: KubeObject,
    container: string,
  ) => ContainerRunner | undefined;

  constructor(options: {
    runner: (pod: KubeObject, container: string) => ContainerRunner | undefined;
  }) {
    this.#runner = options.runner;
  }

  async node(): Promise<Usage> {
    const [cpu] = await coresOver(() => [busySeconds()]);
    return { cpu, memory: totalmem() - freemem() };
  }

  async pods(pods: KubeObject[]): Promise<PodUsage> {
    const running = pods.flatMap(pod =>
      (pod.spec.containers as Array<{ name: string }>).flatMap(({ name }) => {
        const pid = this.#runner(pod, name)?.pid;
        return pid === undefined ? [] : [{ pod, name, pid }];
      }),
    );
    const cores = await coresOver(() =>
      running.map(({ pid }) => cpuSecondsOf(pid)),
    );
    const usage: PodUsage = new Map();
    running.forEach(({ pod, name, pid }, index) => {
      const { uid } = pod.metadata;
      const containers = usage.get(uid) ?? new Map();
      usage.set(uid, containers);
      containers.set(name, { cpu: cores[index], memory: usageOf(pid).memory });
    });
    return usage;
  }
}
