/**
 * Deletes pods from nodes that have a NoExecute taint which they do not tolerate, or no longer
 * (https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions).
 */
import { withPodCondition } from '../registry/changed';
import { resourceOf } from '../registry/resources';
import type { Json, KubeObject } from '../types';
import { Controller, keyOf, parseKey, type Key } from './Controller';
import { BY_NODE, isTolerationOf } from './placement';

const PODS = resourceOf('pods');
const STATUS = {
  fieldManager: 'kube-controller-manager',
  subresource: 'status',
} as const;
const SOURCE = { component: 'taint-eviction-controller' };

/** When a pod has to go because of a taint; never where it tolerates it. */
function timeToGo(pod: KubeObject, taint: Json): number {
  const tolerations = (pod.spec.tolerations ?? []).filter((each: Json) =>
    isTolerationOf(each, taint),
  );
  if (!tolerations.length) return 0;
  const seconds = tolerations
    .map((each: Json) => each.tolerationSeconds)
    .filter((each: Json) => each !== undefined);
  return seconds.length
    ? Date.parse(taint.timeAdded) + Math.min(...seconds) * 1000
    : Infinity;
}

export class TaintEvictionController extends Controller {
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
    if (!pod?.spec.nodeName || pod.metadata.deletionTimestamp) return;
    const node = this.registry.store.get('nodes', undefined, pod.spec.nodeName);
    const taints = (node?.spec?.taints ?? []).filter(
      (taint: Json) => taint.effect === 'NoExecute',
    );
    if (!taints.length) return;
    const at = Math.min(...taints.map((taint: Json) => timeToGo(pod, taint)));
    if (at === Infinity) return;
    const left = at - this.registry.now().getTime();
    if (left > 0) this.enqueueOnceAfter(key, left);
    else this.#evict(pod);
  }

  #evict(pod: KubeObject): void {
    const { namespace, name } = pod.metadata;
    this.events.record(
      pod,
      'Normal',
      'TaintManagerEviction',
      `Marking for deletion Pod ${namespace}/${name}`,
      SOURCE,
    );
    this.registry.modify(
      PODS,
      pod,
      live =>
        withPodCondition(
          live,
          {
            type: 'DisruptionTarget',
            status: 'True',
            reason: 'DeletionByTaintManager',
            message: 'Taint manager: deleting due to NoExecute taint',
          },
          this.registry.timestamp(),
        ),
      STATUS,
    );
    this.registry.delete(PODS, namespace, name);
  }
}
