/** From a request's body to an object. */
import { conform } from '../schema/conform';
import { hasKind, kindSchema } from '../schema/Schema';
import type { Json, KubeObject } from '../types';
import { badRequest, StatusError } from './errors';
import type { Resource } from './Resource';
import { apiVersionOf } from './resources';

/** How a body is taken. */
export interface DecodeOptions {
  /** `Ignore`, `Warn` (default) or `Strict`. */
  fieldValidation?: string;
  /** Paths of keys that come twice in the text. */
  duplicates?: string[];
  /** Makes the failure of a body that is no object of the kind; a 400 in the decoder's words by default. */
  refuse?: (words: string) => StatusError;
}

/** The name of a group inside the server. */
function internalGroup(group: string): string {
  return group ? group.split('.')[0] : 'core';
}

/**
 * Checks a body's form and returns it as an object of the resource.
 *
 * @throws StatusError 400 where it is of another kind or namespace, or does not fit the schema
 */
export function decode(
  resource: Resource,
  namespace: string | undefined,
  body: Json,
  options: DecodeOptions = {},
): { object: KubeObject; warnings: string[] } {
  const { group, version, kind } = resource;
  if (!body || typeof body !== 'object' || Array.isArray(body))
    throw badRequest(
      'the object provided is unrecognized (must be of type object)',
    );
  const given = {
    kind: body.kind || kind,
    apiVersion: body.apiVersion || apiVersionOf(resource),
  };
  const [givenGroup, givenVersion] = String(given.apiVersion).includes('/')
    ? String(given.apiVersion).split('/')
    : ['', String(given.apiVersion)];
  const cannot = (words: string) =>
    options.refuse?.(words) ??
    badRequest(
      `${given.kind} in version ${JSON.stringify(
        givenVersion,
      )} cannot be handled as a ${kind}: ${words}`,
    );
  if (given.kind !== kind || given.apiVersion !== apiVersionOf(resource))
    throw cannot(
      hasKind({ group: givenGroup, kind: given.kind }) &&
        givenVersion === version
        ? `converting (v1.${given.kind}) to (${internalGroup(
            group,
          )}.${kind}): unknown conversion`
        : `no kind ${JSON.stringify(
            given.kind,
          )} is registered for version ${JSON.stringify(
            given.apiVersion,
          )} in scheme "pkg/api/legacyscheme/scheme.go:30"`,
    );
  const { value, findings } = conform(
    kindSchema(resource),
    {
      ...body,
      ...given,
      metadata: body.metadata ?? {},
    },
    kind,
  );
  if (findings.wrong) throw cannot(findings.wrong);
  const strict = [
    ...findings.unknown.map(path => `unknown field "${path}"`),
    ...(options.duplicates ?? []).map(path => `duplicate field "${path}"`),
  ];
  if (strict.length && options.fieldValidation === 'Strict')
    throw cannot(`strict decoding error: ${strict.join(', ')}`);
  const object = value as KubeObject;
  object.metadata = { ...object.metadata };
  if (resource.namespaced) {
    if (object.metadata.namespace && object.metadata.namespace !== namespace)
      throw badRequest(
        'the namespace of the provided object does not match the namespace sent on the request',
      );
    object.metadata.namespace = namespace;
  } else delete object.metadata.namespace;
  return {
    object,
    warnings: options.fieldValidation === 'Ignore' ? [] : strict,
  };
}
