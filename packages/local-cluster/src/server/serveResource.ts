/** One request for a resource, a collection of them, or a subresource. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authorizer } from '../auth/Authorizer';
import type { Tokens } from '../auth/tokens';
import type { User } from '../User';
import type { Faults } from '../faults/Faults';
import {
  isNotFound,
  methodNotAllowed,
  noSuchResource,
  StatusError,
} from '../registry/errors';
import type { Registry } from '../registry/Registry';
import type { Resource } from '../registry/Resource';
import type { ReviewedWrites } from '../auth/ReviewedWrites';
import { SCALE, toScale } from '../registry/scale';
import type { WriteOptions } from '../registry/verbs';
import { patchType, readDeleteOptions, readObject, readPatch } from './body';
import { awaitVersion, readList, selectorOf } from './list';
import { listOptions, parseVersion } from './listOptions';
import type { ContainerStreams } from './containerStreams';
import type { LogSource } from './logs';
import type { MetricsSource } from './metricsSource';
import { negotiate, OF_LIST, OF_OBJECT } from './negotiate';
import { deleteOptions, isTrue, writeOptions } from './options';
import type { ApiPath } from './path';
import { includeObject, replyList, replyObject } from './replyForm';
import { serveMetrics } from './serveMetrics';
import type { Upgrade } from './streaming/upgrade';
import { serveSubresource } from './serveSubresource';
import { serveWatch } from './watch';

/** What every request is served with. */
export interface ServerParts {
  registry: Registry;
  writes: ReviewedWrites;
  tokens: Tokens;
  authorizer: Authorizer;
  logs: LogSource;
  metrics: MetricsSource;
  streams: ContainerStreams;
  faults: Faults;
  /** Milliseconds between bookmarks of a watch. */
  bookmarkMs?: number;
}

/** A request whose path has been read, by somebody who may. */
export interface ResourceRequest extends ServerParts {
  request: IncomingMessage;
  response: ServerResponse;
  target: ApiPath;
  user: User;
  query: URLSearchParams;
  /** Where another protocol is asked for. */
  upgrade?: Upgrade;
}

/** One for a resource that is served. */
export type ServedRequest = ResourceRequest & {
  target: ApiPath & { resource: Resource };
};

/**
 * Serves it.
 *
 * @throws StatusError 404 for subresources that there are not, 405 for methods that do not apply
 */
export async function serveResource(asked: ResourceRequest): Promise<void> {
  const { resource, name, subresource } = asked.target;
  const served = asked as ServedRequest;
  if (!resource) throw noSuchResource();
  if (resource.isMeasured) await serveMetrics(served);
  else if (!name) await serveCollection(served);
  else if (
    !subresource ||
    (subresource === 'status' && resource.status) ||
    (subresource === 'scale' && resource.scale)
  )
    await serveObject(served, name);
  else await serveSubresource(served, name, subresource);
}

/** Whether a verb is served. */
function assertVerb({ target }: ServedRequest, verb: string): void {
  const { verbs } = target.resource;
  if (verbs && !verbs.includes(verb)) throw methodNotAllowed();
}

async function serveCollection(asked: ServedRequest): Promise<void> {
  const { request, registry, query } = asked;
  const { resource, namespace, isWatch } = asked.target;
  const isPlace = namespace !== undefined || !resource.namespaced;
  const { method } = request;
  if (method === 'GET') {
    if (isWatch || isTrue(query, 'watch')) await watch(asked);
    else await list(asked);
  } else if (method === 'POST' && isPlace && !isWatch) {
    assertVerb(asked, 'create');
    const form = negotiate(request.headers.accept, OF_OBJECT);
    const options = writeOptions(request, query, 'Create');
    const { value, duplicates } = await readObject(request, resource);
    const { object, warnings } = await asked.writes.create(
      resource,
      namespace,
      value,
      { ...options, duplicates, user: asked.user },
    );
    replyObject(asked, 201, object, form, warnings);
  } else if (
    method === 'DELETE' &&
    isPlace &&
    !isWatch &&
    !resource.noDeleteCollection
  ) {
    assertVerb(asked, 'deletecollection');
    const form = negotiate(request.headers.accept, OF_LIST);
    const options = deleteOptions(await readDeleteOptions(request), query);
    const found = await readList({
      registry,
      resource,
      namespace,
      selector: selectorOf(resource, query),
      isSelective: true,
      asked: listOptions(query, false),
    });
    for (const { metadata } of found.items) {
      try {
        await asked.writes.reviewDeletion(
          resource,
          metadata.namespace,
          metadata.name,
          { user: asked.user, dryRun: options.dryRun },
        );
        registry.delete(resource, metadata.namespace, metadata.name, options);
      } catch (error) {
        // One of them may have gone with another.
        if (!isNotFound(error)) throw error;
      }
    }
    replyList(asked, found, form);
  } else throw methodNotAllowed();
}

async function watch(asked: ServedRequest, name?: string): Promise<void> {
  const { request, response, registry, query, faults } = asked;
  const { resource, namespace } = asked.target;
  assertVerb(asked, 'watch');
  const form = negotiate(request.headers.accept, OF_OBJECT);
  const single = new URLSearchParams(query);
  if (name) single.set('fieldSelector', `metadata.name=${name}`);
  faults.watching(response);
  await serveWatch({
    registry,
    resource,
    namespace,
    selector: selectorOf(resource, single),
    asked: listOptions(query, true),
    form,
    includeObject: includeObject(query),
    response,
    bookmarkMs: asked.bookmarkMs,
  });
}

async function list(asked: ServedRequest): Promise<void> {
  const { request, registry, query } = asked;
  const { resource, namespace } = asked.target;
  const form = negotiate(request.headers.accept, OF_LIST);
  const found = await readList({
    registry,
    resource,
    namespace,
    selector: selectorOf(resource, query),
    isSelective: query.has('labelSelector') || query.has('fieldSelector'),
    asked: listOptions(query, false),
  });
  replyList(asked, found, form);
}

/** Waits until the store is as new as a read asks for. @throws StatusError 400, 504 */
async function awaitAsked({ registry, query }: ServedRequest): Promise<void> {
  const text = query.get('resourceVersion');
  if (!text) return;
  let version: number;
  try {
    version = parseVersion(text);
  } catch (error) {
    throw new StatusError(
      400,
      'BadRequest',
      `invalid resource version: ${(error as Error).message}`,
    );
  }
  await awaitVersion(registry, version);
}

async function serveObject(asked: ServedRequest, name: string): Promise<void> {
  const { request, registry, query, user } = asked;
  const { resource, namespace } = asked.target;
  const subresource = asked.target.subresource as WriteOptions['subresource'];
  const isScale = subresource === 'scale';
  if (request.method === 'GET') {
    // `?watch` is for collections.
    if (!subresource && asked.target.isWatch) {
      await watch(asked, name);
      return;
    }
    const form = negotiate(request.headers.accept, OF_OBJECT);
    await awaitAsked(asked);
    const object = registry.get(resource, namespace, name);
    replyObject(asked, 200, isScale ? toScale(object) : object, form);
  } else if (request.method === 'PUT') {
    assertVerb(asked, 'update');
    const form = negotiate(request.headers.accept, OF_OBJECT);
    const options = writeOptions(request, query, 'Update');
    const { value, duplicates } = await readObject(
      request,
      isScale ? SCALE : resource,
    );
    const { object, warnings } = await asked.writes.update(
      resource,
      namespace,
      name,
      value,
      { ...options, duplicates, subresource, user },
    );
    replyObject(asked, 200, object, form, warnings);
  } else if (request.method === 'PATCH') {
    assertVerb(asked, 'patch');
    const type = patchType(request);
    const form = negotiate(request.headers.accept, OF_OBJECT);
    const options = writeOptions(request, query, 'Patch');
    const patch = await readPatch(request, type);
    const { object, created, warnings } = await asked.writes.patch(
      resource,
      namespace,
      name,
      type,
      patch,
      { ...options, subresource, user },
    );
    replyObject(asked, created ? 201 : 200, object, form, warnings);
  } else if (request.method === 'DELETE' && !subresource) {
    assertVerb(asked, 'delete');
    const form = negotiate(request.headers.accept, OF_OBJECT);
    const options = deleteOptions(await readDeleteOptions(request), query);
    await asked.writes.reviewDeletion(resource, namespace, name, {
      user,
      dryRun: options.dryRun,
    });
    replyObject(
      asked,
      200,
      registry.deleteAndTell(resource, namespace, name, options),
      form,
    );
  } else throw methodNotAllowed();
}
