/**
 * The node: runs the pods placed on it and ends those that are being deleted.
 *
 * Guarantees: no two workers for one pod; a pod object goes only after its last
 * process; what a killed predecessor left is cleared away at the start.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { cpus, freemem, hostname, totalmem } from 'node:os';
import { join } from 'node:path';
import type { ServerResponse } from 'node:http';
import type { LogSource } from '../api/serveResource';
import { badRequest, StatusError } from '../registry/errors';
import { resourceOf } from '../registry/resources';
import { KUBERNETES_VERSION } from '../schema/Schema';
import type { Json, KubeObject } from '../types';
import { ContainerLog, type LogLine } from './ContainerLog';
import { discard } from './discard';
import { describeIsolation } from './isolation';
import { PodWorker, type NodeContext } from './PodWorker';

const PODS = resourceOf('pods');
export const NODE_NAME = 'local';

/** See the module's comment. */
export class NodeAgent implements LogSource {
  readonly #node: NodeContext;
  readonly #workers = new Map<string, PodWorker>();
  readonly #ending = new Set<string>();
  #unsubscribe: (() => void) | undefined;

  constructor(node: NodeContext) {
    this.#node = node;
  }

  start(): void {
    const { registry, directory } = this.#node;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.#register();
    const known = new Set(
      registry.store.list('pods').map(pod => pod.metadata.uid),
    );
    for (const entry of readdirSync(directory))
      if (!known.has(entry)) discard(join(directory, entry));
    this.#unsubscribe = registry.store.subscribe('pods', event => {
      if (event.type !== 'DELETED')
        setImmediate(() =>
          this.#sync(
            event.object.metadata.namespace,
            event.object.metadata.name,
          ),
        );
      else this.#abandon(event.object);
    });
    for (const pod of registry.store.list('pods'))
      this.#sync(pod.metadata.namespace, pod.metadata.name);
  }

  /** Writes the Node object. */
  #register(): void {
    const { registry, isolation } = this.#node;
    const resource = resourceOf('nodes');
    const capacity = {
      cpu: String(cpus().length * 16),
      memory: `${Math.floor(totalmem() / 1024)}Ki`,
      pods: '250',
      'ephemeral-storage': '100Gi',
    };
    const existing = registry.store.get('nodes', undefined, NODE_NAME);
    const node =
      existing ??
      registry.create(
        resource,
        undefined,
        {
          metadata: {
            name: NODE_NAME,
            labels: {
              'kubernetes.io/hostname': NODE_NAME,
              'kubernetes.io/os': process.platform,
              'kubernetes.io/arch': process.arch,
            },
          },
        },
        { fieldManager: 'kubelet' },
      ).object;
    const now = registry.timestamp();
    registry.modify(
      resource,
      node,
      live => ({
        ...live,
        status: {
          capacity,
          allocatable: capacity,
          addresses: [
            { type: 'InternalIP', address: '127.0.0.1' },
            { type: 'Hostname', address: hostname() },
          ],
          conditions: [
            {
              type: 'Ready',
              status: 'True',
              reason: 'KubeletReady',
              message: describeIsolation(isolation),
              lastHeartbeatTime: now,
              lastTransitionTime: now,
            },
          ],
          nodeInfo: {
            kubeletVersion: KUBERNETES_VERSION,
            osImage: `${Math.round(freemem() / 2 ** 30)} GiB free`,
            operatingSystem: process.platform,
            architecture: process.arch,
            containerRuntimeVersion: `node://${process.version}`,
            kernelVersion: '',
            machineID: '',
            systemUUID: '',
            bootID: '',
            kubeProxyVersion: '',
          },
        },
      }),
      { fieldManager: 'kubelet', subresource: 'status' },
    );
  }

  #sync(namespace: string | undefined, name: string): void {
    const pod = this.#node.registry.store.get('pods', namespace, name);
    if (!pod || pod.spec.nodeName !== NODE_NAME) return;
    const { uid, deletionTimestamp } = pod.metadata;
    if (deletionTimestamp) {
      this.#end(pod).catch(error =>
        this.#node.events.record(
          pod,
          'Warning',
          'FailedKillPod',
          error.message,
        ),
      );
      return;
    }
    if (
      this.#workers.has(uid) ||
      ['Succeeded', 'Failed'].includes(pod.status?.phase)
    )
      return;
    this.#workers.set(uid, new PodWorker({ node: this.#node, pod }));
  }

  async #end(pod: KubeObject): Promise<void> {
    const { uid, deletionGracePeriodSeconds } = pod.metadata;
    if (this.#ending.has(uid)) return;
    this.#ending.add(uid);
    try {
      const worker = this.#workers.get(uid);
      await worker?.stop((deletionGracePeriodSeconds ?? 30) * 1000, false);
      this.#workers.delete(uid);
      this.#drop(pod);
      discard(join(this.#node.directory, uid));
    } finally {
      this.#ending.delete(uid);
    }
  }

  /** As the kubelet does once the processes are gone: the object stays for as long as it has finalizers. */
  #drop(pod: KubeObject): void {
    const { namespace, name, uid } = pod.metadata;
    try {
      this.#node.registry.delete(PODS, namespace, name, {
        gracePeriodSeconds: 0,
        preconditions: { uid },
      });
    } catch (error) {
      // It is gone, or another one has its name.
      if (!(error instanceof StatusError)) throw error;
    }
  }

  /** A pod object that went without asking (grace period 0): its processes go too. */
  #abandon(pod: KubeObject): void {
    const worker = this.#workers.get(pod.metadata.uid);
    if (!worker || this.#ending.has(pod.metadata.uid)) return;
    this.#workers.delete(pod.metadata.uid);
    worker
      .stop(0, true)
      .then(() => worker.remove())
      .catch(() => {});
  }

  async serveLog(options: {
    namespace: string;
    name: string;
    query: URLSearchParams;
    response: ServerResponse;
  }): Promise<void> {
    const { namespace, name, query, response } = options;
    const pod = this.#node.registry.get(PODS, namespace, name);
    const names: string[] = [
      ...(pod.spec.initContainers ?? []),
      ...pod.spec.containers,
    ].map((c: Json) => c.name);
    const main: string[] = pod.spec.containers.map((c: Json) => c.name);
    const container =
      query.get('container') ?? (main.length === 1 ? main[0] : undefined);
    if (!container)
      throw badRequest(
        `a container name must be specified for pod ${name}, choose one of: [${main.join(
          ' ',
        )}]`,
      );
    if (!names.includes(container))
      throw badRequest(`container ${container} is not valid for pod ${name}`);
    const tail = query.get('tailLines');
    if (tail !== null && !/^\d+$/.test(tail))
      throw new StatusError(
        422,
        'Invalid',
        `PodLogOptions "" is invalid: tailLines: Invalid value: ${tail}: must be greater than or equal to 0`,
      );
    const worker = this.#workers.get(pod.metadata.uid);
    const runner = worker?.runner(container);
    const directory =
      runner?.logDirectory ??
      join(
        this.#node.directory,
        pod.metadata.uid,
        'containers',
        container,
        'logs',
      );
    const statuses: Json[] = [
      ...(pod.status?.initContainerStatuses ?? []),
      ...(pod.status?.containerStatuses ?? []),
    ];
    const run =
      runner?.restartCount ??
      statuses.find(s => s.name === container)?.restartCount ??
      0;
    const previous = query.get('previous') === 'true';
    const waiting = runner?.state.waiting;
    // Between two runs the last one's output is the current one.
    const shown = previous ? run - 1 : run;
    const lines = ContainerLog.read(directory, shown);
    if (!lines) {
      if (previous)
        throw badRequest(
          `previous terminated container "${container}" in pod "${name}" not found`,
        );
      if (waiting)
        throw badRequest(
          `container "${container}" in pod "${name}" is waiting to start: ${waiting.reason}`,
        );
    }
    this.#send({
      lines: lines ?? [],
      runner: previous ? undefined : runner?.log,
      query,
      tail,
      response,
    });
  }

  #send(options: {
    lines: LogLine[];
    runner: ContainerLog | undefined;
    query: URLSearchParams;
    tail: string | null;
    response: ServerResponse;
  }): void {
    const { query, response, tail } = options;
    const stamped = query.get('timestamps') === 'true';
    const since =
      query.get('sinceTime') ??
      (query.get('sinceSeconds')
        ? new Date(
            Date.now() - Number(query.get('sinceSeconds')) * 1000,
          ).toISOString()
        : '');
    let budget = Number(query.get('limitBytes') ?? Infinity);
    const format = (line: LogLine) =>
      `${stamped ? `${line.time} ` : ''}${line.text}${
        line.partial ? '' : '\n'
      }`;
    const send = (text: string) => {
      if (budget <= 0) return;
      const out = Buffer.from(text).subarray(
        0,
        Math.min(budget, text.length * 4),
      );
      budget -= out.length;
      response.write(out);
    };
    let { lines } = options;
    if (since) lines = lines.filter(line => line.time >= since);
    if (tail !== null) lines = tail === '0' ? [] : lines.slice(-Number(tail));
    response.writeHead(200, {
      'content-type': 'text/plain',
      'cache-control': 'no-cache, private',
    });
    response.flushHeaders();
    send(lines.map(format).join(''));
    if (query.get('follow') !== 'true' || !options.runner) {
      response.end();
      return;
    }
    const stop = options.runner.follow(
      line => {
        // A reader that does not keep up loses lines rather than memory.
        if (response.writableLength < 4 * 1024 * 1024) send(format(line));
      },
      () => response.end(),
    );
    response.on('close', stop);
  }

  /** Ends every process; pods stay as they are and run again after the next start. */
  async stop(graceMs: number): Promise<void> {
    this.#unsubscribe?.();
    await Promise.all(
      [...this.#workers.values()].map(worker => worker.stop(graceMs, true)),
    );
    this.#workers.clear();
    this.#node.networks?.close();
  }
}
