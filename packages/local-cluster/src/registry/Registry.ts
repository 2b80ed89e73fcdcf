/**
 * The verbs of the Kubernetes API, without HTTP: what the API server, the
 * controllers and the node agent all go through.
 *
 * Guarantees: a write either meets its preconditions (uid, resource version) and
 * is stored, or throws a {@link StatusError}; a write that changes nothing
 * stores nothing and moves no resource version.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { applyDefaults } from '../objects/defaults';
import { equal } from '../objects/equal';
import { immutableViolations, violations } from '../objects/rules';
import type { Selector } from '../objects/selectors';
import { trackUpdate } from '../objects/serverSideApply';
import { kindSchema, resolve } from '../schema/Schema';
import type { ObjectStore } from '../store/ObjectStore';
import type { Json, KubeObject } from '../types';
import { decode } from './decode';
import { awaitingDeletion, wholeSeconds } from './deletion';
import {
  alreadyExists,
  badRequest,
  conflict,
  invalid,
  notFound,
  StatusError,
} from './errors';
import { appliedTo, assertApplicable, patched } from './patched';
import { resourceOf, type Resource } from './resources';
import { toScale, withScale } from './scale';
import type { ServiceAddresses } from './ServiceAddresses';
import type {
  DeleteOptions,
  PatchType,
  WriteOptions,
  WriteResult,
} from './verbs';

const SERVER_OWNED: Array<keyof KubeObject['metadata']> = [
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'resourceVersion',
  'managedFields',
];

function assertSameName(object: KubeObject, name: string): void {
  if (object.metadata.name !== name)
    throw badRequest(
      `the name of the object (${
        object.metadata.name ?? ''
      }) does not match the name on the URL (${name})`,
    );
}

/** See the module's comment. */
export class Registry {
  readonly store: ObjectStore;
  readonly #now: () => Date;
  readonly #addresses: ServiceAddresses;

  static create(options: {
    store: ObjectStore;
    addresses: ServiceAddresses;
    now?: () => Date;
  }): Registry {
    return new Registry(options);
  }

  private constructor(options: {
    store: ObjectStore;
    addresses: ServiceAddresses;
    now?: () => Date;
  }) {
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
    const { object, warnings } = decode(
      resource,
      namespace,
      body,
      options.fieldValidation,
    );
    return {
      object: this.#insert(resource, object, options),
      created: true,
      warnings,
    };
  }

  #insert(
    resource: Resource,
    object: KubeObject,
    options: WriteOptions,
    managedFields?: KubeObject['metadata']['managedFields'],
  ): KubeObject {
    const meta = object.metadata;
    if (meta.resourceVersion)
      throw new StatusError(
        500,
        'InternalError',
        'resourceVersion should not be set on objects to be created',
      );
    if (!meta.name && meta.generateName)
      meta.name = `${meta.generateName.slice(0, 58)}${randomBytes(4)
        .readUInt32BE(0)
        .toString(36)
        .slice(-5)
        .padStart(5, 'x')}`;
    this.#assertNamespace(resource, meta.namespace, meta.name);
    if (this.store.get(resource.plural, meta.namespace, meta.name ?? ''))
      throw alreadyExists(resource, meta.name);
    for (const field of SERVER_OWNED) delete meta[field];
    if (resource.status && object.kind !== 'Namespace') delete object.status;
    applyDefaults(object);
    const causes = violations(object);
    if (causes.length) throw invalid(resource, meta.name ?? '', causes);
    meta.uid = randomUUID();
    meta.creationTimestamp = this.timestamp();
    if (resource.generation) meta.generation = 1;
    if (object.kind === 'Service') this.#addresses.assign(object);
    meta.managedFields =
      managedFields ??
      trackUpdate({
        node: resolve(kindSchema(resource.kind)),
        before: undefined,
        after: object,
        manager: options.fieldManager ?? 'unknown',
        time: meta.creationTimestamp,
      });
    if (options.dryRun) return object;
    return this.store.put(resource.plural, object);
  }

  /** Stores `next` in place of `before` where it differs. */
  #replace(
    resource: Resource,
    before: KubeObject,
    next: KubeObject,
    options: WriteOptions,
    managedFields?: KubeObject['metadata']['managedFields'],
  ): KubeObject {
    const meta = { ...next.metadata };
    // Whoever writes may hand fields to another manager: an empty list is none of that.
    // https://kubernetes.io/docs/reference/using-api/server-side-apply/#clearing-managedfields
    const managed = meta.managedFields?.length
      ? meta.managedFields
      : before.metadata.managedFields;
    for (const field of SERVER_OWNED) delete meta[field];
    const after: KubeObject = {
      ...next,
      apiVersion: before.apiVersion,
      kind: before.kind,
      metadata: {
        ...meta,
        name: before.metadata.name,
        ...(before.metadata.namespace
          ? { namespace: before.metadata.namespace }
          : {}),
        uid: before.metadata.uid,
        resourceVersion: before.metadata.resourceVersion,
        creationTimestamp: before.metadata.creationTimestamp,
      },
    };
    for (const field of [
      'generation',
      'deletionTimestamp',
      'deletionGracePeriodSeconds',
    ] as const) {
      if (before.metadata[field] !== undefined)
        (after.metadata as Json)[field] = before.metadata[field];
    }
    if (options.subresource === 'status') {
      const metadata = { ...before.metadata };
      Object.assign(after, { ...before, metadata, status: next.status });
    } else if (resource.status) {
      if (before.status === undefined) delete after.status;
      else after.status = before.status;
    }
    applyDefaults(after);
    if (after.kind === 'Service' && !after.spec.clusterIP) {
      after.spec = {
        ...after.spec,
        clusterIP: before.spec.clusterIP,
        clusterIPs: before.spec.clusterIPs,
      };
    }
    const causes = [
      ...violations(after),
      ...immutableViolations(resource, before, after),
    ];
    if (causes.length) throw invalid(resource, before.metadata.name, causes);
    if (
      resource.generation &&
      options.subresource !== 'status' &&
      !equal(before.spec, after.spec)
    )
      after.metadata.generation = (before.metadata.generation ?? 1) + 1;
    const time = this.timestamp();
    after.metadata.managedFields =
      managedFields ??
      trackUpdate({
        node: resolve(kindSchema(resource.kind)),
        before: {
          ...before,
          metadata: { ...before.metadata, managedFields: managed },
        },
        after,
        manager: options.fieldManager ?? 'unknown',
        time,
        subresource: options.subresource,
      });
    if (equal(before, after)) return before;
    if (options.dryRun) return after;
    if (
      after.metadata.deletionTimestamp &&
      !after.metadata.finalizers?.length &&
      // A pod also waits for its processes, a namespace for its content.
      (resource.plural !== 'pods' ||
        after.metadata.deletionGracePeriodSeconds === 0) &&
      resource.plural !== 'namespaces'
    )
      return this.store.remove(resource.plural, after);
    return this.store.put(resource.plural, after);
  }

  #checkPreconditions(
    resource: Resource,
    before: KubeObject,
    meta: { uid?: string; resourceVersion?: string } | undefined,
  ): void {
    const { uid, resourceVersion } = meta ?? {};
    if (uid && uid !== before.metadata.uid)
      throw conflict(
        resource,
        before.metadata.name,
        `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${before.metadata.uid}`,
      );
    if (resourceVersion && resourceVersion !== before.metadata.resourceVersion)
      throw conflict(resource, before.metadata.name);
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
      this.#checkPreconditions(resource, before, body?.metadata);
      const object = this.#replace(resource, before, withScale(before, body), {
        ...options,
        subresource: undefined,
      });
      return { object: toScale(object), created: false, warnings: [] };
    }
    const { object, warnings } = decode(
      resource,
      namespace,
      body,
      options.fieldValidation,
    );
    assertSameName(object, name);
    this.#checkPreconditions(resource, before, object.metadata);
    return {
      object: this.#replace(resource, before, object, options),
      created: false,
      warnings,
    };
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
    if (live) this.#checkPreconditions(resource, live, applied.metadata);
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
    this.#checkPreconditions(resource, before, options.preconditions);
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
