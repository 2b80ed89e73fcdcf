/** Connections into pods: exec, attach, port-forward; and what pods use. */
import type { Registry } from '../registry/Registry';
import type { ServedRequest } from '../server/serveResource';
import {
  refuseWithoutUpgrade,
  type PodStreams,
  type StreamRequest,
} from '../server/streams';
import type { KubeObject } from '../types';
import type { Usage } from '../server/streams';
import type { PodWorker } from './PodWorker';

/** Leads into the node's pods. */
export class PodConnections implements PodStreams {
  readonly #registry: Registry;
  readonly #worker: (pod: KubeObject) => PodWorker | undefined;

  constructor(
    registry: Registry,
    worker: (pod: KubeObject) => PodWorker | undefined,
  ) {
    this.#registry = registry;
    this.#worker = worker;
  }

  async upgrade(_asked: StreamRequest): Promise<void> {
    void this.#registry;
    refuseWithoutUpgrade();
  }

  refuse(_asked: ServedRequest): void {
    refuseWithoutUpgrade();
  }

  async usageOf(pod: KubeObject): Promise<Map<string, Usage>> {
    void this.#worker(pod);
    return new Map();
  }
}
