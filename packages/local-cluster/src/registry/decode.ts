/** From a request's body to an object. */
import { conform } from '../schema/conform';
import { kindSchema, resolve } from '../schema/Schema';
import type { Json, KubeObject } from '../types';
import { badRequest } from './errors';
import type { Resource } from './Resource';
import { apiVersionOf } from './resources';

/**
 * Checks a body's form and returns it as an object of the resource.
 *
 * @param fieldValidation - `Ignore`, `Warn` (default) or `Strict`
 * @throws StatusError 400 where it is of another kind or namespace, or does not fit the schema
 */
export function decode(
  resource: Resource,
  namespace: string | undefined,
  body: Json,
  fieldValidation: string | undefined,
): { object: KubeObject; warnings: string[] } {
  if (!body || typeof body !== 'object' || Array.isArray(body))
    throw badRequest(
      'the object provided is unrecognized (must be of type object)',
    );
  const apiVersion = apiVersionOf(resource);
  if (body.kind && body.kind !== resource.kind)
    throw badRequest(
      `the object provided is of kind ${body.kind}, not ${resource.kind}`,
    );
  if (body.apiVersion && body.apiVersion !== apiVersion)
    throw badRequest(
      `the API version in the data (${body.apiVersion}) does not match the expected API version (${apiVersion})`,
    );
  const { value, findings } = conform(resolve(kindSchema(resource.kind)), {
    ...body,
    apiVersion,
    kind: resource.kind,
    metadata: { ...body.metadata },
  });
  if (findings.wrong.length)
    throw badRequest(
      `${resource.kind} in version "${
        resource.version
      }" cannot be handled as a ${resource.kind}: ${findings.wrong.join(', ')}`,
    );
  const unknown = findings.unknown.map(path => `unknown field "${path}"`);
  if (unknown.length && fieldValidation === 'Strict')
    throw badRequest(
      `${resource.kind} in version "${
        resource.version
      }" cannot be handled as a ${
        resource.kind
      }: strict decoding error: ${unknown.join(', ')}`,
    );
  const object = value as KubeObject;
  object.metadata ??= {} as KubeObject['metadata'];
  if (resource.namespaced) {
    if (object.metadata.namespace && object.metadata.namespace !== namespace)
      throw badRequest(
        `the namespace of the provided object does not match the namespace sent on the request`,
      );
    object.metadata.namespace = namespace;
  } else delete object.metadata.namespace;
  return {
    object,
    warnings: fieldValidation === 'Ignore' ? [] : unknown,
  };
}
