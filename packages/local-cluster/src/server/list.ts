/** Lists, whole or page by page. */
import type { Registry } from '../registry/Registry';
import type { Resource } from '../registry/Resource';
import { apiVersionOf } from '../registry/resources';
import { badRequest, StatusError } from '../registry/errors';
import {
  parseFieldSelector,
  parseLabelSelector,
  SelectorError,
  type Selector,
} from '../store/selectors';
import type { Json } from '../types';

/** The selector of a request's `labelSelector` and `fieldSelector`. */
export function selectorOf(query: URLSearchParams): Selector {
  try {
    const label = parseLabelSelector(query.get('labelSelector') ?? undefined);
    const field = parseFieldSelector(query.get('fieldSelector') ?? undefined);
    return object => label(object) && field(object);
  } catch (error) {
    if (error instanceof SelectorError) throw badRequest(error.message);
    throw error;
  }
}

interface Continue {
  rv: string;
  after: string;
}

/**
 * A `List`. Pages are cut by key from what is there at the time of each call.
 *
 * @throws StatusError 400 for a continue token that cannot be read
 */
export function listBody(options: {
  registry: Registry;
  resource: Resource;
  namespace?: string;
  query: URLSearchParams;
}): Json {
  const { registry, resource, namespace, query } = options;
  const limit = Number(query.get('limit') ?? 0);
  if (!Number.isInteger(limit) || limit < 0)
    throw badRequest('limit: must be a non-negative integer');
  let items = registry.list(resource, namespace, selectorOf(query));
  let resourceVersion = String(registry.store.resourceVersion);
  const token = query.get('continue');
  const keyOf = (o: { metadata: { namespace?: string; name: string } }) =>
    `${o.metadata.namespace ?? ''}/${o.metadata.name}`;
  if (token) {
    let from: Continue;
    try {
      from = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    } catch {
      throw badRequest('continue key is not valid: illegal base64 data');
    }
    if (typeof from.after !== 'string')
      throw new StatusError(400, 'BadRequest', 'continue key is not valid');
    resourceVersion = from.rv;
    items = items.filter(item => keyOf(item) > from.after);
  }
  const page = limit ? items.slice(0, limit) : items;
  const more = items.length - page.length;
  return {
    kind: `${resource.kind}List`,
    apiVersion: apiVersionOf(resource),
    metadata: {
      resourceVersion,
      ...(more
        ? {
            continue: Buffer.from(
              JSON.stringify({
                rv: resourceVersion,
                after: keyOf(page[page.length - 1]),
              }),
            ).toString('base64url'),
            remainingItemCount: more,
          }
        : {}),
    },
    items: page.map(({ kind, apiVersion, ...item }) => item),
  };
}
