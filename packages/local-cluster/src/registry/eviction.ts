/**
 * Eviction: a deletion that a PodDisruptionBudget may forbid for now
 * (https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/).
 */
import { matches } from '../store/selectors';
import type { KubeObject } from '../types';
import { conditionOf } from '../conditions';
import { disrupt } from './disruption';
import { badRequest, StatusError } from './errors';
import { checkDeletion } from './preconditions';
import type { Registry } from './Registry';
import { resourceOf } from './resources';

/** When to ask again where a budget has not been looked at yet. */
const PROCESSING_SECONDS = 10;

function refused(message: string, retryAfterSeconds?: number): StatusError {
  return new StatusError(
    429,
    'TooManyRequests',
    "Cannot evict pod as it would violate the pod's disruption budget.",
    {
      causes: [{ reason: 'DisruptionBudget', message }],
      ...(retryAfterSeconds ? { retryAfterSeconds } : {}),
    },
  );
}

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
  checkDeletion(pods, pod, deleteOptions.preconditions);
  const isDryRun = Boolean(deleteOptions.dryRun?.length);
  // A budget protects running pods only.
  const isMissed =
    pod.status?.phase === 'Running' && !pod.metadata.deletionTimestamp;
  if (isMissed) spend(registry, pod, isDryRun);
  if (isDryRun) return;
  disrupt(
    registry,
    pod,
    {
      reason: 'EvictionByEvictionAPI',
      message: 'Eviction API: evicting',
      fieldManager: 'kube-apiserver',
    },
    {
      gracePeriodSeconds: deleteOptions.gracePeriodSeconds,
      preconditions: deleteOptions.preconditions,
    },
  );
}

function isReady({ status }: KubeObject): boolean {
  return conditionOf(status?.conditions, 'Ready')?.status === 'True';
}

/**
 * Takes one of the disruptions that a budget allows; a pod that is not ready may not need one
 * (https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy).
 *
 * @throws StatusError 429, 500
 */
function spend(registry: Registry, pod: KubeObject, isDryRun: boolean): void {
  const [budget, ...more] = budgetsOf(registry, pod);
  if (!budget) return;
  if (more.length)
    throw new StatusError(
      500,
      'InternalError',
      'Internal error occurred: This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  const { name, generation = 0 } = budget.metadata;
  const {
    disruptionsAllowed = 0,
    desiredHealthy = 0,
    currentHealthy = 0,
    observedGeneration = 0,
  } = budget.status ?? {};
  if (!isReady(pod)) {
    const isAllowed =
      budget.spec.unhealthyPodEvictionPolicy === 'AlwaysAllow' ||
      (desiredHealthy > 0 && currentHealthy >= desiredHealthy);
    if (isAllowed) return;
  }
  if (observedGeneration < generation)
    throw refused(
      `The disruption budget ${name} is still being processed by the server.`,
      PROCESSING_SECONDS,
    );
  if (disruptionsAllowed <= 0)
    throw refused(
      `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
    );
  if (isDryRun) return;
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
