/** Writes the status of one pod; nobody else does. */
import { resourceOf } from '../registry/resources';
import type { KubeObject } from '../types';
import type { NodeContext } from './PodContext';
import { podStatus, type PodObservation } from './podStatus';

/** A status that could not be written is written again this much later, in milliseconds. */
const RETRY_MS = 2000;
/** The status of a pod with many containers is written at most this often, in milliseconds. */
const MANY_CONTAINERS_MS = 100;
const MANY = 20;

export class PodStatusWriter {
  readonly #node: NodeContext;
  readonly #pod: KubeObject;
  readonly #observe: () => PodObservation | undefined;
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;

  constructor(options: {
    node: NodeContext;
    pod: KubeObject;
    /** What is known of the pod; undefined where nothing is to be told. */
    observe: () => PodObservation | undefined;
  }) {
    this.#node = options.node;
    this.#pod = options.pod;
    this.#observe = options.observe;
  }

  #write(): void {
    const { registry } = this.#node;
    const observed = this.#observe();
    if (!observed) return;
    registry.modify(
      resourceOf('pods'),
      this.#pod,
      live => ({
        ...live,
        status: podStatus(live.status, observed, registry.timestamp()),
      }),
      { fieldManager: 'kubelet', subresource: 'status' },
    );
  }

  /** Writes it now, or later where that is not possible. */
  writeWhenPossible(): void {
    clearTimeout(this.#timer);
    try {
      this.#write();
    } catch {
      this.#timer = setTimeout(() => this.writeWhenPossible(), RETRY_MS);
      this.#timer.unref();
    }
  }

  /** Writes a change: at once, or together with others where there will be many. */
  writeChange(): void {
    const { containers, initContainers = [] } = this.#pod.spec;
    if (containers.length + initContainers.length <= MANY)
      this.writeWhenPossible();
    else
      this.#soon ??= setTimeout(() => {
        this.#soon = undefined;
        this.writeWhenPossible();
      }, MANY_CONTAINERS_MS);
  }

  /** Writes what was to be written soon, and nothing more. */
  stop(): void {
    clearTimeout(this.#soon);
    if (this.#soon) this.writeWhenPossible();
    clearTimeout(this.#timer);
  }
}
