/**
 * The node: runs the pods placed on it and ends those that are being deleted.
 *
 * Guarantees: no two workers for one pod; a pod object goes only after its last
 * process; what a killed predecessor left is cleared away at the start.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { StatusError } from '../registry/errors';
import { resourceOf } from '../registry/resources';
import type { KubeObject } from '../types';
import { discard } from '../discard';
import { Heartbeat } from './Heartbeat';
import { registerNode, writeAllocatable } from './nodeStatus';
import { Metrics } from './Metrics';
import type { NodeContext } from './PodContext';
import { PodLogs } from './PodLogs';
import { PodStreams } from './PodStreams';
import { PodWorker } from './PodWorker';

const PODS = resourceOf('pods');

/** How long a node agent that was started again tells what it knew, in milliseconds. */
const AFTER_RETURN_MS = 100;
/** What was not possible is tried again this much later, in milliseconds. */
const RETRY_MS = 2000;

/** Runs the pods that are placed on this node, one worker for each. */
export class NodeAgent {
  readonly logs: PodLogs;
  readonly metrics: Metrics;
  readonly streams: PodStreams;
  readonly #node: NodeContext;
  readonly #workers = new Map<string, PodWorker>();
  readonly #ending = new Set<string>();
  readonly #heartbeat: Heartbeat;
  #unsubscribe: (() => void) | undefined;
  #stopped = false;
  #isLost = false;

  constructor(node: NodeContext) {
    this.#node = node;
    this.#heartbeat = new Heartbeat(node);
    const runner = ({ metadata }: KubeObject, container: string) =>
      this.#workers.get(metadata.uid)?.runner(container);
    this.metrics = new Metrics({ runner });
    this.logs = new PodLogs({ ...node, runner });
    this.streams = new PodStreams(({ metadata }) =>
      this.#workers.get(metadata.uid),
    );
  }

  /**
   * Stops the node agent: it starts and ends no pods and writes no status. Or starts
   * it again; what probes said before is not known then.
   */
  lose(isLost: boolean): void {
    if (isLost === this.#isLost) return;
    this.#isLost = isLost;
    if (isLost) {
      this.#heartbeat.stop();
      return;
    }
    this.#heartbeat.start();
    for (const worker of this.#workers.values()) worker.tell();
    // What is known is told first, then what has to be found out again.
    setTimeout(() => {
      for (const worker of this.#workers.values()) worker.forgetProbes();
    }, AFTER_RETURN_MS).unref();
    this.#syncAll();
  }

  setPulls(pulls: { failing?: string; slowMs?: number }): void {
    this.#node.images.setPulls(pulls);
  }

  setAllocatable(allocatable: Record<string, string> | undefined): void {
    writeAllocatable(this.#node.registry, this.#node.nodeName, allocatable);
  }

  start(): void {
    const { registry, directory } = this.#node;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    registerNode(registry, this.#node.nodeName);
    this.#heartbeat.start();
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
    this.#syncAll();
  }

  #syncAll(): void {
    for (const { metadata } of this.#node.registry.store.list('pods'))
      this.#sync(metadata.namespace, metadata.name);
  }

  #sync(namespace: string | undefined, name: string): void {
    if (this.#stopped || this.#isLost) return;
    const pod = this.#node.registry.store.get('pods', namespace, name);
    if (!pod || pod.spec.nodeName !== this.#node.nodeName) return;
    const { uid, deletionTimestamp } = pod.metadata;
    if (deletionTimestamp) {
      this.#end(pod).catch(error => {
        this.#node.events.record(
          pod,
          'Warning',
          'FailedKillPod',
          error.message,
        );
        this.#syncLater(namespace, name);
      });
      return;
    }
    if (
      this.#workers.has(uid) ||
      ['Succeeded', 'Failed'].includes(pod.status?.phase)
    )
      return;
    try {
      this.#workers.set(
        uid,
        new PodWorker({ node: this.#node, pod, isLost: () => this.#isLost }),
      );
    } catch {
      this.#syncLater(namespace, name);
    }
  }

  /** After what was not possible: on a full disk. */
  #syncLater(namespace: string | undefined, name: string): void {
    setTimeout(() => this.#sync(namespace, name), RETRY_MS).unref();
  }

  async #end(pod: KubeObject): Promise<void> {
    const { uid, deletionGracePeriodSeconds } = pod.metadata;
    const graceMs = (deletionGracePeriodSeconds ?? 30) * 1000;
    const ended = this.#workers.get(uid)?.stop(graceMs, false);
    if (this.#ending.has(uid)) return;
    this.#ending.add(uid);
    try {
      await ended;
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
    const { uid } = pod.metadata;
    const worker = this.#workers.get(uid);
    worker
      ?.stop(0, true, true)
      .then(() => {
        this.#workers.delete(uid);
        worker.remove();
      })
      .catch(() => {});
  }

  /** Ends every process; pods stay as they are and run again after the next start. */
  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    this.#heartbeat.stop();
    this.#unsubscribe?.();
    this.#node.networks?.close();
    await Promise.all(
      [...this.#workers.values()].map(worker => worker.stop(graceMs, true)),
    );
    this.#workers.clear();
  }
}
