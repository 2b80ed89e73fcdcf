/** Says how many pods of a PodDisruptionBudget may go. */
import { conditionOf } from '../conditions';
import { resourceOf } from '../registry/resources';
import { matches } from '../store/selectors';
import type { Json, KubeObject } from '../types';
import { Controller, keyOf, parseKey, type Key } from './Controller';
import { isActive, isReady } from './pods';

const OPTIONS = {
  fieldManager: 'kube-controller-manager',
  subresource: 'status',
} as const;

/** A number, or a percentage of a number, rounded up. */
function share(value: Json, of: number): number {
  return typeof value === 'string' && value.endsWith('%')
    ? Math.ceil((Number(value.slice(0, -1)) / 100) * of)
    : Number(value);
}

export class DisruptionController extends Controller {
  start(): void {
    this.watch('poddisruptionbudgets', event => [keyOf(event.object)]);
    this.watch('pods', event =>
      this.registry.store
        .list('poddisruptionbudgets', event.object.metadata.namespace)
        .filter(({ spec }) =>
          matches(spec?.selector, event.object.metadata.labels),
        )
        .map(keyOf),
    );
  }

  protected sync(key: Key): void {
    const { namespace, name } = parseKey(key);
    const budget = this.registry.store.get(
      'poddisruptionbudgets',
      namespace,
      name,
    );
    if (!budget || budget.metadata.deletionTimestamp) return;
    const pods = this.registry.store
      .list('pods', namespace)
      .filter(
        pod =>
          isActive(pod) && matches(budget.spec?.selector, pod.metadata.labels),
      );
    const expected = this.#expected(pods);
    const { minAvailable, maxUnavailable } = budget.spec ?? {};
    const desired =
      maxUnavailable === undefined
        ? share(minAvailable ?? 1, expected)
        : Math.max(0, expected - share(maxUnavailable, expected));
    const healthy = pods.filter(isReady).length;
    const allowed = expected > 0 ? Math.max(0, healthy - desired) : 0;
    this.registry.modify(
      resourceOf('poddisruptionbudgets'),
      budget,
      live => ({
        ...live,
        status: {
          ...live.status,
          observedGeneration: live.metadata.generation,
          currentHealthy: healthy,
          desiredHealthy: desired,
          disruptionsAllowed: allowed,
          expectedPods: expected,
          conditions: this.#conditions(live, allowed > 0),
        },
      }),
      OPTIONS,
    );
  }

  /** A condition of `meta/v1`, whose message is always there. */
  #conditions({ status, metadata }: KubeObject, isAllowed: boolean): Json[] {
    const type = 'DisruptionAllowed';
    const before = conditionOf(status?.conditions, type);
    const next = isAllowed ? 'True' : 'False';
    return [
      {
        type,
        status: next,
        observedGeneration: metadata.generation,
        lastTransitionTime:
          before?.status === next
            ? before.lastTransitionTime
            : this.registry.timestamp(),
        reason: isAllowed ? 'SufficientPods' : 'InsufficientPods',
        message: '',
      },
    ];
  }

  /** As many pods as those that keep them want. */
  #expected(pods: KubeObject[]): number {
    const owners = new Map<string, number>();
    let single = 0;
    for (const pod of pods) {
      const owner = pod.metadata.ownerReferences?.find(each => each.controller);
      const plural = owner && `${owner.kind.toLowerCase()}s`;
      const kept =
        owner &&
        this.registry.store.get(plural!, pod.metadata.namespace, owner.name);
      if (kept) owners.set(owner.uid, kept.spec.replicas ?? 1);
      else single++;
    }
    return [...owners.values()].reduce((sum, each) => sum + each, single);
  }
}
