/** A review: taken like an object that is created, answered, and kept nowhere. */
import { trackUpdate } from '../apply/managedFields';
import type { Review } from '../auth/reviews';
import { decode } from '../registry/decode';
import { methodNotAllowed } from '../registry/errors';
import { kindSchema } from '../schema/Schema';
import type { KubeObject } from '../types';
import { readObject } from './body';
import { negotiate } from './negotiate';
import { writeOptions } from './options';
import { reply } from './reply';
import type { ResourceRequest } from './serveResource';

/** Answers it. @throws StatusError 405 for another method than POST, and what a body is refused for */
export async function serveReview(
  review: Review,
  asked: ResourceRequest,
): Promise<void> {
  const { request, response, target, query, registry } = asked;
  if (request.method !== 'POST') throw methodNotAllowed();
  const form = negotiate(request.headers.accept);
  const { group, kind, plural, namespaced = false } = review;
  const resource = { group, version: 'v1', kind, plural, namespaced };
  const options = writeOptions(request, query, 'Create');
  const { value, duplicates } = await readObject(request, resource);
  const { object, warnings } = decode(resource, target.namespace, value, {
    ...options,
    duplicates,
  });
  const managedFields = trackUpdate({
    node: kindSchema(resource),
    before: undefined,
    after: object,
    manager: options.fieldManager ?? 'unknown',
    time: registry.timestamp(),
  });
  const { kind: _, apiVersion, metadata, ...rest } = object;
  const sent = {
    kind,
    apiVersion,
    metadata: {
      ...metadata,
      creationTimestamp: null,
      ...(managedFields.length ? { managedFields } : {}),
    },
    ...rest,
  } as unknown as KubeObject;
  const answered = await review.answer(sent, {
    user: asked.user,
    namespace: target.namespace,
    authorizer: asked.authorizer,
    tokens: asked.tokens,
    time: registry.timestamp(),
  });
  reply(response, 201, answered, { form, warnings });
}
