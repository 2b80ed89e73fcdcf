/** Whether a pod can be placed on a node, and what is in the way (kubernetes' scheduler plugins). */
import { parseQuantity } from '@ai-app-store/backstage-plugin-app-store-common';
import type { ObjectStore } from '../store/ObjectStore';
import type { Json, KubeObject } from '../types';

/** What lacks is told in this order. */
const ORDER = ['pods', 'cpu', 'memory', 'ephemeral-storage'];
const rank = (name: string) => ORDER.indexOf(name) + 1 || ORDER.length + 1;

/** Pods by the node that they are on. */
export const BY_NODE = 'node';

/** What is in the way. */
export interface Obstacle {
  message: string;
  /** Whether others could give way. */
  isHelpedByPreemption?: boolean;
}

/** What a pod asks of a node: the larger of the sum of its containers and of any init container. */
export function requestsOf(pod: KubeObject): Map<string, number> {
  const total = new Map([['pods', 1]]);
  const add = (requests: Json, combine: (a: number, b: number) => number) => {
    for (const [name, quantity] of Object.entries<Json>(requests ?? {}))
      total.set(
        name,
        combine(total.get(name) ?? 0, parseQuantity(String(quantity))),
      );
  };
  for (const container of pod.spec.containers)
    add(container.resources?.requests, (a, b) => a + b);
  for (const container of pod.spec.initContainers ?? [])
    add(container.resources?.requests, Math.max);
  return total;
}

/** Whether a toleration is one of a taint. */
export function isTolerationOf(
  { key, operator = 'Equal', value = '', effect }: Json,
  taint: Json,
): boolean {
  return (
    (!effect || effect === taint.effect) &&
    (operator === 'Exists'
      ? !key || key === taint.key
      : key === taint.key && value === (taint.value ?? ''))
  );
}

function tolerates(pod: KubeObject, taint: Json): boolean {
  return (pod.spec.tolerations ?? []).some((each: Json) =>
    isTolerationOf(each, taint),
  );
}

/** The taints of a node that a pod does not bear. */
function untolerated(
  pod: KubeObject,
  node: KubeObject,
  effects: string[],
): Json[] {
  return (node.spec?.taints ?? []).filter(
    (taint: Json) => effects.includes(taint.effect) && !tolerates(pod, taint),
  );
}

function meetsTerm(
  labels: Record<string, string>,
  node: KubeObject,
  term: Json,
): boolean {
  const meets = (
    { operator, values = [] }: Json,
    value: string | undefined,
  ) => {
    switch (operator) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      case 'Gt':
        return Number(value) > Number(values[0]);
      case 'Lt':
        return Number(value) < Number(values[0]);
      default:
        return false; // unknown ones are refused when a pod is written
    }
  };
  return (
    (term.matchExpressions ?? []).every((each: Json) =>
      meets(each, labels[each.key]),
    ) &&
    (term.matchFields ?? []).every((each: Json) =>
      meets(each, node.metadata.name),
    )
  );
}

function matchesSelector(pod: KubeObject, node: KubeObject): boolean {
  const labels = node.metadata.labels ?? {};
  const terms =
    pod.spec.affinity?.nodeAffinity
      ?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return (
    Object.entries(pod.spec.nodeSelector ?? {}).every(
      ([label, value]) => labels[label] === value,
    ) &&
    (!terms || terms.some((term: Json) => meetsTerm(labels, node, term)))
  );
}

function portsOf(pod: KubeObject): string[] {
  return (pod.spec.containers as Json[]).flatMap(({ ports = [] }) =>
    ports
      .filter((port: Json) => port.hostPort)
      .map((port: Json) => `${port.protocol}/${port.hostPort}`),
  );
}

const isRunning = (pod: KubeObject) =>
  !['Succeeded', 'Failed'].includes(pod.status?.phase);

/** What is in the way of a pod on a node; none where it fits. */
export function obstaclesOn(
  store: ObjectStore,
  pod: KubeObject,
  node: KubeObject,
): Obstacle[] {
  if (node.spec?.unschedulable && !toleratesCordon(pod))
    return [{ message: 'node(s) were unschedulable' }];
  const [taint] = untolerated(pod, node, ['NoSchedule', 'NoExecute']);
  if (taint)
    return [
      {
        message: `node(s) had untolerated taint {${taint.key}: ${
          taint.value ?? ''
        }}`,
      },
    ];
  if (!matchesSelector(pod, node))
    return [{ message: "node(s) didn't match Pod's node affinity/selector" }];
  const others = store
    .indexed('pods', BY_NODE, node.metadata.name)
    .filter(isRunning);
  const taken = new Set(others.flatMap(portsOf));
  if (portsOf(pod).some(port => taken.has(port)))
    return [
      {
        message: "node(s) didn't have free ports for the requested pod ports",
        isHelpedByPreemption: true,
      },
    ];
  return missingOn(others, pod, node);
}

function toleratesCordon(pod: KubeObject): boolean {
  return tolerates(pod, {
    key: 'node.kubernetes.io/unschedulable',
    effect: 'NoSchedule',
  });
}

function missingOn(
  others: KubeObject[],
  pod: KubeObject,
  node: KubeObject,
): Obstacle[] {
  const used = new Map<string, number>();
  for (const other of others)
    for (const [name, amount] of requestsOf(other))
      used.set(name, (used.get(name) ?? 0) + amount);
  const allocatable = node.status?.allocatable ?? {};
  return [...requestsOf(pod)]
    .filter(
      ([name, amount]) =>
        amount > 0 &&
        (used.get(name) ?? 0) + amount >
          parseQuantity(String(allocatable[name] ?? 0)),
    )
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([name]) => ({
      message: name === 'pods' ? 'Too many pods' : `Insufficient ${name}`,
      isHelpedByPreemption: true,
    }));
}

/** What is in the way of a pod wherever it goes: its claims. */
export function claimObstacle(
  store: ObjectStore,
  pod: KubeObject,
): string | undefined {
  for (const volume of pod.spec.volumes ?? []) {
    const { claimName } = volume.persistentVolumeClaim ?? {};
    if (!claimName) continue;
    const said = JSON.stringify(claimName);
    const claim = store.get(
      'persistentvolumeclaims',
      pod.metadata.namespace,
      claimName,
    );
    if (!claim) return `persistentvolumeclaim ${said} not found`;
    if (claim.status?.phase === 'Lost')
      return `persistentvolumeclaim ${said} bound to non-existent persistentvolume ${JSON.stringify(
        claim.spec.volumeName,
      )}`;
    if (claim.metadata.deletionTimestamp)
      return `persistentvolumeclaim ${said} is being deleted`;
  }
  const unbound = claimsOf(store, pod).filter(
    claim => claim.status?.phase !== 'Bound',
  );
  return unbound.some(claim => !waitsForConsumer(store, claim))
    ? 'pod has unbound immediate PersistentVolumeClaims'
    : undefined;
}

export function claimsOf(store: ObjectStore, pod: KubeObject): KubeObject[] {
  return (pod.spec.volumes ?? []).flatMap((volume: Json) => {
    const { claimName } = volume.persistentVolumeClaim ?? {};
    const claim =
      claimName &&
      store.get('persistentvolumeclaims', pod.metadata.namespace, claimName);
    return claim ? [claim] : [];
  });
}

/** Whether somebody makes volumes for claims like this one. */
export function isProvisioned(store: ObjectStore, claim: KubeObject): boolean {
  const storageClass = store.get(
    'storageclasses',
    undefined,
    claim.spec.storageClassName ?? '',
  );
  return (
    storageClass !== undefined &&
    storageClass.provisioner !== 'kubernetes.io/no-provisioner'
  );
}

/** Whether a claim is bound only once a pod that uses it is placed. */
export function waitsForConsumer(
  store: ObjectStore,
  claim: KubeObject,
): boolean {
  const storageClass = store.get(
    'storageclasses',
    undefined,
    claim.spec.storageClassName ?? '',
  );
  return storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
}
