/**
 * Marks a node as lost when it has not renewed its lease in time, and keeps pods away from it
 * (https://kubernetes.io/docs/concepts/architecture/nodes/#node-controller).
 */
import { conditionOf } from '../conditions';
import { withStatus } from '../registry/changed';
import { resourceOf } from '../registry/resources';
import type { Json, KubeObject } from '../types';
import { Controller, keyOf, parseKey, type Key } from './Controller';
import { BY_NODE } from './placement';

const OPTIONS = { fieldManager: 'kube-controller-manager' };
const STATUS = { ...OPTIONS, subresource: 'status' } as const;
const SOURCE = { component: 'node-controller' };
const NODES = resourceOf('nodes');
const PODS = resourceOf('pods');
const LEASE_NAMESPACE = 'kube-node-lease';

/** How long a node may be silent (`--node-monitor-grace-period`), in milliseconds. */
const NODE_GRACE_MS = 50_000;
/** How long a new node may take until its first heartbeat, in milliseconds. */
const STARTUP_GRACE_MS = 60_000;
/** A node is looked at this much after its time is over. */
const LATE_MS = 100;

const UNREACHABLE = 'node.kubernetes.io/unreachable';
const NOT_READY = 'node.kubernetes.io/not-ready';
const CONDITIONS = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

function readiness(node: KubeObject): string | undefined {
  return conditionOf(node.status?.conditions, 'Ready')?.status;
}

/** The taint that says the same as the condition Ready. */
function taintOf(node: KubeObject): string | undefined {
  switch (readiness(node)) {
    case 'True':
      return undefined;
    case 'False':
      return NOT_READY;
    default:
      return UNREACHABLE;
  }
}

export class NodeLifecycleController extends Controller {
  readonly #graceMs: number;
  /** The last heartbeat of each node, and when it was new here (`performance.now()`). */
  readonly #heard = new Map<string, { heartbeat: string; at: number }>();

  constructor(
    options: ConstructorParameters<typeof Controller>[0] & {
      nodeGraceMs?: number;
    },
  ) {
    super(options);
    this.#graceMs = options.nodeGraceMs ?? NODE_GRACE_MS;
  }

  start(): void {
    this.watch('nodes', ({ object, type }) => {
      if (type === 'DELETED') {
        this.#heard.delete(object.metadata.name);
        this.#abandonPods(object.metadata.name);
      }
      // Whether pods are evicted from one depends on the others.
      return type === 'MODIFIED' || type === 'ADDED'
        ? this.registry.store.list('nodes').map(keyOf)
        : [];
    });
    this.watch('leases', ({ object }) =>
      object.metadata.namespace === LEASE_NAMESPACE
        ? [`/${object.metadata.name}`]
        : [],
    );
  }

  /** Nobody ends the pods of a node that is gone. */
  #abandonPods(nodeName: string): void {
    for (const { metadata } of this.registry.store.indexed(
      'pods',
      BY_NODE,
      nodeName,
    ))
      this.registry.delete(PODS, metadata.namespace, metadata.name, {
        gracePeriodSeconds: 0,
      });
  }

  protected sync(key: Key): void {
    const { name } = parseKey(key);
    const { store } = this.registry;
    const node = store.get('nodes', undefined, name);
    if (!node) return;
    const left = this.#left(node);
    if (left > 0) this.enqueueOnceAfter(key, left + LATE_MS);
    else this.#markUnknown(node);
    this.#taint(name);
  }

  /**
   * Milliseconds for which the node still counts as there. They run from when it was heard of here, by a clock
   * that nobody sets: what the node says of the time may be wrong.
   */
  #left(node: KubeObject): number {
    const { name, uid } = node.metadata;
    const lease = this.registry.store.get('leases', LEASE_NAMESPACE, name);
    const ready = conditionOf(node.status?.conditions, 'Ready');
    const times = [lease?.spec?.renewTime, ready?.lastHeartbeatTime];
    const wasHeard = times.some(Boolean);
    const heartbeat = `${uid} ${times.join(' ')}`;
    let heard = this.#heard.get(name);
    if (heard?.heartbeat !== heartbeat) {
      heard = { heartbeat, at: performance.now() };
      this.#heard.set(name, heard);
    }
    const graceMs = wasHeard ? this.#graceMs : STARTUP_GRACE_MS;
    return heard.at + graceMs - performance.now();
  }

  #markUnknown(node: KubeObject): void {
    if (readiness(node) === 'Unknown') return;
    const now = this.registry.timestamp();
    const wasHeard = Boolean(node.status?.conditions?.length);
    this.registry.modify(
      NODES,
      node,
      live =>
        withStatus(live, {
          conditions: CONDITIONS.map(type => ({
            ...conditionOf(live.status?.conditions, type),
            type,
            status: 'Unknown',
            lastTransitionTime: now,
            reason: wasHeard ? 'NodeStatusUnknown' : 'NodeStatusNeverUpdated',
            message: wasHeard
              ? 'Kubelet stopped posting node status.'
              : 'Kubelet never posted node status.',
          })),
        }),
      STATUS,
    );
    const { name } = node.metadata;
    this.events.record(
      node,
      'Normal',
      'NodeNotReady',
      `Node ${name} status is now: NodeNotReady`,
      SOURCE,
    );
    for (const pod of this.registry.store.indexed('pods', BY_NODE, name))
      this.#markPod(pod);
  }

  /** A pod of a lost node is not ready, whatever it does; its containers' states stay as they were. */
  #markPod(pod: KubeObject): void {
    const ready = conditionOf(pod.status?.conditions, 'Ready');
    if (ready?.status !== 'True') return;
    this.registry.modify(
      PODS,
      pod,
      live =>
        withStatus(live, {
          conditions: live.status.conditions.map((each: Json) =>
            each.type === 'Ready'
              ? {
                  ...each,
                  status: 'False',
                  lastTransitionTime: this.registry.timestamp(),
                }
              : each,
          ),
        }),
      STATUS,
    );
    this.events.record(
      pod,
      'Warning',
      'NodeNotReady',
      'Node is not ready',
      SOURCE,
    );
  }

  #taint(name: string): void {
    const node = this.registry.store.get('nodes', undefined, name);
    if (!node) return;
    const wanted = taintOf(node);
    // Where no node is ready, something else is wrong: nobody is evicted then.
    const canEvict = this.registry.store
      .list('nodes')
      .some(each => readiness(each) === 'True');
    const effects = canEvict ? ['NoSchedule', 'NoExecute'] : ['NoSchedule'];
    const isWanted = (taint: Json) =>
      taint.key === wanted && effects.includes(taint.effect);
    const before: Json[] = node.spec?.taints ?? [];
    const kept = before.filter(
      taint => ![UNREACHABLE, NOT_READY].includes(taint.key) || isWanted(taint),
    );
    const missing = wanted
      ? effects.filter(
          effect =>
            !kept.some(
              taint => taint.key === wanted && taint.effect === effect,
            ),
        )
      : [];
    if (!missing.length && kept.length === before.length) return;
    const timeAdded = this.registry.timestamp();
    const taints = [
      ...kept,
      ...missing.map(effect => ({ key: wanted, effect, timeAdded })),
    ];
    this.registry.modify(
      NODES,
      node,
      live => {
        const { taints: _, ...spec } = live.spec;
        return { ...live, spec: taints.length ? { ...spec, taints } : spec };
      },
      OPTIONS,
    );
  }
}
