/** One request for a resource, a collection of them, or a subresource. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { notFound, StatusError } from '../registry/errors';
import type { Registry } from '../registry/Registry';
import { toScale } from '../registry/scale';
import { patchType, readBody } from './body';
import { listBody, selectorOf } from './list';
import { deleteOptions, isTrue, writeOptions } from './options';
import type { Target } from './path';
import { reply } from './reply';
import type { Tokens } from '../auth/tokens';
import { serveWatch } from './watch';

/** Answers `pods/<name>/log`. */
export interface LogSource {
  serveLog(options: {
    namespace: string;
    name: string;
    query: URLSearchParams;
    response: ServerResponse;
  }): Promise<void>;
}

/** A request whose path has been read. */
export interface ResourceRequest {
  request: IncomingMessage;
  response: ServerResponse;
  target: Target;
  query: URLSearchParams;
  registry: Registry;
  tokens: Tokens;
  logs: LogSource;
}

const NOT_ALLOWED = new StatusError(
  405,
  'MethodNotAllowed',
  'the server does not allow this method on the requested resource',
);

/**
 * Serves it.
 *
 * @throws StatusError 404 for subresources that there are not, 405 for methods that do not apply
 */
export async function serveResource(asked: ResourceRequest): Promise<void> {
  const { resource, name, subresource } = asked.target;
  if (!name) await serveCollection(asked);
  else if (
    !subresource ||
    (subresource === 'status' && resource.status) ||
    (subresource === 'scale' && resource.scale)
  )
    await serveObject(asked, name);
  else if (resource.plural === 'pods' && subresource === 'log')
    await serveLog(asked, name);
  else if (resource.plural === 'serviceaccounts' && subresource === 'token')
    await serveToken(asked, name);
  else throw notFound(resource, `${name}/${subresource}`);
}

async function serveCollection(asked: ResourceRequest): Promise<void> {
  const { request, response, registry, query } = asked;
  const { resource, namespace } = asked.target;
  const isPlace = namespace !== undefined || !resource.namespaced;
  if (request.method === 'GET') {
    if (isTrue(query, 'watch'))
      serveWatch({
        registry,
        resource,
        namespace,
        selector: selectorOf(query),
        query,
        response,
      });
    else
      reply(response, 200, listBody({ registry, resource, namespace, query }));
  } else if (request.method === 'POST' && isPlace) {
    const { object, warnings } = registry.create(
      resource,
      namespace,
      await readBody(request),
      writeOptions(request, query),
    );
    reply(response, 201, object, warnings);
  } else if (
    request.method === 'DELETE' &&
    isPlace &&
    !resource.noDeleteCollection
  ) {
    const options = deleteOptions(await readBody(request), query);
    const list = listBody({ registry, resource, namespace, query });
    for (const item of list.items)
      registry.delete(resource, namespace, item.metadata.name, options);
    reply(response, 200, list);
  } else throw NOT_ALLOWED;
}

async function serveObject(
  asked: ResourceRequest,
  name: string,
): Promise<void> {
  const { request, response, registry, query } = asked;
  const { resource, namespace } = asked.target;
  const subresource = asked.target.subresource as
    | 'status'
    | 'scale'
    | undefined;
  if (request.method === 'GET') {
    if (!subresource && isTrue(query, 'watch')) {
      const single = new URLSearchParams(query);
      single.set('fieldSelector', `metadata.name=${name}`);
      serveWatch({
        registry,
        resource,
        namespace,
        selector: selectorOf(single),
        query,
        response,
      });
      return;
    }
    const object = registry.get(resource, namespace, name);
    reply(response, 200, subresource === 'scale' ? toScale(object) : object);
  } else if (request.method === 'PUT') {
    const { object, warnings } = registry.update(
      resource,
      namespace,
      name,
      await readBody(request),
      { ...writeOptions(request, query), subresource },
    );
    reply(response, 200, object, warnings);
  } else if (request.method === 'PATCH') {
    const { object, created, warnings } = registry.patch(
      resource,
      namespace,
      name,
      patchType(request),
      await readBody(request),
      { ...writeOptions(request, query), subresource },
    );
    reply(response, created ? 201 : 200, object, warnings);
  } else if (request.method === 'DELETE' && !subresource) {
    const options = deleteOptions(await readBody(request), query);
    reply(response, 200, registry.delete(resource, namespace, name, options));
  } else throw NOT_ALLOWED;
}

async function serveLog(asked: ResourceRequest, name: string): Promise<void> {
  const { request, response, query, logs } = asked;
  if (request.method !== 'GET') throw NOT_ALLOWED;
  const namespace = asked.target.namespace!;
  await logs.serveLog({ namespace, name, query, response });
}

async function serveToken(asked: ResourceRequest, name: string): Promise<void> {
  const { request, response, tokens } = asked;
  if (request.method !== 'POST') throw NOT_ALLOWED;
  const namespace = asked.target.namespace!;
  reply(
    response,
    201,
    await tokens.request(namespace, name, await readBody(request)),
  );
}
