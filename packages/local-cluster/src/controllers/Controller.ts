/**
 * The loop that all controllers share: keys in a queue, one sync at a time for
 * each key, errors retried with a growing delay.
 */
import type { EventRecorder } from '../events/EventRecorder';
import type { Registry } from '../registry/Registry';
import type { KubeObject } from '../types';
import type { StoreEvent } from '../store/ObjectStore';
import { after } from '../timers';

/** `namespace/name`, or `/name`. */
export type Key = string;

/**
 * What controllers tell of their failures.
 *
 * @public
 */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

const RETRY_FIRST_MS = 50;
const RETRY_LAST_MS = 30_000;

/** The key of an object. */
export function keyOf(object: KubeObject): Key {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

/** The parts of a key. */
export function parseKey(key: Key): {
  namespace: string | undefined;
  name: string;
} {
  const [namespace, name] = key.split('/');
  return { namespace: namespace || undefined, name };
}

/** The key of the controlling owner where it is of `kind`. */
export function ownerKey(object: KubeObject, kind: string): Key | undefined {
  const owner = object.metadata.ownerReferences?.find(
    ref => ref.controller && ref.kind === kind,
  );
  return owner ? `${object.metadata.namespace ?? ''}/${owner.name}` : undefined;
}

/** An owner reference to a controller. */
export function controlledBy(owner: KubeObject) {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** One controller. Subclasses say what to watch and how to bring one key to its desired state. */
export abstract class Controller {
  protected readonly registry: Registry;
  protected readonly events: EventRecorder;
  protected readonly logger: Logger;
  readonly #queue = new Set<Key>();
  readonly #failures = new Map<Key, number>();
  readonly #waiting = new Set<() => void>();
  readonly #unsubscribe: Array<() => void> = [];
  readonly #once = new Map<Key, () => void>();
  #scheduled = false;
  #stopped = false;

  constructor(options: {
    registry: Registry;
    events: EventRecorder;
    logger: Logger;
  }) {
    this.registry = options.registry;
    this.events = options.events;
    this.logger = options.logger;
  }

  /** Subscribes and enqueues what is there already. */
  abstract start(): void;

  /** Brings one key to its desired state. */
  protected abstract sync(key: Key): void;

  protected watch(
    plural: string,
    keys: (event: StoreEvent) => Array<Key | undefined>,
  ): void {
    this.#unsubscribe.push(
      this.registry.store.subscribe(plural, event =>
        keys(event).forEach(key => key && this.enqueue(key)),
      ),
    );
    for (const object of this.registry.store.list(plural)) {
      keys({
        type: 'ADDED',
        resource: plural,
        object,
        resourceVersion: 0,
      }).forEach(key => key && this.enqueue(key));
    }
  }

  enqueue(key: Key): void {
    if (this.#stopped) return;
    this.#queue.add(key);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#drain());
  }

  protected enqueueAfter(key: Key, ms: number): void {
    const cancel = after(ms, () => {
      this.#waiting.delete(cancel);
      this.enqueue(key);
    });
    this.#waiting.add(cancel);
  }

  /** The same, in place of what was to come for the key so far. */
  protected enqueueOnceAfter(key: Key, ms: number): void {
    this.#once.get(key)?.();
    this.#once.set(
      key,
      after(ms, () => {
        this.#once.delete(key);
        this.enqueue(key);
      }),
    );
  }

  #drain(): void {
    this.#scheduled = false;
    if (this.#stopped) return;
    const keys = [...this.#queue];
    this.#queue.clear();
    for (const key of keys) {
      try {
        this.sync(key);
        this.#failures.delete(key);
      } catch (error) {
        this.retry(key, error as Error);
      }
    }
  }

  /** Looks at a key again, the later the more often it failed. */
  protected retry(key: Key, error: Error): void {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    this.logger.warn(`${this.constructor.name} ${key}: ${error.message}`);
    this.enqueueAfter(
      key,
      Math.min(RETRY_FIRST_MS * 2 ** failures, RETRY_LAST_MS),
    );
  }

  stop(): void {
    this.#stopped = true;
    this.#once.forEach(cancel => cancel());
    this.#unsubscribe.forEach(unsubscribe => unsubscribe());
    this.#waiting.forEach(cancel => cancel());
  }
}
