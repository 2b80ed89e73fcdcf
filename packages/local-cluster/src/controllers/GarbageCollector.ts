/**
 * Deletes what an owner leaves behind, and carries out foreground and orphan
 * deletion (https://kubernetes.io/docs/concepts/architecture/garbage-collection/).
 */
import { BY_OWNER } from '../store/ObjectStore';
import { STORED, resourceOfKind } from '../registry/resources';
import type { KubeObject } from '../types';
import { Controller, parseKey, type Key } from './Controller';

export class GarbageCollector extends Controller {
  start(): void {
    for (const { plural } of STORED) {
      this.watch(plural, event => {
        const { object } = event;
        const own = `${object.metadata.namespace ?? ''}/${
          object.metadata.name
        }/${plural}`;
        if (event.type === 'DELETED')
          return [
            ...this.#dependents(object.metadata.uid).map(d => this.#keyFor(d)),
            ...this.#owners(object),
          ];
        if (
          object.metadata.ownerReferences?.length &&
          event.resourceVersion === 0
        )
          return [own];
        return object.metadata.deletionTimestamp &&
          object.metadata.finalizers?.length
          ? [own]
          : [];
      });
    }
  }

  #keyFor(object: KubeObject): Key {
    return `${object.metadata.namespace ?? ''}/${object.metadata.name}/${
      resourceOfKind(object.kind)!.plural
    }`;
  }

  /** Owners that wait for their dependents to go. */
  #owners(object: KubeObject): Key[] {
    return (object.metadata.ownerReferences ?? []).map(
      ref =>
        `${object.metadata.namespace ?? ''}/${ref.name}/${
          resourceOfKind(ref.kind)?.plural
        }`,
    );
  }

  #dependents(uid: string): KubeObject[] {
    return STORED.flatMap(({ plural }) =>
      this.registry.store.indexed(plural, BY_OWNER, uid),
    );
  }

  protected sync(key: Key): void {
    const { namespace, name } = parseKey(key);
    const plural = key.split('/')[2];
    const resource = STORED.find(r => r.plural === plural);
    const object = resource && this.registry.store.get(plural, namespace, name);
    if (!object) return;
    const {
      finalizers = [],
      deletionTimestamp,
      ownerReferences = [],
      uid,
    } = object.metadata;
    const without = (finalizer: string) =>
      this.registry.modify(resource, object, live => ({
        ...live,
        metadata: {
          ...live.metadata,
          finalizers: live.metadata.finalizers?.filter(f => f !== finalizer),
        },
      }));
    if (deletionTimestamp && finalizers.includes('orphan')) {
      for (const dependent of this.#dependents(uid)) {
        this.registry.modify(
          resourceOfKind(dependent.kind)!,
          dependent,
          live => ({
            ...live,
            metadata: {
              ...live.metadata,
              ownerReferences: live.metadata.ownerReferences?.filter(
                ref => ref.uid !== uid,
              ),
            },
          }),
        );
      }
      without('orphan');
      return;
    }
    if (deletionTimestamp && finalizers.includes('foregroundDeletion')) {
      const blocking = this.#dependents(uid).filter(d =>
        d.metadata.ownerReferences?.some(
          ref => ref.uid === uid && ref.blockOwnerDeletion,
        ),
      );
      if (!blocking.length) {
        without('foregroundDeletion');
        return;
      }
      for (const dependent of blocking) {
        if (!dependent.metadata.deletionTimestamp)
          this.registry.delete(
            resourceOfKind(dependent.kind)!,
            dependent.metadata.namespace,
            dependent.metadata.name,
            { propagationPolicy: 'Foreground' },
          );
      }
      return;
    }
    if (!ownerReferences.length || deletionTimestamp) return;
    const alive = ownerReferences.some(ref => {
      const owner = resourceOfKind(ref.kind);
      return (
        owner &&
        this.registry.store.get(
          owner.plural,
          owner.namespaced ? namespace : undefined,
          ref.name,
        )?.metadata.uid === ref.uid
      );
    });
    if (!alive)
      this.registry.delete(resource, namespace, name, {
        preconditions: { uid },
      });
  }
}
