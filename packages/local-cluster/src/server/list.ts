/**
 * Lists, whole or page by page. A list is read at one resource version, and so are all its pages
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Registry } from '../registry/Registry';
import type { Resource } from '../registry/Resource';
import { apiVersionOf } from '../registry/resources';
import { badRequest, StatusError } from '../registry/errors';
import { CompactedError } from '../store/ObjectStore';
import {
  parseFieldSelector,
  parseLabelSelector,
  SelectorError,
  type Selector,
} from '../store/selectors';
import type { Json, KubeObject } from '../types';
import { parseVersion, type ListOptions } from './listOptions';

/** How long a version that is not there yet is waited for, in milliseconds. */
const FUTURE_WAIT_MS = 3000;
const FUTURE_PAUSE_MS = 50;

/** The selector of a request's `labelSelector` and `fieldSelector`. @throws StatusError 400 */
export function selectorOf(
  resource: Resource,
  query: URLSearchParams,
): Selector {
  try {
    const label = parseLabelSelector(query.get('labelSelector') ?? undefined);
    const field = parseFieldSelector(query.get('fieldSelector') ?? undefined, {
      'metadata.name': undefined,
      ...(resource.namespaced ? { 'metadata.namespace': undefined } : {}),
      ...resource.fieldLabels,
    });
    return object => label(object) && field(object);
  } catch (error) {
    if (error instanceof SelectorError) throw badRequest(error.message);
    throw error;
  }
}

/** A version that the server does not have within a while. */
function tooLargeVersion(asked: number, current: number): StatusError {
  return new StatusError(
    504,
    'Timeout',
    `Timeout: Too large resource version: ${asked}, current: ${current}`,
    {
      causes: [
        {
          reason: 'ResourceVersionTooLarge',
          message: 'Too large resource version',
        },
      ],
      retryAfterSeconds: 1,
    },
  );
}

/** Waits until the store is at a version. @throws StatusError 504 after three seconds */
export async function awaitVersion(
  registry: Registry,
  version: number,
): Promise<void> {
  const end = performance.now() + FUTURE_WAIT_MS;
  while (registry.store.resourceVersion < version) {
    if (performance.now() >= end)
      throw tooLargeVersion(version, registry.store.resourceVersion);
    await sleep(FUTURE_PAUSE_MS);
  }
}

/** Where a list goes on: at a version (-1: whatever is there now), after a key. */
interface Continue {
  v: 'meta.k8s.io/v1';
  rv: number;
  start: string;
}

function encodeContinue(rv: number, after: string): string {
  const token: Continue = { v: 'meta.k8s.io/v1', rv, start: `${after}\u0000` };
  return Buffer.from(
    JSON.stringify(token).replace('\u0000', '\\u0000'),
  ).toString('base64url');
}

function decodeContinue(token: string): Continue {
  const wrong = (why: string) =>
    badRequest(`continue key is not valid: ${why}`);
  if (!/^[A-Za-z0-9_-]*$/.test(token))
    throw wrong(
      `illegal base64 data at input byte ${token.search(/[^A-Za-z0-9_-]/)}`,
    );
  let parsed: Json;
  try {
    parsed = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch (error) {
    throw wrong((error as Error).message);
  }
  if (parsed?.v !== 'meta.k8s.io/v1')
    throw wrong('server does not recognize this encoded version');
  if (!Number.isInteger(parsed.rv) || parsed.rv === 0)
    throw wrong(
      'incorrect encoded start resourceVersion (version meta.k8s.io/v1)',
    );
  if (typeof parsed.start !== 'string' || !parsed.start)
    throw wrong('encoded start key empty (version meta.k8s.io/v1)');
  return parsed;
}

function expired(message: string, continueToken?: string): StatusError {
  const error = new StatusError(410, 'Expired', message);
  if (continueToken) error.metadata = { continue: continueToken };
  return error;
}

/** What a list holds, before it is put into a form. */
export interface ListResult {
  metadata: {
    resourceVersion: string;
    continue?: string;
    remainingItemCount?: number;
  };
  items: KubeObject[];
}

/** The key of an object as tokens have it: below the list's own. */
function keyIn(namespace: string | undefined, object: KubeObject): string {
  const { name } = object.metadata;
  const its = object.metadata.namespace;
  return its === undefined || namespace !== undefined ? name : `${its}/${name}`;
}

/**
 * Reads a list.
 *
 * @throws StatusError 400 for a token or version that cannot be read, 410 where it is too old, 504 where it is not there yet
 */
export async function readList(options: {
  registry: Registry;
  resource: Resource;
  namespace?: string;
  selector: Selector;
  isSelective: boolean;
  asked: ListOptions;
}): Promise<ListResult> {
  const { registry, resource, namespace, selector, asked } = options;
  const { store } = registry;
  const { plural } = resource;
  let version = store.resourceVersion;
  let all: KubeObject[];
  let after: string | undefined;
  if (asked.continueToken) {
    if (asked.resourceVersion && asked.resourceVersion !== '0')
      throw badRequest(
        'specifying resource version is not allowed when using continue',
      );
    const token = decodeContinue(asked.continueToken);
    after = token.start.replace(/^\//, '').split('\0')[0];
    if (token.rv > 0) version = token.rv;
    all = readAt(version, () =>
      expired(
        'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
        encodeContinue(-1, after!),
      ),
    );
  } else {
    const wanted = versionOf(asked);
    await awaitVersion(registry, wanted);
    if (isExact(asked)) version = wanted;
    else version = store.resourceVersion;
    all = readAt(version, () =>
      expired('The resourceVersion for the provided list is too old.'),
    );
  }
  if (after !== undefined)
    all = all.filter(object => keyIn(namespace, object) > after);
  const items: KubeObject[] = [];
  let at = 0;
  for (; at < all.length; at++) {
    if (!selector(all[at])) continue;
    if (asked.limit && items.length === asked.limit) break;
    items.push(all[at]);
  }
  const more = asked.limit && at < all.length;
  // What is left is counted where nothing selects among it.
  const remaining = all.length - at;
  return {
    metadata: {
      resourceVersion: String(version),
      ...(more
        ? {
            continue: encodeContinue(
              version,
              tokenKey(namespace, items.at(-1)!, asked),
            ),
            ...(options.isSelective ? {} : { remainingItemCount: remaining }),
          }
        : {}),
    },
    items,
  };

  function readAt(at_: number, tooOld: () => StatusError): KubeObject[] {
    if (at_ === store.resourceVersion) return store.list(plural, namespace);
    try {
      return store.listAt(plural, namespace, at_);
    } catch (error) {
      if (error instanceof CompactedError) throw tooOld();
      throw error;
    }
  }
}

/** Keys of a first page begin with a slash, those of an inconsistent rest do not (etcd3's `store`). */
function tokenKey(
  namespace: string | undefined,
  last: KubeObject,
  { continueToken }: ListOptions,
): string {
  const key = keyIn(namespace, last);
  const isRest = continueToken && decodeContinue(continueToken).rv < 0;
  return isRest ? key : `/${key}`;
}

/** The version that a list has to be at; 0 for any. @throws StatusError 400 */
function versionOf({ resourceVersion }: ListOptions): number {
  if (!resourceVersion) return 0;
  try {
    return parseVersion(resourceVersion);
  } catch (error) {
    throw badRequest(`invalid resource version: ${(error as Error).message}`);
  }
}

/** Whether a list is read at just the version that was asked for. */
function isExact({ match, limit, resourceVersion }: ListOptions): boolean {
  if (match) return match === 'Exact';
  return Boolean(limit) && Boolean(resourceVersion) && resourceVersion !== '0';
}

/** The list as an object. */
export function listObject(resource: Resource, list: ListResult): Json {
  return {
    kind: `${resource.kind}List`,
    apiVersion: apiVersionOf(resource),
    metadata: list.metadata,
    items: list.items.map(({ kind, apiVersion, ...item }) => item),
  };
}
