/** Places pods on nodes, and says of those that it cannot place what is in the way. */
import { parseQuantity } from '@ai-app-store/backstage-plugin-app-store-common';
import { bind } from '../registry/binding';
import {
  withAnnotations,
  withPodCondition,
  withStatus,
} from '../registry/changed';
import { disrupt } from '../registry/disruption';
import { resourceOf } from '../registry/resources';
import type { KubeObject } from '../types';
import { Controller, keyOf, parseKey, type Key } from './Controller';
import {
  BY_NODE,
  claimObstacle,
  claimsOf,
  isProvisioned,
  obstaclesOn,
  requestsOf,
  waitsForConsumer,
  type Obstacle,
} from './placement';
import { volumeFor } from './volumes';

const OPTIONS = {
  fieldManager: 'kube-scheduler',
  subresource: 'status',
} as const;
const SOURCE = { component: 'default-scheduler' };
const PODS = resourceOf('pods');
/** Pods that wait for a node. */
const UNPLACED = 'unplaced';
/** What could not be placed is tried again at the latest after this long, in milliseconds. */
const RETRY_MS = 5 * 60_000;

export class Scheduler extends Controller {
  constructor(options: ConstructorParameters<typeof Controller>[0]) {
    super(options);
    const { store } = this.registry;
    store.index('pods', BY_NODE, pod =>
      pod.spec.nodeName ? [pod.spec.nodeName] : [],
    );
    store.index('pods', UNPLACED, pod => (pod.spec.nodeName ? [] : ['']));
  }

  start(): void {
    // What goes, ends or changes may make room.
    const waiting = () =>
      this.registry.store.indexed('pods', UNPLACED, '').map(keyOf);
    this.watch('pods', event => {
      const { object, previous, type } = event;
      const makesRoom =
        type === 'DELETED' ||
        (['Succeeded', 'Failed'].includes(object.status?.phase) &&
          previous?.status?.phase !== object.status?.phase);
      return [
        ...(object.spec.nodeName || type === 'DELETED' ? [] : [keyOf(object)]),
        ...(makesRoom && object.spec.nodeName ? waiting() : []),
      ];
    });
    this.watch('nodes', event => (this.#isHeartbeat(event) ? [] : waiting()));
    for (const plural of [
      'persistentvolumeclaims',
      'persistentvolumes',
      'storageclasses',
    ])
      this.watch(plural, () => waiting());
  }

  /** A node that only says that it is there changes nothing for anybody. */
  #isHeartbeat({
    object,
    previous,
  }: {
    object: KubeObject;
    previous?: KubeObject;
  }) {
    const matters = (node: KubeObject | undefined) =>
      JSON.stringify([
        node?.spec,
        node?.metadata.labels,
        node?.status?.allocatable,
      ]);
    return matters(object) === matters(previous);
  }

  protected sync(key: Key): void {
    const { namespace, name } = parseKey(key);
    const { store } = this.registry;
    const pod = store.get('pods', namespace, name);
    if (
      !pod ||
      pod.spec.nodeName ||
      pod.metadata.deletionTimestamp ||
      pod.spec.schedulerName !== 'default-scheduler' ||
      pod.spec.schedulingGates?.length
    )
      return;
    const nodes = store.list('nodes');
    const claims = claimObstacle(store, pod);
    if (claims) {
      this.#refuse(
        pod,
        `0/${nodes.length} nodes are available: ${claims}. preemption: 0/${nodes.length} nodes are available: ${nodes.length} Preemption is not helpful for scheduling.`,
      );
      return;
    }
    const found = nodes.map(node => ({
      node,
      obstacles: obstaclesOn(store, pod, node),
    }));
    const free = found.filter(({ obstacles }) => !obstacles.length);
    if (!free.length) {
      if (!this.#preempt(pod, nodes)) this.#refuse(pod, summary(found));
      return;
    }
    // Of several the one with the fewest pods.
    const [{ node }] = free.sort(
      (a, b) => this.#load(a.node) - this.#load(b.node),
    );
    if (this.#bindVolumes(pod, node, nodes.length)) this.#place(pod, node);
  }

  #load(node: KubeObject): number {
    return this.registry.store.indexed('pods', BY_NODE, node.metadata.name)
      .length;
  }

  #place(pod: KubeObject, node: KubeObject): void {
    const { namespace, name } = pod.metadata;
    bind(this.registry, namespace!, name, {
      target: { kind: 'Node', name: node.metadata.name },
    } as unknown as KubeObject);
    this.events.record(
      pod,
      'Normal',
      'Scheduled',
      `Successfully assigned ${namespace}/${name} to ${node.metadata.name}`,
      { ...SOURCE, action: 'Binding' },
    );
  }

  /** Claims that wait for a pod are bound now. @returns whether all are */
  #bindVolumes(pod: KubeObject, node: KubeObject, nodes: number): boolean {
    const { store } = this.registry;
    const waiting = claimsOf(store, pod).filter(
      claim =>
        claim.status?.phase !== 'Bound' && waitsForConsumer(store, claim),
    );
    if (!waiting.length) return true;
    const canBeBound = waiting.every(
      claim =>
        isProvisioned(store, claim) ||
        volumeFor(claim, store.list('persistentvolumes')),
    );
    if (!canBeBound) {
      this.#refuse(
        pod,
        `0/${nodes} nodes are available: ${nodes} node(s) didn't find available persistent volumes to bind. preemption: 0/${nodes} nodes are available: ${nodes} Preemption is not helpful for scheduling.`,
      );
      return false;
    }
    for (const claim of waiting)
      this.registry.modify(
        resourceOf('persistentvolumeclaims'),
        claim,
        live =>
          withAnnotations(live, {
            'volume.kubernetes.io/selected-node': node.metadata.name,
          }),
        { fieldManager: OPTIONS.fieldManager },
      );
    return false;
  }

  /** Has pods of less priority make room. @returns whether some do */
  #preempt(pod: KubeObject, nodes: KubeObject[]): boolean {
    const { store } = this.registry;
    const priority = pod.spec.priority ?? 0;
    if (pod.spec.preemptionPolicy === 'Never') return false;
    for (const node of nodes) {
      const obstacles = obstaclesOn(store, pod, node);
      if (!obstacles.every(each => each.isHelpedByPreemption)) continue;
      const victims = store
        .indexed('pods', BY_NODE, node.metadata.name)
        .filter(
          other =>
            (other.spec.priority ?? 0) < priority &&
            !['Succeeded', 'Failed'].includes(other.status?.phase),
        )
        .sort((a, b) => (a.spec.priority ?? 0) - (b.spec.priority ?? 0));
      const chosen = this.#enough(pod, node, victims);
      if (!chosen) continue;
      this.#refuse(
        pod,
        `0/${nodes.length} nodes are available: ${nodes.length} ${obstacles
          .map(each => each.message)
          .join(', ')}.`,
        node.metadata.name,
      );
      chosen.forEach(victim => this.#evict(victim, pod, node));
      return true;
    }
    return false;
  }

  /** As few of those that may go as make room; undefined where all would not. */
  #enough(
    pod: KubeObject,
    node: KubeObject,
    victims: KubeObject[],
  ): KubeObject[] | undefined {
    const wanted = requestsOf(pod);
    const others = this.registry.store
      .indexed('pods', BY_NODE, node.metadata.name)
      .filter(other => !['Succeeded', 'Failed'].includes(other.status?.phase));
    const used = new Map<string, number>();
    for (const other of others)
      for (const [name, amount] of requestsOf(other))
        used.set(name, (used.get(name) ?? 0) + amount);
    const fits = () =>
      [...wanted].every(
        ([name, amount]) =>
          (used.get(name) ?? 0) + amount <= amountOf(node, name),
      );
    const chosen: KubeObject[] = [];
    for (const victim of victims) {
      if (fits()) break;
      chosen.push(victim);
      for (const [name, amount] of requestsOf(victim))
        used.set(name, (used.get(name) ?? 0) - amount);
    }
    return chosen.length && fits() ? chosen : undefined;
  }

  #evict(victim: KubeObject, pod: KubeObject, node: KubeObject): void {
    if (victim.metadata.deletionTimestamp) return;
    disrupt(this.registry, victim, {
      reason: 'PreemptionByScheduler',
      message:
        'default-scheduler: preempting to accommodate a higher priority pod',
      fieldManager: OPTIONS.fieldManager,
    });
    this.events.record(
      victim,
      'Normal',
      'Preempted',
      `Preempted by pod ${pod.metadata.uid} on node ${node.metadata.name}`,
      { ...SOURCE, action: 'Preempting' },
    );
  }

  #refuse(pod: KubeObject, message: string, nominatedNodeName?: string): void {
    this.events.record(pod, 'Warning', 'FailedScheduling', message, {
      ...SOURCE,
      action: 'Scheduling',
    });
    this.registry.modify(
      PODS,
      pod,
      live =>
        withPodCondition(
          withStatus(live, nominatedNodeName ? { nominatedNodeName } : {}),
          {
            type: 'PodScheduled',
            status: 'False',
            reason: 'Unschedulable',
            message,
          },
          this.registry.timestamp(),
        ),
      OPTIONS,
    );
    this.enqueueOnceAfter(keyOf(pod), RETRY_MS);
  }
}

/** What of a node pods may have. */
function amountOf(node: KubeObject, name: string): number {
  return parseQuantity(String(node.status?.allocatable?.[name] ?? 0));
}

/** Of all nodes what is in the way, each reason with the number of nodes. */
function summary(
  found: Array<{ node: KubeObject; obstacles: Obstacle[] }>,
): string {
  const counts = new Map<string, number>();
  for (const { obstacles } of found)
    for (const { message } of obstacles)
      counts.set(message, (counts.get(message) ?? 0) + 1);
  const reasons = [...counts]
    .map(([message, count]) => `${count} ${message}`)
    .sort()
    .join(', ');
  const total = found.length;
  const helped = found.filter(({ obstacles }) =>
    obstacles.every(each => each.isHelpedByPreemption),
  ).length;
  const outlook = [
    ...(helped
      ? [`${helped} No preemption victims found for incoming pod`]
      : []),
    ...(total - helped
      ? [`${total - helped} Preemption is not helpful for scheduling`]
      : []),
  ].join(', ');
  return `0/${total} nodes are available${
    reasons ? `: ${reasons}` : ''
  }. preemption: 0/${total} nodes are available: ${outlook}.`;
}
