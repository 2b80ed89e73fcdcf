/**
 * Eviction: a deletion that a PodDisruptionBudget may forbid for now
 * (https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/).
 */
import { matches } from '../store/selectors';
import type { KubeObject } from '../types';
import { withPodCondition } from './changed';
import { badRequest, StatusError } from './errors';
import type { Registry } from './Registry';
import { resourceOf } from './resources';

function budgetsOf(registry: Registry, pod: KubeObject): KubeObject[] {
  return registry.store
    .list('poddisruptionbudgets', pod.metadata.namespace)
    .filter(
      ({ spec }) =>
        spec?.selector && matches(spec.selector, pod.metadata.labels),
    );
}

/**
 * Evicts a pod.
 *
 * @param eviction - `policy/v1` Eviction
 * @throws StatusError 429 where a budget forbids it
 */
export function evict(
  registry: Registry,
  namespace: string,
  name: string,
  eviction: KubeObject,
): void {
  const pods = resourceOf('pods');
  if (eviction.metadata.name && eviction.metadata.name !== name)
    throw badRequest('name in URL does not match name in Eviction object');
  const pod = registry.get(pods, namespace, name);
  const { deleteOptions = {} } = eviction;
  const isOver =
    ['Succeeded', 'Failed'].includes(pod.status?.phase) ||
    pod.metadata.deletionTimestamp ||
    !pod.spec.nodeName;
  if (!isOver) spend(registry, pod);
  if (deleteOptions.dryRun?.length) return;
  registry.modify(
    pods,
    pod,
    live =>
      withPodCondition(
        live,
        {
          type: 'DisruptionTarget',
          status: 'True',
          reason: 'EvictionByEvictionAPI',
          message: 'Eviction API: evicting',
        },
        registry.timestamp(),
      ),
    { fieldManager: 'kube-apiserver', subresource: 'status' },
  );
  registry.delete(pods, namespace, name, {
    gracePeriodSeconds: deleteOptions.gracePeriodSeconds,
    preconditions: deleteOptions.preconditions,
  });
}

/** Takes one of the disruptions that a budget allows. @throws StatusError 429, 500 */
function spend(registry: Registry, pod: KubeObject): void {
  const [budget, ...more] = budgetsOf(registry, pod);
  if (!budget) return;
  if (more.length)
    throw new StatusError(
      500,
      'InternalError',
      'Internal error occurred: This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  const { name } = budget.metadata;
  const {
    disruptionsAllowed = 0,
    desiredHealthy = 0,
    currentHealthy = 0,
  } = budget.status ?? {};
  if (disruptionsAllowed <= 0)
    throw new StatusError(
      429,
      'TooManyRequests',
      "Cannot evict pod as it would violate the pod's disruption budget.",
      {
        causes: [
          {
            reason: 'DisruptionBudget',
            message: `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
          },
        ],
      },
    );
  registry.modify(
    resourceOf('poddisruptionbudgets'),
    budget,
    live => ({
      ...live,
      status: { ...live.status, disruptionsAllowed: disruptionsAllowed - 1 },
    }),
    { fieldManager: 'kube-apiserver', subresource: 'status' },
  );
}
