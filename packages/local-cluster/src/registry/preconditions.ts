/** What a write says about the object that it is meant for. */
import type { ObjectStore } from '../store/ObjectStore';
import type { KubeObject } from '../types';
import { badRequest, conflict, forbidden, notFound } from './errors';
import type { Resource } from './Resource';
import { resourceOf } from './resources';

/** @throws StatusError 400 where the object and the URL differ */
export function assertSameName(
  object: { metadata?: { name?: string } },
  name: string,
): void {
  if (object.metadata?.name !== name)
    throw badRequest(
      `the name of the object (${
        object.metadata?.name ?? ''
      }) does not match the name on the URL (${name})`,
    );
}

/** @throws StatusError 409 where `before` is another object than the one named, or a newer version of it */
export function checkPreconditions(
  resource: Resource,
  before: KubeObject,
  named: { uid?: string; resourceVersion?: string } | undefined,
): void {
  const { uid, resourceVersion } = named ?? {};
  const { namespace, name } = before.metadata;
  // As etcd's storage says it: with the key and a version of its own.
  if (uid && uid !== before.metadata.uid)
    throw conflict(
      resource,
      name,
      `StorageError: invalid object, Code: 4, Key: /registry/${
        resource.plural
      }/${
        namespace ? `${namespace}/` : ''
      }${name}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${
        before.metadata.uid
      }`,
    );
  if (resourceVersion && resourceVersion !== before.metadata.resourceVersion)
    throw conflict(resource, name);
}

/** The same for a deletion, which says it in other words. @throws StatusError 409 */
export function checkDeletion(
  resource: Resource,
  { metadata }: KubeObject,
  named: { uid?: string; resourceVersion?: string } | undefined,
): void {
  const { uid, resourceVersion } = named ?? {};
  if (uid && uid !== metadata.uid)
    throw conflict(
      resource,
      metadata.name,
      `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
  if (resourceVersion && resourceVersion !== metadata.resourceVersion)
    throw conflict(
      resource,
      metadata.name,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    );
}

/** A namespace that is there and stays. Throws a {@link StatusError} otherwise. */
export function assertNamespaceTakes(
  store: ObjectStore,
  resource: Resource,
  namespace: string | undefined,
  name: string,
): void {
  if (!resource.namespaced) return;
  const found = store.get('namespaces', undefined, namespace ?? '');
  if (!found) throw notFound(resourceOf('namespaces'), namespace ?? '');
  if (found.metadata.deletionTimestamp)
    throw forbidden(
      resource,
      name,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
      [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    );
}
