/** Answers `pods/<name>/log`. */
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { badRequest } from '../registry/errors';
import type { Registry } from '../registry/Registry';
import { resourceOf } from '../registry/resources';
import type { LogSource } from '../server/logs';
import type { Json, KubeObject } from '../types';
import { ContainerLog, type LogLine } from './ContainerLog';
import { containerOf } from './containerOf';
import type { ContainerRunner } from './ContainerRunner';
import { logOptions } from './logOptions';

const CACHE_CONTROL = 'no-cache, private';
/** A reader this far behind, in bytes, loses lines. */
const BACKLOG_LIMIT = 4 * 1024 * 1024;

/** What is told of a container that waits (the kubelet's words). */
const WAITING: Record<string, string> = {
  ErrImagePull: "image can't be pulled",
  ImagePullBackOff: 'trying and failing to pull image',
};

function restartCountOf(pod: KubeObject, container: string): number {
  const { initContainerStatuses = [], containerStatuses = [] } =
    pod.status ?? {};
  return (
    [...initContainerStatuses, ...containerStatuses].find(
      (s: Json) => s.name === container,
    )?.restartCount ?? 0
  );
}

/** Serves the logs of the node's pods, of those that run and of those that have ended. */
export class PodLogs implements LogSource {
  readonly #registry: Registry;
  readonly #directory: string;
  readonly #runner: (
    pod: KubeObject,
    container: string,
  ) => ContainerRunner | undefined;

  /** @param options - `directory` of all pods; `runner` of a container that is looked after now */
  constructor(options: {
    registry: Registry;
    directory: string;
    runner: (pod: KubeObject, container: string) => ContainerRunner | undefined;
  }) {
    this.#registry = options.registry;
    this.#directory = options.directory;
    this.#runner = options.runner;
  }

  async serveLog(options: {
    namespace: string;
    name: string;
    query: URLSearchParams;
    response: ServerResponse;
  }): Promise<void> {
    const { namespace, name, query, response } = options;
    const pod = this.#registry.get(resourceOf('pods'), namespace, name);
    const container = containerOf(pod, query.get('container') ?? undefined);
    const { tailLines: tail, since, limitBytes } = logOptions(query, name);
    if (!pod.spec.nodeName) {
      // No node has a log of it.
      response.writeHead(204, { 'cache-control': CACHE_CONTROL }).end();
      return;
    }
    const runner = this.#runner(pod, container);
    const run = runner?.restartCount ?? restartCountOf(pod, container);
    const previous = query.get('previous') === 'true';
    const kept = ContainerLog.read(
      ContainerLog.directoryOf(
        join(this.#directory, pod.metadata.uid),
        container,
      ),
      // Between two runs the last one's output is the current one.
      previous ? run - 1 : run,
      // What is narrowed by time first has its last lines elsewhere than at the end.
      since ? undefined : tail,
    );
    if (!kept && previous)
      throw badRequest(
        `previous terminated container "${container}" in pod "${name}" not found`,
      );
    const waiting = runner?.state.waiting;
    if (!kept && waiting)
      throw badRequest(
        `container "${container}" in pod "${name}" is waiting to start: ${
          WAITING[waiting.reason] ?? waiting.reason
        }`,
      );
    const lines = (kept ?? []).filter(line => line.time >= since);
    this.#send(
      response,
      query,
      lines.slice(tail === undefined ? 0 : Math.max(0, lines.length - tail)),
      previous ? undefined : runner?.log,
      limitBytes,
    );
  }

  /** Sends lines and, where that is asked for, those of `log` that follow. */
  #send(
    response: ServerResponse,
    query: URLSearchParams,
    lines: LogLine[],
    log: ContainerLog | undefined,
    limitBytes = Infinity,
  ): void {
    const stamped = query.get('timestamps') === 'true';
    const format = ({ time, text, partial }: LogLine) =>
      `${stamped ? `${time} ` : ''}${text}${partial ? '' : '\n'}`;
    let budget = limitBytes;
    const send = (text: string) => {
      if (budget <= 0) return;
      const out = Buffer.from(text).subarray(0, budget);
      budget -= out.length;
      response.write(out);
      if (budget <= 0) response.end();
    };
    if (response.destroyed) return;
    response.writeHead(200, {
      'content-type': 'text/plain',
      'cache-control': CACHE_CONTROL,
    });
    response.flushHeaders();
    send(lines.map(format).join(''));
    if (query.get('follow') !== 'true' || !log || response.writableEnded) {
      response.end();
      return;
    }
    const stop = log.follow(
      line => {
        if (response.writableLength < BACKLOG_LIMIT) send(format(line));
      },
      () => response.end(),
    );
    response.on('close', stop);
  }
}
