/**
 * Hollow nodes run nothing: their pods are objects whose status changes in stages. For clusters with
 * thousands of pods on a laptop. Only pods that tolerate their taint are placed on them.
 */
import { withCondition } from '../conditions';
import type { EventRecorder } from '../events/EventRecorder';
import { Heartbeat } from '../kubelet/Heartbeat';
import type { Isolation } from '../kubelet/isolation';
import { StatusError } from '../registry/errors';
import type { Registry } from '../registry/Registry';
import { resourceOf } from '../registry/resources';
import { after } from '../timers';
import type { Json, KubeObject } from '../types';
import { DEFAULT_STAGES, stageFor, type Stage } from './stages';

const PODS = resourceOf('pods');
const NODES = resourceOf('nodes');
/** The taint and the label of hollow nodes. */
const HOLLOW = 'local-cluster/hollow';
const STATUS = { fieldManager: 'kubelet', subresource: 'status' } as const;
/** What could not be written is tried again this much later, in milliseconds. */
const RETRY_MS = 2000;
const CAPACITY = {
  cpu: '64',
  memory: '256Gi',
  pods: '250',
  'ephemeral-storage': '1Ti',
};

/** Some hollow nodes, and the life of their pods. */
export class HollowNodes {
  readonly #registry: Registry;
  readonly #events: EventRecorder;
  readonly #names: string[];
  readonly #stages: Stage[];
  readonly #beats: Heartbeat[];
  /** What ends the wait for the next stage of a pod, by its uid. */
  readonly #waiting = new Map<string, () => void>();
  #unsubscribe: () => void = () => {};
  #addresses = 0;

  constructor(options: {
    registry: Registry;
    events: EventRecorder;
    isolation: Isolation;
    /** Milliseconds between two heartbeats of a node; the kubelet's by default. */
    renewMs?: number;
    count: number;
    stages?: Stage[];
  }) {
    this.#registry = options.registry;
    this.#events = options.events;
    this.#stages = options.stages ?? DEFAULT_STAGES;
    this.#names = Array.from(
      { length: options.count },
      (_, index) => `hollow-${index}`,
    );
    this.#beats = this.#names.map(
      nodeName => new Heartbeat({ ...options, nodeName }),
    );
  }

  start(): void {
    this.#names.forEach(name => this.#register(name));
    this.#beats.forEach(beat => beat.start());
    this.#unsubscribe = this.#registry.store.subscribe('pods', event => {
      if (event.type === 'DELETED') this.#cancel(event.object);
      else this.#follow(event.object);
    });
    for (const pod of this.#registry.store.list('pods')) this.#follow(pod);
  }

  stop(): void {
    this.#unsubscribe();
    this.#beats.forEach(beat => beat.stop());
    this.#waiting.forEach(cancel => cancel());
    this.#waiting.clear();
  }

  #register(name: string): void {
    const known = this.#registry.store.get('nodes', undefined, name);
    const node =
      known ??
      this.#registry.create(
        NODES,
        undefined,
        {
          metadata: {
            name,
            labels: { [HOLLOW]: 'true', 'kubernetes.io/hostname': name },
          },
          spec: { taints: [{ key: HOLLOW, effect: 'NoSchedule' }] },
        },
        { fieldManager: 'kubelet' },
      ).object;
    this.#registry.modify(
      NODES,
      node,
      live => ({
        ...live,
        status: { ...live.status, capacity: CAPACITY, allocatable: CAPACITY },
      }),
      STATUS,
    );
  }

  #cancel({ metadata }: KubeObject): void {
    this.#waiting.get(metadata.uid)?.();
    this.#waiting.delete(metadata.uid);
  }

  /** Waits for the next stage of a pod, in place of the one that it waited for. */
  #follow(pod: KubeObject): void {
    if (!this.#names.includes(pod.spec.nodeName)) return;
    this.#cancel(pod);
    const stage = stageFor(pod, this.#stages);
    if (!stage) return;
    const { delayMs = 0, jitterMs = 0 } = stage;
    const { namespace, name, uid } = pod.metadata;
    this.#waiting.set(
      uid,
      after(delayMs + Math.random() * jitterMs, () => {
        this.#waiting.delete(uid);
        const live = this.#registry.store.get('pods', namespace, name);
        if (live?.metadata.uid === uid) this.#enter(live, stage);
      }),
    );
  }

  #enter(pod: KubeObject, { next }: Stage): void {
    const { event } = next;
    if (event)
      this.#events.record(pod, event.type, event.reason, event.message, {
        host: pod.spec.nodeName,
      });
    try {
      if (next.delete)
        this.#registry.delete(PODS, pod.metadata.namespace, pod.metadata.name, {
          gracePeriodSeconds: 0,
          preconditions: { uid: pod.metadata.uid },
        });
      else
        this.#registry.modify(
          PODS,
          pod,
          live => ({ ...live, status: this.#status(live, next) }),
          STATUS,
        );
    } catch (error) {
      // It is gone, or another one has its name.
      if (error instanceof StatusError) return;
      // On a full disk.
      setTimeout(() => this.#follow(pod), RETRY_MS).unref();
    }
  }

  #status({ spec, status }: KubeObject, next: Stage['next']): Json {
    const now = this.#registry.timestamp();
    const { conditions = [], ...rest } = next.status ?? {};
    const podIP = status?.podIP ?? this.#address();
    return {
      ...status,
      ...rest,
      conditions: conditions.reduce(
        (all: Json[], each: Json) => withCondition(all, each, now),
        status?.conditions ?? [],
      ),
      startTime: status?.startTime ?? now,
      podIP,
      podIPs: [{ ip: podIP }],
      ...(next.containerState
        ? {
            containerStatuses: spec.containers.map((container: Json) =>
              containerStatus(container, next.containerState, now),
            ),
          }
        : {}),
    };
  }

  #address(): string {
    const number = ++this.#addresses;
    return `10.${64 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`;
  }
}

function containerStatus(
  { name, image }: Json,
  state: Json,
  now: string,
): Json {
  const isRunning = Boolean(state.running);
  return {
    name,
    image,
    imageID: '',
    ready: isRunning,
    started: isRunning,
    restartCount: 0,
    lastState: {},
    state: isRunning
      ? { running: { startedAt: now, ...state.running } }
      : state,
  };
}
