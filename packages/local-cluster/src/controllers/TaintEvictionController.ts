/**
 * Deletes pods from nodes that have a NoExecute taint which they do not tolerate, or no longer
 * (https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions).
 */
import { disrupt } from '../registry/disruption';
import type { Json, KubeObject } from '../types';
import { Controller, keyOf, parseKey, type Key } from './Controller';
import { BY_NODE, isTolerationOf } from './placement';

const SOURCE = { component: 'taint-eviction-controller' };

/** When a pod has to go because of a taint; never where it tolerates it. */
function timeToGo(pod: KubeObject, taint: Json, seen: number): number {
  const tolerations = (pod.spec.tolerations ?? []).filter((each: Json) =>
    isTolerationOf(each, taint),
  );
  if (!tolerations.length) return 0;
  const seconds = tolerations
    .map((each: Json) => each.tolerationSeconds)
    .filter((each: Json) => each !== undefined);
  return seconds.length
    ? (taint.timeAdded ? Date.parse(taint.timeAdded) : seen) +
        Math.min(...seconds) * 1000
    : Infinity;
}

export class TaintEvictionController extends Controller {
  /** Pods that will have to go. */
  readonly #doomed = new Set<Key>();
  /** Since when a pod is seen with a taint; whoever taints by hand does not say. */
  readonly #seen = new Map<Key, number>();

  start(): void {
    this.watch('pods', ({ object, type }) =>
      object.spec.nodeName && type !== 'DELETED' ? [keyOf(object)] : [],
    );
    this.watch('nodes', ({ object, previous }) =>
      JSON.stringify(object.spec?.taints) ===
      JSON.stringify(previous?.spec?.taints)
        ? []
        : this.registry.store
            .indexed('pods', BY_NODE, object.metadata.name)
            .map(keyOf),
    );
  }

  protected sync(key: Key): void {
    const { namespace, name } = parseKey(key);
    const pod = this.registry.store.get('pods', namespace, name);
    if (!pod?.spec.nodeName || pod.metadata.deletionTimestamp) {
      this.#doomed.delete(key);
      this.#seen.delete(key);
      return;
    }
    const node = this.registry.store.get('nodes', undefined, pod.spec.nodeName);
    const taints = (node?.spec?.taints ?? []).filter(
      (taint: Json) => taint.effect === 'NoExecute',
    );
    if (!taints.length) this.#seen.delete(key);
    else if (!this.#seen.has(key))
      this.#seen.set(key, this.registry.now().getTime());
    const seen = this.#seen.get(key) ?? 0;
    const at = Math.min(
      ...taints.map((taint: Json) => timeToGo(pod, taint, seen)),
      Infinity,
    );
    if (at === Infinity) {
      this.#spare(key, pod);
      return;
    }
    const left = at - this.registry.now().getTime();
    if (left > 0) {
      this.#doomed.add(key);
      this.enqueueOnceAfter(key, left);
    } else {
      this.#doomed.delete(key);
      this.#evict(pod);
    }
  }

  /** The taint went before the pod had to. */
  #spare(key: Key, pod: KubeObject): void {
    if (!this.#doomed.delete(key)) return;
    this.#tell(pod, 'Cancelling deletion of Pod');
  }

  #tell(pod: KubeObject, what: string): void {
    const { namespace, name } = pod.metadata;
    this.events.record(
      pod,
      'Normal',
      'TaintManagerEviction',
      `${what} ${namespace}/${name}`,
      SOURCE,
    );
  }

  #evict(pod: KubeObject): void {
    this.#tell(pod, 'Marking for deletion Pod');
    disrupt(this.registry, pod, {
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
      fieldManager: 'kube-controller-manager',
    });
  }
}
