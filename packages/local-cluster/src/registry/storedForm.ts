/** Kinds that two groups show, and that are kept in the form of one. */
import type { KubeObject } from '../types';
import type { Resource } from './Resource';
import { resourceOf } from './resources';

/** A written object as it is kept, and the resource that it is kept as. */
export function keptAs(
  resource: Resource,
  object: KubeObject,
): { resource: Resource; object: KubeObject } {
  return resource.storedAs
    ? {
        resource: resourceOf(resource.storedAs),
        object: resource.toStored!(object),
      }
    : { resource, object };
}

/** A kept object as a resource shows it. */
export function shownAs(resource: Resource, object: KubeObject): KubeObject {
  return resource.fromStored ? resource.fromStored(object) : object;
}
