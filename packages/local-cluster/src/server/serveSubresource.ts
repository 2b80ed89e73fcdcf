/** Subresources that are something else than a part of the object. */
import { trackUpdate } from '../apply/managedFields';
import { evict } from '../registry/eviction';
import { decode } from '../registry/decode';
import { methodNotAllowed, noSuchResource } from '../registry/errors';
import { bind } from '../registry/binding';
import type { Registry } from '../registry/Registry';
import type { Resource } from '../registry/Resource';
import { kindSchema } from '../schema/Schema';
import type { KubeObject } from '../types';
import { readObject } from './body';
import { negotiate } from './negotiate';
import { writeOptions } from './options';
import { reply } from './reply';
import type { ServedRequest } from './serveResource';
import { serveExec } from './streaming/serveExec';
import { servePortForward } from './streaming/servePortForward';

const EVICTION = {
  group: 'policy',
  version: 'v1',
  kind: 'Eviction',
  plural: 'evictions',
  namespaced: true,
};

const BINDING = {
  group: '',
  version: 'v1',
  kind: 'Binding',
  plural: 'bindings',
  namespaced: true,
};

/** @throws StatusError 404 for one that there is not, 405 for a method that it has not */
export async function serveSubresource(
  asked: ServedRequest,
  name: string,
  subresource: string,
): Promise<void> {
  const { plural } = asked.target.resource;
  switch (`${plural}/${subresource}`) {
    case 'pods/log':
      return serveLog(asked, name);
    case 'pods/eviction':
      return serveAction(asked, name, EVICTION, evict);
    case 'pods/binding':
      return serveAction(asked, name, BINDING, bind);
    case 'pods/exec':
      return serveExec(asked, name, 'exec');
    case 'pods/attach':
      return serveExec(asked, name, 'attach');
    case 'pods/portforward':
      return servePortForward(asked, name);
    case 'serviceaccounts/token':
      return serveToken(asked, name);
    case 'namespaces/finalize':
      return serveFinalize(asked, name);
    default:
      throw noSuchResource();
  }
}

async function serveLog(asked: ServedRequest, name: string): Promise<void> {
  const { request, response, query, logs } = asked;
  if (request.method !== 'GET') throw methodNotAllowed();
  negotiate(request.headers.accept, [], ['text/plain']);
  const namespace = asked.target.namespace!;
  await logs.serveLog({ namespace, name, query, response });
}

/** Does to a pod what a request's body says; answers with a Status. */
async function serveAction(
  asked: ServedRequest,
  name: string,
  body: Resource,
  act: (
    registry: Registry,
    namespace: string,
    name: string,
    object: KubeObject,
  ) => unknown,
): Promise<void> {
  const { request, response, registry } = asked;
  if (request.method !== 'POST') throw methodNotAllowed();
  const form = negotiate(request.headers.accept);
  const namespace = asked.target.namespace!;
  const { value } = await readObject(request, body);
  const { object } = decode(body, namespace, value);
  act(registry, namespace, name, object);
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {} };
  reply(response, 201, { ...status, status: 'Success', code: 201 }, { form });
}

const TOKEN_REQUEST = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenRequest',
  plural: 'tokenrequests',
  namespaced: true,
};

async function serveToken(asked: ServedRequest, name: string): Promise<void> {
  const { request, response, tokens, registry, query } = asked;
  if (request.method !== 'POST') throw methodNotAllowed();
  const form = negotiate(request.headers.accept);
  const namespace = asked.target.namespace!;
  const options = writeOptions(request, query, 'Create');
  const { value, duplicates } = await readObject(request, TOKEN_REQUEST);
  const { object, warnings } = decode(TOKEN_REQUEST, namespace, value, {
    ...options,
    duplicates,
  });
  const { metadata, ...rest } = object;
  const time = registry.timestamp();
  const managedFields = trackUpdate({
    node: kindSchema(TOKEN_REQUEST),
    before: undefined,
    after: { ...rest, metadata } as KubeObject,
    manager: options.fieldManager ?? 'unknown',
    time,
    subresource: 'token',
  });
  const answer = await tokens.request(namespace, name, {
    ...rest,
    metadata: {
      creationTimestamp: time,
      ...(managedFields.length ? { managedFields } : {}),
    },
  });
  reply(response, 201, answer, { form, warnings });
}

/** Takes finalizers of a namespace. */
async function serveFinalize(
  asked: ServedRequest,
  name: string,
): Promise<void> {
  const { request, response, registry, query, user } = asked;
  const { resource } = asked.target;
  if (request.method !== 'PUT') throw methodNotAllowed();
  const form = negotiate(request.headers.accept);
  const options = writeOptions(request, query, 'Update');
  const { value, duplicates } = await readObject(request, resource);
  const { object, warnings } = registry.update(
    resource,
    undefined,
    name,
    value,
    { ...options, duplicates, user, subresource: 'finalize' },
  );
  reply(response, 200, object, { form, warnings });
}
