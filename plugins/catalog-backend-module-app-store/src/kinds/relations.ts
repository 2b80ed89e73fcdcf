/**
 * How the store's entities are related. A relation stands on both sides only where whoever reads
 * one side may know of the other: entities are shown or hidden one by one, their relations are not.
 */
import {
  getCompoundEntityRef,
  parseEntityRef,
  RELATION_DEPENDENCY_OF,
  RELATION_DEPENDS_ON,
  RELATION_OWNED_BY,
  RELATION_OWNER_OF,
  type CompoundEntityRef,
  type Entity,
} from '@backstage/catalog-model';
import {
  appEntityRef,
  CATALOG_NAMESPACE,
  tagEntityRef,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { EntityRelationSpec } from '@backstage/plugin-catalog-node';
import { OWNER_TOLD_TO } from './entities';

/** From an app to a tag that it has; only where every reader may know. */
const HAS_TAG = 'hasTag';
/** From a tag to an app that has it: on the tag alone, which visitors do not read. */
const TAG_OF = 'tagOf';
/** From a version to the one before. */
const NEWER_VERSION_OF = 'newerVersionOf';
const OLDER_VERSION_OF = 'olderVersionOf';
const INSTANCE_OF = 'instanceOf';
const HAS_INSTANCE = 'hasInstance';
/** From an alias to its instance; an instance does not say its aliases, which are its owner's to know. */
const ALIAS_FOR = 'aliasFor';
const NEEDED_BY = 'neededBy';
const NEEDS_SECRET = 'needsSecret';

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** Relations with another declaration: nothing is said on what is of another kind, or of the store's own list. */
const NARROW = new Set([INSTANCE_OF, NEEDED_BY]);

const small = (text: string) => text.toLocaleLowerCase('en-US');

function isDeclared(target: CompoundEntityRef, kind: string): boolean {
  return (
    small(target.kind) === small(kind) &&
    !isReservedNamespace(small(target.namespace))
  );
}

class Relations {
  readonly list: EntityRelationSpec[] = [];
  readonly #isIndex: boolean;
  readonly #source: CompoundEntityRef;
  readonly #namespace: string;

  constructor(entity: Entity, { isIndex }: { isIndex: boolean }) {
    this.#isIndex = isIndex;
    this.#source = getCompoundEntityRef(entity);
    this.#namespace = entity.metadata.namespace ?? 'default';
  }

  /** @param back - the relation on the other side, where that may be */
  add(type: string, ref: unknown, defaultKind: string, back?: string): void {
    if (typeof ref !== 'string') return;
    const target = parseEntityRef(ref, {
      defaultKind,
      defaultNamespace: this.#namespace,
    });
    const source = this.#source;
    this.list.push({ source, type, target });
    if (
      back &&
      (this.#isIndex || !NARROW.has(type) || isDeclared(target, defaultKind))
    )
      this.list.push({ source: target, type: back, target: source });
  }
}

/** Relations of what the store's provider put into the catalog. */
export function indexRelations(entity: Entity): EntityRelationSpec[] {
  const relations = new Relations(entity, { isIndex: true });
  const { spec, metadata } = entity;
  for (const ref of strings(spec?.tags)) relations.add(HAS_TAG, ref, 'AppTag');
  for (const ref of strings(spec?.apps)) relations.add(TAG_OF, ref, 'App');
  relations.add(
    NEWER_VERSION_OF,
    spec?.newerThan,
    'App',
    // As large as one more: each version has one that is newer.
    OLDER_VERSION_OF,
  );
  relations.add(
    RELATION_OWNED_BY,
    spec?.owner,
    'User',
    // Visitors read people: what these own would be told to them on this side.
    metadata.annotations?.[OWNER_TOLD_TO] ? undefined : RELATION_OWNER_OF,
  );
  return relations.list;
}

/**
 * Relations of what is declared in a repository.
 *
 * @param ownersTold - whether everybody who reads people may know what they own
 */
export function declaredRelations(
  entity: Entity,
  ownersTold: boolean,
): EntityRelationSpec[] {
  const relations = new Relations(entity, { isIndex: false });
  const { kind, spec = {} } = entity;
  relations.add(
    RELATION_OWNED_BY,
    spec.owner,
    'Group',
    ownersTold ? RELATION_OWNER_OF : undefined,
  );
  for (const ref of strings(spec.dependsOn))
    relations.add(
      RELATION_DEPENDS_ON,
      ref,
      'Component',
      ownersTold ? RELATION_DEPENDENCY_OF : undefined,
    );
  switch (kind) {
    case 'App':
      // A tag of thousands of apps would be stitched anew with each of them, so it does not say them.
      for (const name of strings(spec.tags))
        relations.add(HAS_TAG, tagEntityRef(name), 'AppTag');
      break;
    case 'AppInstance':
      relations.add(
        INSTANCE_OF,
        spec.app,
        'App',
        spec.visibility && spec.visibility !== 'PRIVATE'
          ? HAS_INSTANCE
          : undefined,
      );
      if (typeof spec.appName === 'string' && isVersion(spec.version))
        relations.add(
          INSTANCE_OF,
          appEntityRef({ name: spec.appName, version: spec.version }),
          'App',
        );
      break;
    case 'AppSecret':
      for (const ref of strings(spec.neededBy))
        relations.add(
          NEEDED_BY,
          ref,
          'App',
          spec.visibility === 'ALL_USERS' ? NEEDS_SECRET : undefined,
        );
      break;
    case 'AppAlias':
      relations.add(ALIAS_FOR, spec.instance, 'AppInstance');
      break;
    default:
  }
  return relations.list;
}

/** A version, and no range of them. */
function isVersion(value: unknown): value is string {
  return typeof value === 'string' && /^\d+\.\d+(\.\d+)?[-+.\w]*$/.test(value);
}

/** Where only the store's provider puts entities. */
export function isReservedNamespace(namespace: string): boolean {
  return (
    namespace === CATALOG_NAMESPACE ||
    namespace.startsWith(`${CATALOG_NAMESPACE}-`)
  );
}
