/** What a write says about the object that it is meant for. */
import type { KubeObject } from '../types';
import { badRequest, conflict } from './errors';
import type { Resource } from './Resource';

/** @throws StatusError 400 where the object and the URL differ */
export function assertSameName(object: KubeObject, name: string): void {
  if (object.metadata.name !== name)
    throw badRequest(
      `the name of the object (${
        object.metadata.name ?? ''
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
  if (uid && uid !== before.metadata.uid)
    throw conflict(
      resource,
      before.metadata.name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${before.metadata.uid}`,
    );
  if (resourceVersion && resourceVersion !== before.metadata.resourceVersion)
    throw conflict(resource, before.metadata.name);
}
