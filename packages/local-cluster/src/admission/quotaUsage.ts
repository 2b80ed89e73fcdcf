/** What an object takes of what quotas name, and which objects a quota is about (https://kubernetes.io/docs/concepts/policy/resource-quotas/). */
import { parseQuantity } from '@ai-app-store/backstage-plugin-app-store-common';
import { qosClass } from '../registry/strategies/qos';
import type { Json, KubeObject } from '../types';
import { podResources } from './podResources';

/** Counted by the number of objects. */
export const COUNTED: Record<string, string> = {
  configmaps: 'configmaps',
  secrets: 'secrets',
  services: 'services',
  persistentvolumeclaims: 'persistentvolumeclaims',
  resourcequotas: 'resourcequotas',
};

const isOver = (pod: KubeObject) =>
  ['Succeeded', 'Failed'].includes(pod.status?.phase) ||
  (pod.metadata.deletionTimestamp !== undefined &&
    pod.metadata.deletionGracePeriodSeconds === 0);

/** What a pod takes of each of a list. */
function podUsage(
  pod: KubeObject,
  list: 'requests' | 'limits',
): Map<string, number> {
  return new Map(
    Object.entries(podResources(pod)[list] ?? {}).map(([name, quantity]) => [
      name,
      parseQuantity(String(quantity)),
    ]),
  );
}

/** What an object takes of what a quota names. */
export function usageOf(
  plural: string,
  group: string,
  object: KubeObject,
  names: string[],
): Map<string, number> {
  const usage = new Map<string, number>();
  const qualified = group ? `${plural}.${group}` : plural;
  for (const name of names) {
    if (name === `count/${qualified}` || COUNTED[plural] === name)
      usage.set(name, 1);
  }
  if (plural === 'pods' && !isOver(object)) {
    const requests = podUsage(object, 'requests');
    const limits = podUsage(object, 'limits');
    for (const name of names) {
      if (name === 'pods') usage.set(name, 1);
      const [list, of] = name.startsWith('limits.')
        ? [limits, name.slice('limits.'.length)]
        : [requests, name.replace(/^requests\./, '')];
      if (isOfPods(name, of)) usage.set(name, list.get(of) ?? 0);
    }
  }
  if (plural === 'services')
    for (const [name, amount] of serviceUsage(object))
      if (names.includes(name)) usage.set(name, amount);
  if (plural === 'persistentvolumeclaims')
    for (const [name, amount] of claimUsage(object))
      if (names.includes(name)) usage.set(name, amount);
  return usage;
}

/** Whether a quota's name is about what containers ask for: `cpu`, `limits.memory`, `requests.example.com/gpu`. */
function isOfPods(name: string, resource: string): boolean {
  return (
    ['cpu', 'memory', 'ephemeral-storage'].includes(resource) ||
    resource.startsWith('hugepages-') ||
    (name.startsWith('requests.') &&
      resource.includes('/') &&
      !resource.includes('.storageclass.storage.k8s.io/'))
  );
}

function serviceUsage({ spec }: KubeObject): Array<[string, number]> {
  const isBalanced = spec?.type === 'LoadBalancer';
  const isOnNodes =
    spec?.type === 'NodePort' ||
    (isBalanced && spec.allocateLoadBalancerNodePorts !== false);
  return [
    ['services.nodeports', isOnNodes ? spec.ports?.length ?? 0 : 0],
    ['services.loadbalancers', isBalanced ? 1 : 0],
  ];
}

function claimUsage({ spec }: KubeObject): Array<[string, number]> {
  const bytes = parseQuantity(String(spec?.resources?.requests?.storage ?? 0));
  const ofClass = `${spec?.storageClassName}.storageclass.storage.k8s.io`;
  return [
    ['requests.storage', bytes],
    [`${ofClass}/requests.storage`, bytes],
    [`${ofClass}/persistentvolumeclaims`, 1],
  ];
}

function isInScopeOf(
  pod: KubeObject,
  { scopeName, operator = 'Exists', values = [] }: Json,
): boolean {
  const isTerminating = pod.spec.activeDeadlineSeconds !== undefined;
  const isBestEffort = qosClass(pod.spec) === 'BestEffort';
  const { priorityClassName } = pod.spec;
  switch (scopeName) {
    case 'Terminating':
      return isTerminating;
    case 'NotTerminating':
      return !isTerminating;
    case 'BestEffort':
      return isBestEffort;
    case 'NotBestEffort':
      return !isBestEffort;
    case 'PriorityClass':
      if (operator === 'Exists') return Boolean(priorityClassName);
      if (operator === 'DoesNotExist') return !priorityClassName;
      return (operator === 'In') === values.includes(priorityClassName);
    default:
      return false;
  }
}

/** Whether a quota that is only for some pods counts this one. */
export function isInScope(
  quota: KubeObject,
  object: KubeObject,
  plural: string,
): boolean {
  const scopes: Json[] = [
    ...(quota.spec?.scopes ?? []).map((scopeName: string) => ({ scopeName })),
    ...(quota.spec?.scopeSelector?.matchExpressions ?? []),
  ];
  if (!scopes.length) return true;
  return plural === 'pods' && scopes.every(each => isInScopeOf(object, each));
}
