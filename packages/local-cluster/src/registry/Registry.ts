/**
 * The verbs of the Kubernetes API, without HTTP: what the API server, the
 * controllers and the node agent all go through. They are the same for all kinds;
 * what differs is in the strategy of the {@link Resource}.
 *
 * Guarantees: a write either meets its preconditions (uid, resource version) and
 * is stored, or throws a {@link StatusError}; a write that changes nothing
 * stores nothing and moves no resource version.
 */
import { equal } from '../apply/equal';
import type { ObjectStore } from '../store/ObjectStore';
import type { Selector } from '../store/selectors';
import { wholeSeconds } from '../time';
import type { Json, KubeObject } from '../types';
import { beforeCreate } from './beforeCreate';
import { beforeUpdate } from './beforeUpdate';
import { decode } from './decode';
import { awaitingDeletion, deletedStatus } from './deletion';
import {
  alreadyExists,
  conflict,
  forbidden,
  notFound,
  unexpected,
} from './errors';
import type { Admission } from '../admission/Admission';
import type { LoopbackAddresses } from './LoopbackAddresses';
import { appliedTo, assertApplicable, patched, patchRefused } from './patched';
import {
  assertNamespaceTakes,
  assertSameName,
  checkDeletion,
  checkPreconditions,
} from './preconditions';
import type { Resource } from './Resource';
import { RESOURCES } from './resources';
import { toScale, withScale } from './scale';
import { keptAs, shownAs } from './storedForm';
import type {
  DeleteOptions,
  PatchType,
  WriteOptions,
  WriteResult,
} from './verbs';

/** Create, get, list, update, patch and delete of Kubernetes objects. Throws a {@link StatusError} if a rule or precondition fails. */
export class Registry {
  readonly store: ObjectStore;
  readonly #now: () => Date;
  readonly #addresses: LoopbackAddresses;
  #admission: Admission | undefined;

  static create(options: {
    store: ObjectStore;
    addresses: LoopbackAddresses;
    now?: () => Date;
  }): Registry {
    return new Registry(options);
  }

  private constructor(options: Parameters<typeof Registry.create>[0]) {
    this.store = options.store;
    this.#addresses = options.addresses;
    this.#now = options.now ?? (() => new Date());
  }

  /** Has objects admitted by rules; none by default. */
  useAdmission(admission: Admission): void {
    this.#admission = admission;
  }

  /** Every resource that is served. */
  resources(): readonly Resource[] {
    return RESOURCES;
  }

  now(): Date {
    return this.#now();
  }

  /** The time as the API writes it: whole seconds. */
  timestamp(): string {
    return wholeSeconds(this.#now());
  }

  get(
    resource: Resource,
    namespace: string | undefined,
    name: string,
  ): KubeObject {
    const object = this.store.get(resource.plural, namespace, name);
    if (!object) throw notFound(resource, name);
    return object;
  }

  list(
    resource: Resource,
    namespace?: string,
    selector: Selector = () => true,
  ): KubeObject[] {
    return this.store.list(resource.plural, namespace).filter(selector);
  }

  create(
    resource: Resource,
    namespace: string | undefined,
    body: Json,
    options: WriteOptions = {},
  ): WriteResult {
    const { object: decoded, warnings } = decode(
      resource,
      namespace,
      body,
      options,
    );
    const kept = keptAs(resource, decoded);
    const told = this.#insert(kept.resource, kept.object, options);
    return {
      ...told,
      created: true,
      warnings: [...warnings, ...told.warnings],
    };
  }

  #insert(
    resource: Resource,
    object: KubeObject,
    options: WriteOptions,
    managedFields?: KubeObject['metadata']['managedFields'],
  ): { object: KubeObject; warnings: string[] } {
    const { metadata } = object;
    if (metadata.resourceVersion)
      throw unexpected(
        'resourceVersion should not be set on objects to be created',
      );
    const { namespace } = metadata;
    assertNamespaceTakes(this.store, resource, namespace, metadata.name);
    const warnings = beforeCreate(resource, object, {
      fieldManager: options.fieldManager,
      user: options.user,
      managedFields,
      admission: this.#admission,
      time: this.timestamp(),
    });
    if (this.store.get(resource.plural, namespace, metadata.name))
      throw alreadyExists(resource, metadata.name);
    this.#allocate(resource, object, undefined, options);
    if (options.dryRun) return { object, warnings };
    return { object: this.store.put(resource.plural, object), warnings };
  }

  /** Stores `next` in place of `before` where it differs. */
  #replace(
    resource: Resource,
    before: KubeObject,
    next: KubeObject,
    options: WriteOptions,
    managedFields?: KubeObject['metadata']['managedFields'],
  ): { object: KubeObject; warnings: string[] } {
    const { object: after, warnings } = beforeUpdate(resource, before, next, {
      fieldManager: options.fieldManager,
      subresource: options.subresource,
      user: options.user,
      managedFields,
      admission: this.#admission,
      time: this.timestamp(),
    });
    this.#allocate(resource, after, before, options);
    if (equal(before, after)) return { object: before, warnings };
    if (options.dryRun) return { object: after, warnings };
    const { deletionTimestamp, finalizers } = after.metadata;
    const isOver =
      deletionTimestamp && !finalizers?.length && !resource.isHeld?.(after);
    return {
      object: isOver
        ? // The last that is told of it is what it was.
          this.#remove(resource, before)
        : this.store.put(resource.plural, after),
      warnings,
    };
  }

  #allocate(
    resource: Resource,
    object: KubeObject,
    before: KubeObject | undefined,
    { dryRun, subresource }: WriteOptions,
  ): void {
    if (!resource.allocate || subresource) return;
    this.#addresses.attempt(
      () => resource.allocate!(object, this.#addresses, before),
      !dryRun,
    );
  }

  #remove(resource: Resource, object: KubeObject): KubeObject {
    resource.released?.(object, this.#addresses);
    return this.store.remove(resource.plural, object);
  }

  update(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    body: Json,
    options: WriteOptions = {},
  ): WriteResult {
    if (options.subresource === 'scale') {
      assertSameName(body, name);
      const scaled = this.get(resource, namespace, name);
      return this.#updateScale(resource, scaled, body, options);
    }
    const { object: decoded, warnings } = decode(
      resource,
      namespace,
      body,
      options,
    );
    assertSameName(decoded, name);
    const before = this.get(resource, namespace, name);
    checkPreconditions(resource, before, decoded.metadata);
    return this.#keep(resource, before, decoded, options, warnings);
  }

  /** Stores a decoded object, in the form in which its kind is kept. */
  #keep(
    resource: Resource,
    before: KubeObject,
    decoded: KubeObject,
    options: WriteOptions,
    warnings: string[],
  ): WriteResult {
    const kept = keptAs(resource, decoded);
    const told = this.#replace(kept.resource, before, kept.object, options);
    return {
      object: told.object,
      created: false,
      warnings: [...warnings, ...told.warnings],
    };
  }

  #updateScale(
    resource: Resource,
    before: KubeObject,
    body: Json,
    options: WriteOptions,
  ): WriteResult {
    const next = withScale(before, body, options);
    checkPreconditions(resource, before, body?.metadata);
    const { object } = this.#replace(resource, before, next, options);
    return { object: toScale(object), created: false, warnings: [] };
  }

  patch(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    type: PatchType,
    patch: Json,
    options: WriteOptions & { force?: boolean } = {},
  ): WriteResult {
    if (type === 'apply')
      return this.#apply(resource, namespace, name, patch, options);
    const before = this.get(resource, namespace, name);
    const isScale = options.subresource === 'scale';
    const target = isScale ? toScale(before) : shownAs(resource, before);
    const body = patched(
      isScale ? { ...resource, group: 'autoscaling', kind: 'Scale' } : resource,
      target,
      type,
      patch,
    );
    if (isScale) return this.#updateScale(resource, before, body, options);
    const { object: decoded, warnings } = decode(resource, namespace, body, {
      ...options,
      refuse: words => patchRefused(body, words),
    });
    assertSameName(decoded, name);
    const { resourceVersion } = decoded.metadata;
    // The patch speaks of the object that is here now, so only what the patch itself names is a precondition.
    if (resourceVersion !== before.metadata.resourceVersion)
      checkPreconditions(resource, before, { resourceVersion });
    return this.#keep(resource, before, decoded, options, warnings);
  }

  #apply(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    body: Json,
    options: WriteOptions & { force?: boolean },
  ): WriteResult {
    const fieldManager = assertApplicable(
      resource,
      name,
      body,
      options.fieldManager,
    );
    const { object: applied, warnings } = decode(
      resource,
      namespace,
      body,
      options,
    );
    const live = this.store.get(resource.plural, namespace, name);
    if (live)
      checkPreconditions(resource, live, {
        resourceVersion: applied.metadata.resourceVersion,
        uid: applied.metadata.uid,
      });
    else if (applied.metadata.uid)
      throw conflict(
        resource,
        name,
        `uid mismatch: the provided object specified uid ${applied.metadata.uid}, and no existing object was found`,
      );
    else if (options.subresource) throw notFound(resource, name);
    const next = appliedTo(
      live && shownAs(resource, live),
      {
        ...applied,
        metadata: { ...applied.metadata, name: applied.metadata.name ?? name },
      },
      resource,
      {
        ...options,
        fieldManager,
        time: this.timestamp(),
      },
    );
    assertSameName(next, name);
    const { managedFields } = next.metadata;
    const kept = keptAs(resource, next);
    const told = live
      ? this.#replace(kept.resource, live, kept.object, options, managedFields)
      : this.#insert(kept.resource, kept.object, options, managedFields);
    return {
      ...told,
      created: !live,
      warnings: [...warnings, ...told.warnings],
    };
  }

  /**
   * Deletes, at once or by way of a grace period (pods), finalizers, or the
   * namespace controller.
   *
   * @returns the object as it was or as it now waits
   */
  delete(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    options: DeleteOptions = {},
  ): KubeObject {
    const before = this.get(resource, namespace, name);
    checkDeletion(resource, before, options.preconditions);
    const refusal = resource.undeletable?.(before);
    if (refusal) throw forbidden(resource, name, refusal);
    if (options.dryRun) return before;
    const waiting = awaitingDeletion(resource, before, options, this.#now());
    if (!waiting)
      return this.#remove(resource, this.#hurried(resource, before));
    return waiting === before
      ? before
      : this.store.put(resource.plural, waiting);
  }

  /** What had a time to end in has none left, which is told before it goes. */
  #hurried(resource: Resource, before: KubeObject): KubeObject {
    const { metadata } = before;
    if (!metadata.deletionGracePeriodSeconds) return before;
    return this.store.put(resource.plural, {
      ...before,
      metadata: {
        ...metadata,
        deletionGracePeriodSeconds: 0,
        deletionTimestamp: this.timestamp(),
      },
    });
  }

  /** Deletes, and answers as the API does: with the object where it stays for now, else with a Status. */
  deleteAndTell(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    options: DeleteOptions = {},
  ): KubeObject {
    const last = this.delete(resource, namespace, name, options);
    const isThere = this.store.get(resource.plural, namespace, name);
    const stays = isThere && !options.dryRun;
    if (stays || resource.returnsDeleted) return last;
    return deletedStatus(resource, last);
  }

  /** Writes specification and status in one go, as the scheduler's binding does. No manager comes to own it. */
  place(
    resource: Resource,
    object: KubeObject,
    change: (current: KubeObject) => KubeObject,
  ): KubeObject {
    return this.store.put(resource.plural, change(object));
  }

  /**
   * Writes what a controller or the node agent computed from the object as it is now.
   * Nothing happens where the object is gone, or is another one under the same name.
   */
  modify(
    resource: Resource,
    object: KubeObject,
    change: (current: KubeObject) => KubeObject | undefined,
    options: WriteOptions = {},
  ): KubeObject | undefined {
    const { namespace, name, uid } = object.metadata;
    const current = this.store.get(resource.plural, namespace, name);
    if (!current || current.metadata.uid !== uid) return undefined;
    const next = change(current);
    if (!next) return current;
    return this.#replace(resource, current, next, options).object;
  }

  /** Removes an object for good, whatever its finalizers; for the controllers. */
  finalize(resource: Resource, object: KubeObject): void {
    const { namespace, name, uid } = object.metadata;
    const current = this.store.get(resource.plural, namespace, name);
    if (current && current.metadata.uid === uid)
      this.#remove(resource, current);
  }
}
