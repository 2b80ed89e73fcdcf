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
import { jsonPatch, mergePatch, strategicMerge } from '../objects/patch';
import { immutableViolations, violations } from '../objects/rules';
import {
  apply,
  DuplicateKeyError,
  trackUpdate,
} from '../objects/serverSideApply';
import type { Selector } from '../objects/selectors';
import { conform } from '../objects/validate';
import { kindSchema, resolve } from '../schema/Schema';
import type { ObjectStore } from '../store/ObjectStore';
import type { Json, KubeObject } from '../types';
import {
  alreadyExists,
  badRequest,
  conflict,
  invalid,
  notFound,
  StatusError,
} from './errors';
import { apiVersionOf, resourceOf, type Resource } from './resources';
import { toScale, withScale } from './scale';
import type { ServiceAddresses } from './ServiceAddresses';

/** How a write is carried out. */
export interface WriteOptions {
  /** Who writes, for `managedFields`. */
  fieldManager?: string;
  dryRun?: boolean;
  /** `Ignore`, `Warn` (default) or `Strict`. */
  fieldValidation?: string;
  subresource?: 'status' | 'scale';
}

/** A write's result. */
export interface WriteResult {
  object: KubeObject;
  created: boolean;
  /** Texts for `Warning` headers. */
  warnings: string[];
}

/** The four kinds of patch. */
export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

/** `DeleteOptions`, as far as they are honoured. */
export interface DeleteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  preconditions?: { uid?: string; resourceVersion?: string };
  dryRun?: boolean;
}

const SERVER_OWNED: Array<keyof KubeObject['metadata']> = [
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'resourceVersion',
  'managedFields',
];

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
    return this.#now()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z');
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

  /** Checks a body's form and returns it as an object of the resource. */
  #decode(
    resource: Resource,
    namespace: string | undefined,
    body: Json,
    options: WriteOptions,
  ) {
    if (!body || typeof body !== 'object' || Array.isArray(body))
      throw badRequest(
        'the object provided is unrecognized (must be of type object)',
      );
    const apiVersion = apiVersionOf(resource);
    if (body.kind && body.kind !== resource.kind)
      throw badRequest(
        `the object provided is of kind ${body.kind}, not ${resource.kind}`,
      );
    if (body.apiVersion && body.apiVersion !== apiVersion)
      throw badRequest(
        `the API version in the data (${body.apiVersion}) does not match the expected API version (${apiVersion})`,
      );
    const { value, findings } = conform(resolve(kindSchema(resource.kind)), {
      ...body,
      apiVersion,
      kind: resource.kind,
      metadata: { ...body.metadata },
    });
    if (findings.wrong.length)
      throw badRequest(
        `${resource.kind} in version "${
          resource.version
        }" cannot be handled as a ${resource.kind}: ${findings.wrong.join(
          ', ',
        )}`,
      );
    const unknown = findings.unknown.map(path => `unknown field "${path}"`);
    if (unknown.length && options.fieldValidation === 'Strict')
      throw badRequest(
        `${resource.kind} in version "${
          resource.version
        }" cannot be handled as a ${
          resource.kind
        }: strict decoding error: ${unknown.join(', ')}`,
      );
    const object = value as KubeObject;
    object.metadata ??= {} as KubeObject['metadata'];
    if (resource.namespaced) {
      if (object.metadata.namespace && object.metadata.namespace !== namespace)
        throw badRequest(
          `the namespace of the provided object does not match the namespace sent on the request`,
        );
      object.metadata.namespace = namespace;
    } else delete object.metadata.namespace;
    return {
      object,
      warnings: options.fieldValidation === 'Ignore' ? [] : unknown,
    };
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
    const { object, warnings } = this.#decode(
      resource,
      namespace,
      body,
      options,
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
        before,
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
      resource.plural !== 'pods' &&
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
    const { object, warnings } = this.#decode(
      resource,
      namespace,
      body,
      options,
    );
    if (object.metadata.name !== name)
      throw badRequest(
        `the name of the object (${
          object.metadata.name ?? ''
        }) does not match the name on the URL (${name})`,
      );
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
    body: Json,
    options: WriteOptions & { force?: boolean } = {},
  ): WriteResult {
    if (type === 'apply')
      return this.#apply(resource, namespace, name, body, options);
    const before = this.get(resource, namespace, name);
    const target = options.subresource === 'scale' ? toScale(before) : before;
    let patched: Json;
    try {
      if (type === 'json') patched = jsonPatch(target, body);
      else if (type === 'merge') patched = mergePatch(target, body);
      else
        patched = strategicMerge(
          resolve(kindSchema(resource.kind)),
          target,
          body,
        );
    } catch (error) {
      throw new StatusError(
        422,
        'Invalid',
        `the server rejected our request due to an error in our request: ${
          (error as Error).message
        }`,
      );
    }
    // The patch speaks of the object that is here now, so only what the patch itself names is a precondition.
    if (
      patched?.metadata?.resourceVersion === before.metadata.resourceVersion
    ) {
      patched = {
        ...patched,
        metadata: { ...patched.metadata, resourceVersion: undefined },
      };
    }
    return this.update(resource, namespace, name, patched, options);
  }

  #apply(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    body: Json,
    options: WriteOptions & { force?: boolean },
  ): WriteResult {
    if (!options.fieldManager)
      throw new StatusError(
        422,
        'Invalid',
        'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      );
    if (!body?.apiVersion || !body?.kind)
      throw badRequest('invalid object type: apiVersion and kind must be set');
    if (body.metadata?.managedFields?.length)
      throw badRequest('metadata.managedFields must be nil');
    const { object: applied, warnings } = this.#decode(
      resource,
      namespace,
      body,
      options,
    );
    if (applied.metadata.name && applied.metadata.name !== name)
      throw badRequest(
        `the name of the object (${applied.metadata.name}) does not match the name on the URL (${name})`,
      );
    applied.metadata.name = name;
    const live = this.store.get(resource.plural, namespace, name);
    if (!live && applied.metadata.uid)
      throw conflict(
        resource,
        name,
        `uid mismatch: the provided object specified uid ${applied.metadata.uid}, and no existing object was found`,
      );
    if (!live && options.subresource) throw notFound(resource, name);
    if (live) this.#checkPreconditions(resource, live, applied.metadata);
    const { uid, resourceVersion, ...metadata } = applied.metadata;
    let result;
    try {
      result = apply({
        node: resolve(kindSchema(resource.kind)),
        live,
        applied: { ...applied, metadata },
        manager: options.fieldManager,
        force: options.force ?? false,
        time: this.timestamp(),
        subresource: options.subresource,
      });
    } catch (error) {
      if (error instanceof DuplicateKeyError)
        throw new StatusError(500, 'InternalError', error.message);
      throw error;
    }
    if ('conflicts' in result) {
      const causes = result.conflicts.map(c => ({
        reason: 'FieldManagerConflict',
        message: `conflict with "${c.manager}"`,
        field: c.field,
      }));
      throw new StatusError(
        409,
        'Conflict',
        `Apply failed with ${causes.length} conflict${
          causes.length > 1 ? 's' : ''
        }: ${causes.map(c => `${c.message}: ${c.field}`).join('\n')}`,
        { causes },
      );
    }
    const { managedFields } = result.object.metadata;
    if (!live)
      return {
        object: this.#insert(resource, result.object, options, managedFields),
        created: true,
        warnings,
      };
    return {
      object: this.#replace(
        resource,
        live,
        result.object,
        options,
        managedFields,
      ),
      created: false,
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
    const meta = { ...before.metadata };
    const finalizers = new Set(meta.finalizers ?? []);
    if (options.propagationPolicy === 'Foreground')
      finalizers.add('foregroundDeletion');
    if (options.propagationPolicy === 'Orphan') finalizers.add('orphan');
    meta.finalizers = finalizers.size ? [...finalizers] : undefined;

    if (resource.plural === 'pods') {
      const asked =
        options.gracePeriodSeconds ??
        before.spec.terminationGracePeriodSeconds ??
        30;
      const grace = before.spec.nodeName ? asked : 0;
      if (grace > 0) {
        const earlier = meta.deletionGracePeriodSeconds;
        if (meta.deletionTimestamp && earlier !== undefined && grace >= earlier)
          return before;
        meta.deletionGracePeriodSeconds = grace;
        meta.deletionTimestamp = new Date(this.#now().getTime() + grace * 1000)
          .toISOString()
          .replace(/\.\d+Z$/, 'Z');
        return this.store.put(resource.plural, {
          ...before,
          metadata: { ...meta, generation: (meta.generation ?? 1) + 1 },
        });
      }
      if (!finalizers.size) return this.store.remove(resource.plural, before);
    }
    if (resource.plural === 'namespaces' && before.spec?.finalizers?.length) {
      if (meta.deletionTimestamp) return before;
      return this.store.put(resource.plural, {
        ...before,
        metadata: { ...meta, deletionTimestamp: this.timestamp() },
        status: { ...before.status, phase: 'Terminating' },
      });
    }
    if (finalizers.size) {
      meta.deletionTimestamp ??= this.timestamp();
      meta.deletionGracePeriodSeconds = 0;
      return this.store.put(resource.plural, { ...before, metadata: meta });
    }
    return this.store.remove(resource.plural, before);
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

  /** Removes an object for good, whatever its finalizers; for the namespace controller and the node agent. */
  finalize(resource: Resource, object: KubeObject): void {
    const { namespace, name, uid } = object.metadata;
    const current = this.store.get(resource.plural, namespace, name);
    if (current && current.metadata.uid === uid)
      this.store.remove(resource.plural, current);
  }
}
