/** Keeps as many pods as a ReplicaSet asks for, and says where it cannot. */
import { withoutCondition, withWorkloadCondition } from '../conditions';
import type { ReviewedWrites } from '../auth/ReviewedWrites';
import { resourceOf } from '../registry/resources';
import type { Json, KubeObject } from '../types';
import { accountGroups, type User } from '../User';
import { claimed, indexOrphans, isOrphan, possibleOwners } from './adoption';
import { Controller, keyOf, ownerKey, parseKey, type Key } from './Controller';
import { nonZero } from './counts';
import {
  controlled,
  createPod,
  isActive,
  isAvailable,
  isReady,
  podFrom,
} from './pods';

const OPTIONS = { fieldManager: 'kube-controller-manager' };
const SOURCE = 'replicaset-controller';
/** As whom others' servers are asked. */
const USER: User = {
  username: `system:serviceaccount:kube-system:${SOURCE}`,
  groups: accountGroups('kube-system'),
};
const PODS = resourceOf('pods');
/** Until others' servers are asked again, in milliseconds: doubled each time. */
const FIRST_MS = 50;
const LAST_MS = 30_000;
const SETS = resourceOf('replicasets');

export class ReplicaSetController extends Controller {
  readonly #writes: ReviewedWrites;
  /** Sets whose pods others' servers are asked about. */
  readonly #asking = new Set<Key>();
  /** How often others' servers refused in a row, and until when they are not asked again. */
  readonly #refusals = new Map<Key, { count: number; until: number }>();

  constructor(
    options: ConstructorParameters<typeof Controller>[0] & {
      writes: ReviewedWrites;
    },
  ) {
    super(options);
    this.#writes = options.writes;
  }

  start(): void {
    const { store } = this.registry;
    indexOrphans(store, 'pods');
    this.watch('replicasets', event => [keyOf(event.object)]);
    this.watch('pods', ({ object, previous }) => [
      ownerKey(object, 'ReplicaSet'),
      previous && ownerKey(previous, 'ReplicaSet'),
      ...(isOrphan(object) ? possibleOwners(store, 'replicasets', object) : []),
    ]);
  }

  protected sync(key: Key): void {
    const { namespace, name } = parseKey(key);
    const set = this.registry.store.get('replicasets', namespace, name);
    if (!set || set.metadata.deletionTimestamp) return;
    const active = this.#pods(set);
    const missing = (set.spec.replicas ?? 1) - active.length;
    let failure: Error | undefined;
    try {
      if (missing > 0) this.#create(set, missing, key);
      else if (missing < 0) this.#delete(set, active, -missing);
    } catch (error) {
      failure = error as Error;
    }
    this.#writeStatus(set, failure, this.#isPending(key));
    // What is refused now may be allowed later: it is tried again, at growing intervals.
    if (failure) throw failure;
  }

  /** The active pods of a set, after it took orphans and let go of what its selector does not match. */
  #pods(set: KubeObject): KubeObject[] {
    return claimed(this.registry, 'pods', set, isActive).filter(isActive);
  }

  #create(set: KubeObject, count: number, key: Key): void {
    if (this.#writes.asksAbout(PODS)) {
      this.#createReviewed(set, count, key);
      return;
    }
    for (let i = 0; i < count; i++) {
      try {
        this.#created(set, createPod(this.registry, set, {}));
      } catch (error) {
        this.#refused(set, error as Error);
        throw error;
      }
    }
  }

  #created(set: KubeObject, pod: KubeObject): void {
    this.events.record(
      set,
      'Normal',
      'SuccessfulCreate',
      `Created pod: ${pod.metadata.name}`,
      { component: SOURCE },
    );
  }

  #refused(set: KubeObject, error: Error): void {
    this.events.record(
      set,
      'Warning',
      'FailedCreate',
      `Error creating: ${error.message}`,
      { component: SOURCE },
    );
  }

  /** Others' servers take their time: the set is looked at again with their answer. */
  #createReviewed(set: KubeObject, count: number, key: Key): void {
    if (this.#isPending(key)) return;
    this.#asking.add(key);
    const one = () =>
      this.#writes.create(PODS, set.metadata.namespace, podFrom(set, {}), {
        ...OPTIONS,
        user: USER,
      });
    Promise.allSettled(Array.from({ length: count }, one))
      .then(results => {
        this.#asking.delete(key);
        for (const result of results)
          if (result.status === 'fulfilled')
            this.#created(set, result.value.object);
        const failed = results.find(({ status }) => status === 'rejected');
        if (!failed) {
          this.#refusals.delete(key);
          this.enqueue(key);
          return;
        }
        const { reason: error } = failed as PromiseRejectedResult;
        this.#refused(set, error);
        this.#postpone(key);
        this.#writeStatus(set, error);
      })
      .catch(error => this.logger.warn(`${key}: ${error.message}`));
  }

  /** Whether an answer is waited for, or a refusal is so new that nobody is asked again yet. */
  #isPending(key: Key): boolean {
    const { until = 0 } = this.#refusals.get(key) ?? {};
    return this.#asking.has(key) || until > performance.now();
  }

  /** Others' servers are asked again at growing intervals. */
  #postpone(key: Key): void {
    const count = (this.#refusals.get(key)?.count ?? 0) + 1;
    const delay = Math.min(FIRST_MS * 2 ** count, LAST_MS);
    this.#refusals.set(key, { count, until: performance.now() + delay });
    this.enqueueOnceAfter(key, delay + 1);
  }

  /** A pod that is not ready goes before one that is, a younger before an older one. */
  #delete(set: KubeObject, active: KubeObject[], count: number): void {
    const rank = (pod: KubeObject) => [
      Number(Boolean(pod.spec.nodeName)),
      Number(pod.status?.phase === 'Running'),
      Number(isReady(pod)),
    ];
    const surplus = [...active]
      .sort((a, b) => {
        const [left, right] = [rank(a), rank(b)];
        const at = left.findIndex((value, index) => value !== right[index]);
        return at < 0
          ? b.metadata.creationTimestamp.localeCompare(
              a.metadata.creationTimestamp,
            )
          : left[at] - right[at];
      })
      .slice(0, count);
    for (const pod of surplus) {
      this.registry.delete(PODS, pod.metadata.namespace, pod.metadata.name);
      this.events.record(
        set,
        'Normal',
        'SuccessfulDelete',
        `Deleted pod: ${pod.metadata.name}`,
        { component: SOURCE },
      );
    }
  }

  /** @param isPending - whether a failure that was told before may still hold */
  #writeStatus(
    set: KubeObject,
    failure: Error | undefined,
    isPending = false,
  ): void {
    const pods = controlled(this.registry, 'pods', set).filter(isActive);
    const { minReadySeconds = 0 } = set.spec;
    const labels = Object.entries<Json>(
      set.spec.template.metadata?.labels ?? {},
    );
    const now = this.registry.now().getTime();
    const counts = {
      replicas: pods.length,
      fullyLabeledReplicas: pods.filter(pod =>
        labels.every(([key, value]) => pod.metadata.labels?.[key] === value),
      ).length,
      readyReplicas: pods.filter(isReady).length,
      availableReplicas: pods.filter(pod =>
        isAvailable(pod, minReadySeconds, now),
      ).length,
    };
    if (counts.availableReplicas < counts.readyReplicas)
      this.enqueueAfter(keyOf(set), minReadySeconds * 1000);
    this.registry.modify(
      SETS,
      set,
      live => ({
        ...live,
        status: setStatus(
          live,
          counts,
          failure,
          isPending,
          this.registry.timestamp(),
        ),
      }),
      { ...OPTIONS, subresource: 'status' },
    );
  }
}

function keptConditions(
  before: Json[] | undefined,
  isPending: boolean,
): Json[] {
  return isPending ? before ?? [] : withoutCondition(before, 'ReplicaFailure');
}

/** Counts that are zero are left out (Go's `omitempty`), but for the replicas themselves. */
function setStatus(
  live: KubeObject,
  counts: Record<string, number>,
  failure: Error | undefined,
  isPending: boolean,
  now: string,
): Json {
  const { conditions: before } = live.status ?? {};
  const conditions = failure
    ? withWorkloadCondition(
        before,
        {
          type: 'ReplicaFailure',
          status: 'True',
          reason: 'FailedCreate',
          message: failure.message,
        },
        now,
      )
    : keptConditions(before, isPending);
  return {
    replicas: counts.replicas,
    ...nonZero(counts),
    observedGeneration: live.metadata.generation,
    ...(conditions.length ? { conditions } : {}),
  };
}
