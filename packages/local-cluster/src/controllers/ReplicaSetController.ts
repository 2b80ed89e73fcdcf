/** Keeps as many pods as a ReplicaSet asks for. */
import { resourceOf } from '../registry/resources';
import { Controller, keyOf, ownerKey, parseKey, type Key } from './Controller';
import { controlled, createPod, isActive, isReady } from './pods';

const OPTIONS = { fieldManager: 'kube-controller-manager' };

export class ReplicaSetController extends Controller {
  start(): void {
    this.watch('replicasets', event => [keyOf(event.object)]);
    this.watch('pods', event => [ownerKey(event.object, 'ReplicaSet')]);
  }

  protected sync(key: Key): void {
    const { namespace, name } = parseKey(key);
    const resource = resourceOf('replicasets');
    const set = this.registry.store.get('replicasets', namespace, name);
    if (!set || set.metadata.deletionTimestamp) return;
    const active = controlled(this.registry, 'pods', set).filter(isActive);
    const wanted = set.spec.replicas ?? 1;
    for (let i = active.length; i < wanted; i++)
      createPod(this.registry, set, {});
    // A pod that is not ready goes before one that is, a younger before an older one.
    const surplus = [...active]
      .sort(
        (a, b) =>
          Number(isReady(a)) - Number(isReady(b)) ||
          b.metadata.creationTimestamp.localeCompare(
            a.metadata.creationTimestamp,
          ),
      )
      .slice(0, Math.max(0, active.length - wanted));
    for (const pod of surplus)
      this.registry.delete(resourceOf('pods'), namespace, pod.metadata.name);
    const now = controlled(this.registry, 'pods', set).filter(isActive);
    const ready = now.filter(isReady).length;
    this.registry.modify(
      resource,
      set,
      current => ({
        ...current,
        status: {
          ...current.status,
          replicas: now.length,
          fullyLabeledReplicas: now.length,
          readyReplicas: ready,
          availableReplicas: ready,
          observedGeneration: current.metadata.generation,
        },
      }),
      { ...OPTIONS, subresource: 'status' },
    );
  }
}
