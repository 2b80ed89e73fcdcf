/**
 * Which controller owns which object: it adopts what its selector matches and nobody controls, and releases
 * what it does not match any more (kubernetes' `ControllerRefManager`).
 */
import type { Registry } from '../registry/Registry';
import { resourceOf } from '../registry/resources';
import type { ObjectStore } from '../store/ObjectStore';
import { matches } from '../store/selectors';
import type { KubeObject } from '../types';
import { controlledBy, keyOf, type Key } from './Controller';
import { controlled } from './pods';

const OPTIONS = { fieldManager: 'kube-controller-manager' };
/** Objects that nobody controls, by namespace. */
const ORPHANS = 'orphans';

export function isOrphan({ metadata }: KubeObject): boolean {
  return !metadata.ownerReferences?.some(each => each.controller);
}

/** Has a store find what nobody controls without looking at everything. */
export function indexOrphans(store: ObjectStore, plural: string): void {
  store.index(plural, ORPHANS, object =>
    isOrphan(object) ? [object.metadata.namespace ?? ''] : [],
  );
}

/** The owners that may take an orphan. */
export function possibleOwners(
  store: ObjectStore,
  owners: string,
  orphan: KubeObject,
): Key[] {
  return store
    .list(owners, orphan.metadata.namespace)
    .filter(({ spec }) => matches(spec.selector, orphan.metadata.labels))
    .map(keyOf);
}

/**
 * What an owner controls, after it took and let go.
 *
 * @param canAdopt - whether an orphan that the selector matches is one to take; each by default
 */
export function claimed(
  registry: Registry,
  plural: string,
  owner: KubeObject,
  canAdopt: (orphan: KubeObject) => boolean = () => true,
): KubeObject[] {
  const { selector } = owner.spec;
  const isMatched = ({ metadata }: KubeObject) =>
    matches(selector, metadata.labels);
  for (const object of controlled(registry, plural, owner))
    if (!isMatched(object)) release(registry, plural, object, owner);
  if (!owner.metadata.deletionTimestamp)
    for (const orphan of registry.store.indexed(
      plural,
      ORPHANS,
      owner.metadata.namespace ?? '',
    ))
      if (
        !orphan.metadata.deletionTimestamp &&
        isMatched(orphan) &&
        canAdopt(orphan)
      )
        registry.modify(
          resourceOf(plural),
          orphan,
          live => ({
            ...live,
            metadata: {
              ...live.metadata,
              ownerReferences: [
                ...(live.metadata.ownerReferences ?? []),
                controlledBy(owner),
              ],
            },
          }),
          OPTIONS,
        );
  return controlled(registry, plural, owner);
}

function release(
  registry: Registry,
  plural: string,
  object: KubeObject,
  owner: KubeObject,
): void {
  registry.modify(
    resourceOf(plural),
    object,
    live => ({
      ...live,
      metadata: {
        ...live.metadata,
        ownerReferences: live.metadata.ownerReferences?.filter(
          each => each.uid !== owner.metadata.uid,
        ),
      },
    }),
    OPTIONS,
  );
}
