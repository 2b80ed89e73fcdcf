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
import { beforeCreate, generatedName } from './beforeCreate';
import { beforeUpdate } from './beforeUpdate';
import { decode } from './decode';
import { awaitingDeletion } from './deletion';
import { alreadyExists, conflict, notFound, StatusError } from './errors';
import type { LoopbackAddresses } from './LoopbackAddresses';
import { appliedTo, assertApplicable, patched } from './patched';
import { assertSameName, checkPreconditions } from './preconditions';
import type { Resource } from './Resource';
import { resourceOf } from './resources';
import { toScale, withScale } from './scale';
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

  #assertNamespace(
    resource: Resource,
    namespace: string | undefined,
    name: string,
  ): void {
    if (!resource.namespaced) return;
    const found = this.store.get('namespaces', undefined, namespace ?? '');
    if (!found) throw notFound(resourceOf('namespaces'), namespace ?? '');
    if (found.metadata.deletionTimestamp)
      throw new StatusError(
        403,
        'Forbidden',
        `${resource.plural} "${name}" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
        { name, kind: resource.plural },
      );
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
      options.fieldValidation,
    );
    const object = this.#insert(resource, decoded, options);
    return { object, created: true, warnings };
  }

  #insert(
    resource: Resource,
    object: KubeObject,
    options: WriteOptions,
    managedFields?: KubeObject['metadata']['managedFields'],
  ): KubeObject {
    const { metadata } = object;
    if (metadata.resourceVersion)
      throw new StatusError(
        500,
        'InternalError',
        'resourceVersion should not be set on objects to be created',
      );
    if (!metadata.name && metadata.generateName)
      metadata.name = generatedName(metadata.generateName);
    const { name, namespace } = metadata;
    this.#assertNamespace(resource, namespace, name);
    if (this.store.get(resource.plural, namespace, name ?? ''))
      throw alreadyExists(resource, name);
    beforeCreate(resource, object, {
      fieldManager: options.fieldManager,
      managedFields,
      addresses: this.#addresses,
      time: this.timestamp(),
    });
    return options.dryRun ? object : this.store.put(resource.plural, object);
  }

  /** Stores `next` in place of `before` where it differs. */
  #replace(
    resource: Resource,
    before: KubeObject,
    next: KubeObject,
    options: WriteOptions,
    managedFields?: KubeObject['metadata']['managedFields'],
  ): KubeObject {
    const after = beforeUpdate(resource, before, next, {
      fieldManager: options.fieldManager,
      subresource: options.subresource,
      managedFields,
      time: this.timestamp(),
    });
    if (equal(before, after)) return before;
    if (options.dryRun) return after;
    const { deletionTimestamp, finalizers } = after.metadata;
    return deletionTimestamp && !finalizers?.length && !resource.isHeld?.(after)
      ? this.store.remove(resource.plural, after)
      : this.store.put(resource.plural, after);
  }

  update(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    body: Json,
    options: WriteOptions = {},
  ): WriteResult {
    const before = this.get(resource, namespace, name);
    if (options.subresource === 'scale') {
      checkPreconditions(resource, before, body?.metadata);
      const object = this.#replace(resource, before, withScale(before, body), {
        ...options,
        subresource: undefined,
      });
      return { object: toScale(object), created: false, warnings: [] };
    }
    const { object: decoded, warnings } = decode(
      resource,
      namespace,
      body,
      options.fieldValidation,
    );
    assertSameName(decoded, name);
    checkPreconditions(resource, before, decoded.metadata);
    const object = this.#replace(resource, before, decoded, options);
    return { object, created: false, warnings };
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
    const target = options.subresource === 'scale' ? toScale(before) : before;
    let body = patched(resource, target, type, patch);
    // The patch speaks of the object that is here now, so only what the patch itself names is a precondition.
    if (body?.metadata?.resourceVersion === before.metadata.resourceVersion) {
      body = {
        ...body,
        metadata: { ...body.metadata, resourceVersion: undefined },
      };
    }
    return this.update(resource, namespace, name, body, options);
  }

  #apply(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    body: Json,
    options: WriteOptions & { force?: boolean },
  ): WriteResult {
    const fieldManager = assertApplicable(body, options.fieldManager);
    const { object: applied, warnings } = decode(
      resource,
      namespace,
      body,
      options.fieldValidation,
    );
    applied.metadata.name ??= name;
    assertSameName(applied, name);
    const live = this.store.get(resource.plural, namespace, name);
    if (live) checkPreconditions(resource, live, applied.metadata);
    else if (applied.metadata.uid)
      throw conflict(
        resource,
        name,
        `uid mismatch: the provided object specified uid ${applied.metadata.uid}, and no existing object was found`,
      );
    else if (options.subresource) throw notFound(resource, name);
    const next = appliedTo(live, applied, resource, {
      ...options,
      fieldManager,
      time: this.timestamp(),
    });
    const { managedFields } = next.metadata;
    return {
      object: live
        ? this.#replace(resource, live, next, options, managedFields)
        : this.#insert(resource, next, options, managedFields),
      created: !live,
      warnings,
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
    checkPreconditions(resource, before, options.preconditions);
    if (options.dryRun) return before;
    const waiting = awaitingDeletion(resource, before, options, this.#now());
    if (!waiting) return this.store.remove(resource.plural, before);
    return waiting === before
      ? before
      : this.store.put(resource.plural, waiting);
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
    return this.#replace(resource, current, next, options);
  }

  /** Removes an object for good, whatever its finalizers; for the controllers. */
  finalize(resource: Resource, object: KubeObject): void {
    const { namespace, name, uid } = object.metadata;
    const current = this.store.get(resource.plural, namespace, name);
    if (current && current.metadata.uid === uid)
      this.store.remove(resource.plural, current);
  }
}
