/** Reads a path of the Kubernetes API. */
import type { Resource } from '../registry/Resource';
import { findResource } from '../registry/resources';

/** What a path names. */
export interface Target {
  resource: Resource;
  namespace?: string;
  name?: string;
  subresource?: string;
}

/**
 * Reads `/api/v1/namespaces/<ns>/pods/<name>/log` and the like.
 *
 * @returns undefined where nothing is served under the path
 */
export function parsePath(path: string): Target | undefined {
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
  if (!version || !parts.length) return undefined;
  let namespace: string | undefined;
  const inNamespace =
    parts[0] === 'namespaces' &&
    parts.length > 2 &&
    !['status', 'finalize'].includes(parts[2]);
  if (inNamespace) namespace = parts.splice(0, 2)[1];
  const [plural, name, subresource, ...rest] = parts;
  const resource = findResource(group, version, plural);
  if (!resource || rest.length) return undefined;
  if (namespace !== undefined && !resource.namespaced) return undefined;
  if (name && resource.namespaced && namespace === undefined) return undefined;
  return { resource, namespace, name, subresource };
}
