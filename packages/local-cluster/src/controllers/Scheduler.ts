/** Places pods on the one node, where its labels and what is left of it allow. */
import { parseQuantity } from '@ai-app-store/backstage-plugin-app-store-common';
import { resourceOf } from '../registry/resources';
import type { Json, KubeObject } from '../types';
import { Controller, keyOf, parseKey, type Key } from './Controller';
import { withCondition } from '../conditions';

const OPTIONS = { fieldManager: 'kube-scheduler' };

/** What a pod asks of a node: the larger of the sum of its containers and of any init container. */
function requestsOf(pod: KubeObject): Record<string, number> {
  const total: Record<string, number> = { pods: 1 };
  const add = (requests: Json, combine: (a: number, b: number) => number) => {
    for (const [name, quantity] of Object.entries(requests ?? {}))
      total[name] = combine(total[name] ?? 0, parseQuantity(String(quantity)));
  };
  for (const container of pod.spec.containers)
    add(container.resources?.requests, (a, b) => a + b);
  for (const container of pod.spec.initContainers ?? [])
    add(container.resources?.requests, Math.max);
  return total;
}

export class Scheduler extends Controller {
  start(): void {
    this.watch('pods', event =>
      event.type === 'DELETED'
        ? this.registry.store
            .list('pods')
            .filter(pod => !pod.spec.nodeName)
            .map(keyOf)
        : [event.object.spec.nodeName ? undefined : keyOf(event.object)],
    );
  }

  protected sync(key: Key): void {
    const { namespace, name } = parseKey(key);
    const pod = this.registry.store.get('pods', namespace, name);
    const node = this.registry.store.list('nodes')[0];
    if (!pod || !node || pod.spec.nodeName || pod.metadata.deletionTimestamp)
      return;
    const obstacle = this.#obstacle(pod, node);
    const now = this.registry.timestamp();
    const condition = obstacle
      ? {
          type: 'PodScheduled',
          status: 'False',
          reason: 'Unschedulable',
          message: `0/1 nodes are available: ${obstacle}.`,
        }
      : { type: 'PodScheduled', status: 'True' };
    const placed = obstacle
      ? pod
      : this.registry.modify(
          resourceOf('pods'),
          pod,
          live => ({
            ...live,
            spec: { ...live.spec, nodeName: node.metadata.name },
          }),
          OPTIONS,
        );
    if (placed)
      this.registry.modify(
        resourceOf('pods'),
        placed,
        live => ({
          ...live,
          status: {
            ...live.status,
            conditions: withCondition(live.status?.conditions, condition, now),
          },
        }),
        { ...OPTIONS, subresource: 'status' },
      );
  }

  #obstacle(pod: KubeObject, node: KubeObject): string | undefined {
    const labels = node.metadata.labels ?? {};
    const selector = Object.entries(pod.spec.nodeSelector ?? {});
    if (!selector.every(([label, value]) => labels[label] === value))
      return "1 node(s) didn't match Pod's node affinity/selector";
    const used: Record<string, number> = {};
    for (const other of this.registry.store.list('pods')) {
      if (
        !other.spec.nodeName ||
        ['Succeeded', 'Failed'].includes(other.status?.phase)
      )
        continue;
      for (const [name, amount] of Object.entries(requestsOf(other)))
        used[name] = (used[name] ?? 0) + amount;
    }
    const missing = Object.entries(requestsOf(pod))
      .filter(
        ([name, amount]) =>
          amount > 0 &&
          (used[name] ?? 0) + amount >
            parseQuantity(String(node.status.allocatable[name] ?? 0)),
      )
      .map(([name]) =>
        name === 'pods' ? 'Too many pods' : `Insufficient ${name}`,
      );
    return missing.length ? `1 ${missing.join(', ')}` : undefined;
  }
}
