/**
 * Writes Events: what happened to an object, in words. A repeated event raises its count; many that
 * differ in their words alone become one (client-go's `EventCorrelator`).
 */
import type { Registry } from '../registry/Registry';
import { resourceOf } from '../registry/resources';
import type { KubeObject } from '../types';

/** Events older than this are dropped, in milliseconds; the API server's default. */
const TTL_MS = 60 * 60 * 1000;
/** As many alike in other words, and within how long, before they are told as one. */
const ALIKE = { most: 10, withinMs: 10 * 60 * 1000 };
/** Of one reason of one object: so many at once, then one more each so often. */
const SPAM = { burst: 25, refillMs: 5 * 60 * 1000 };

type EventType = 'Normal' | 'Warning';

/** More of an event. */
export interface EventOptions {
  /** Who tells it; the kubelet by default. */
  component?: string;
  /** The node that tells it. */
  host?: string;
  /** A part of the object: `spec.containers{app}`. */
  fieldPath?: string;
  /** What was done: the scheduler's events say it, in the newer form. */
  action?: string;
}

interface Alike {
  messages: Set<string>;
  since: number;
}

interface Budget {
  left: number;
  since: number;
}

/** Writes Events about objects; a repeated event raises the count of the first one. */
export class EventRecorder {
  readonly #registry: Registry;
  readonly #timer: NodeJS.Timeout;
  /** Names of events by what they say. */
  readonly #names = new Map<string, string>();
  readonly #alike = new Map<string, Alike>();
  readonly #budgets = new Map<string, Budget>();
  #last = 0n;

  constructor(registry: Registry) {
    this.#registry = registry;
    this.#timer = setInterval(() => this.#expire(), TTL_MS / 12);
    this.#timer.unref();
  }

  /** A number that no event had before: nanoseconds. */
  #number(): string {
    const now = BigInt(Date.now()) * 1_000_000n;
    this.#last = now > this.#last ? now : this.#last + 1n;
    return this.#last.toString(16).padStart(16, '0');
  }

  record(
    object: KubeObject,
    type: EventType,
    reason: string,
    message: string,
    options: EventOptions = {},
  ): void {
    const { uid, namespace } = object.metadata;
    const { component = 'kubelet', fieldPath = '' } = options;
    if (!this.#hasBudget(`${component}/${uid}/${reason}`)) return;
    const what = [component, uid, fieldPath, type, reason].join('\u0000');
    const text = this.#worded(what, message.slice(0, 1024));
    const key = `${what}\u0000${text}`;
    try {
      const known = this.#names.get(key);
      const before =
        known &&
        this.#registry.store.get('events', namespace ?? 'default', known);
      if (before) this.#count(before);
      else
        this.#names.set(key, this.#write(object, type, reason, text, options));
    } catch {
      // A namespace that is going away takes no events, nor does a full disk: whoever tells goes on.
    }
  }

  #count(event: KubeObject): void {
    const now = this.#registry.timestamp();
    this.#registry.modify(
      resourceOf('events'),
      event,
      live => ({ ...live, count: (live.count ?? 1) + 1, lastTimestamp: now }),
      { fieldManager: event.metadata.managedFields?.[0]?.manager ?? 'kubelet' },
    );
  }

  #write(
    object: KubeObject,
    type: EventType,
    reason: string,
    message: string,
    { component = 'kubelet', host, fieldPath, action }: EventOptions,
  ): string {
    const { namespace, name, uid, resourceVersion } = object.metadata;
    const eventName = `${name.slice(0, 200)}.${this.#number()}`;
    const now = this.#registry.timestamp();
    const isNew = action !== undefined;
    this.#registry.create(
      resourceOf('events'),
      namespace ?? 'default',
      {
        metadata: { name: eventName },
        involvedObject: {
          kind: object.kind,
          ...(namespace ? { namespace } : {}),
          name,
          uid,
          apiVersion: object.apiVersion,
          resourceVersion,
          ...(fieldPath ? { fieldPath } : {}),
        },
        reason,
        message,
        source: isNew ? {} : { component, ...(host ? { host } : {}) },
        firstTimestamp: isNew ? null : now,
        lastTimestamp: isNew ? null : now,
        ...(isNew ? {} : { count: 1 }),
        type,
        eventTime: isNew
          ? this.#registry.now().toISOString().replace('Z', '000Z')
          : null,
        ...(isNew ? { action } : {}),
        reportingComponent: component,
        reportingInstance: isNew ? `${component}-local` : host ?? '',
      },
      { fieldManager: managerOf(component) },
    );
    return eventName;
  }

  /** The message, or that of many alike. */
  #worded(what: string, message: string): string {
    const now = performance.now();
    const found = this.#alike.get(what);
    const alike =
      found && now - found.since < ALIKE.withinMs
        ? found
        : { messages: new Set<string>(), since: now };
    this.#alike.set(what, alike);
    alike.messages.add(message);
    return alike.messages.size >= ALIKE.most
      ? `(combined from similar events): ${message}`
      : message;
  }

  #hasBudget(source: string): boolean {
    const now = performance.now();
    const budget = this.#budgets.get(source) ?? {
      left: SPAM.burst,
      since: now,
    };
    const refilled = Math.floor((now - budget.since) / SPAM.refillMs);
    if (refilled > 0) {
      budget.left = Math.min(SPAM.burst, budget.left + refilled);
      budget.since += refilled * SPAM.refillMs;
    }
    this.#budgets.set(source, budget);
    if (budget.left <= 0) return false;
    budget.left--;
    return true;
  }

  #expire(): void {
    const oldest = Date.now() - TTL_MS;
    for (const event of this.#registry.store.list('events')) {
      if (
        Date.parse(event.lastTimestamp ?? event.metadata.creationTimestamp) <
        oldest
      )
        try {
          this.#registry.finalize(resourceOf('events'), event);
        } catch {
          // On a full disk: the next time.
          return;
        }
    }
    // By a clock that nobody sets.
    const long = performance.now() - TTL_MS;
    for (const [key, alike] of this.#alike)
      if (alike.since < long) this.#alike.delete(key);
    for (const [key, budget] of this.#budgets)
      if (budget.since < long) this.#budgets.delete(key);
    const names = new Set(
      this.#registry.store.list('events').map(({ metadata }) => metadata.name),
    );
    for (const [key, name] of this.#names)
      if (!names.has(name)) this.#names.delete(key);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** The program that a component is part of. */
function managerOf(component: string): string {
  if (component === 'default-scheduler') return 'kube-scheduler';
  return component === 'kubelet' ? 'kubelet' : 'kube-controller-manager';
}
