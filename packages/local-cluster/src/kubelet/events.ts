/** Writes Events: what happened to a pod, in words, repeated ones counted. */
import { createHash } from 'node:crypto';
import type { Registry } from '../registry/Registry';
import { resourceOf } from '../registry/resources';
import type { KubeObject } from '../types';

/** Events older than this are dropped, in milliseconds; the API server's default. */
const TTL_MS = 60 * 60 * 1000;

/** Writes Events about objects; a repeated event is counted instead of written again. */
export class EventRecorder {
  readonly #registry: Registry;
  readonly #timer: NodeJS.Timeout;

  constructor(registry: Registry) {
    this.#registry = registry;
    this.#timer = setInterval(() => this.#expire(), TTL_MS / 12);
    this.#timer.unref();
  }

  record(
    object: KubeObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    component = 'kubelet',
  ): void {
    const { namespace, name, uid, resourceVersion } = object.metadata;
    const hash = createHash('sha256')
      .update(`${uid}/${type}/${reason}/${message}`)
      .digest('hex')
      .slice(0, 16);
    const resource = resourceOf('events');
    const eventName = `${name.slice(0, 200)}.${hash}`;
    const now = this.#registry.timestamp();
    try {
      const before = this.#registry.store.get('events', namespace, eventName);
      if (before) {
        this.#registry.modify(resource, before, live => ({
          ...live,
          count: (live.count ?? 1) + 1,
          lastTimestamp: now,
        }));
        return;
      }
      this.#registry.create(
        resource,
        namespace,
        {
          metadata: { name: eventName },
          involvedObject: {
            apiVersion: object.apiVersion,
            kind: object.kind,
            namespace,
            name,
            uid,
            resourceVersion,
          },
          type,
          reason,
          message: message.slice(0, 1024),
          count: 1,
          firstTimestamp: now,
          lastTimestamp: now,
          source: { component, host: 'local' },
          reportingComponent: component,
          reportingInstance: 'local',
        },
        { fieldManager: component },
      );
    } catch {
      // A namespace that is going away takes no events.
    }
  }

  #expire(): void {
    const oldest = Date.now() - TTL_MS;
    for (const event of this.#registry.store.list('events')) {
      if (
        Date.parse(event.lastTimestamp ?? event.metadata.creationTimestamp) <
        oldest
      )
        this.#registry.finalize(resourceOf('events'), event);
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
