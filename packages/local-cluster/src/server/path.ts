/** Reads a path of the Kubernetes API. */
import type { Resource } from '../registry/Resource';
import { findResource, isServedGroup } from '../registry/resources';

/** What a path names. */
export interface ApiPath {
  group: string;
  version: string;
  /** `/api/v1/watch/…`, which is a list with `watch=1` of old. */
  isWatch: boolean;
  namespace?: string;
  plural: string;
  name?: string;
  subresource?: string;
  /** The resource; undefined where none of that name is served. */
  resource?: Resource;
}

/**
 * Reads `/api/v1/namespaces/<ns>/pods/<name>/log` and the like.
 *
 * @returns undefined where the path belongs to no group that is served
 */
export function parsePath(path: string): ApiPath | undefined {
  let parts: string[];
  try {
    parts = path.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    return undefined; // an escape that is none
  }
  let group = '';
  let version: string | undefined;
  if (parts[0] === 'api') version = parts.splice(0, 2)[1];
  else if (parts[0] === 'apis') [, group, version] = parts.splice(0, 3);
  if (!version || !parts.length || !isServedGroup(group, version))
    return undefined;
  const isWatch = parts[0] === 'watch' && parts.length > 1;
  if (isWatch) parts.shift();
  let namespace: string | undefined;
  const inNamespace =
    parts[0] === 'namespaces' &&
    parts.length > 2 &&
    !['status', 'finalize'].includes(parts[2]);
  if (inNamespace) namespace = parts.splice(0, 2)[1];
  const [plural, name, ...rest] = parts;
  const resource = findResource(group, version, plural);
  const fits =
    resource &&
    (namespace === undefined || resource.namespaced) &&
    !(name && resource.namespaced && namespace === undefined);
  return {
    group,
    version,
    isWatch,
    namespace,
    plural,
    name,
    subresource: rest.length ? rest.join('/') : undefined,
    resource: fits ? resource : undefined,
  };
}

/** The name that the field selector of a request for a collection leaves, so that a role for that name covers it. */
export function nameSelectedBy(query: URLSearchParams): string | undefined {
  return /^metadata\.name={1,2}([^=,!]+)$/.exec(
    query.get('fieldSelector') ?? '',
  )?.[1];
}

/** The verb of a request, as roles name it. */
export function verbOf(
  method: string,
  path: Pick<ApiPath, 'name' | 'isWatch'>,
  isWatching: boolean,
): string {
  switch (method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return path.name ? 'delete' : 'deletecollection';
    default:
      if (path.isWatch) return 'watch';
      // `?watch` is for collections: with a name it is a get (apiserver's `RequestInfo`).
      if (path.name) return 'get';
      return isWatching ? 'watch' : 'list';
  }
}
