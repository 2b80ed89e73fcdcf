/** Failures as the API tells them: a `Status` object with reason and code. */
import type { Json } from '../types';
import type { Cause } from './causes';
import type { Resource } from './Resource';

/** A failure with the `Status` to answer. */
export class StatusError extends Error {
  readonly code: number;
  readonly reason: string | undefined;
  readonly details?: Json;
  /** Of the Status itself: the token by which a list that expired goes on. */
  metadata: Json = {};
  /** Whether it is for who asks, not for what is asked. */
  isAboutUser = false;

  /** @param reason - undefined where the server gives none: an error that it does not know itself */
  constructor(
    code: number,
    reason: string | undefined,
    message: string,
    details?: Json,
  ) {
    super(message);
    this.name = 'StatusError';
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  /** The `Status` object. */
  toStatus(): Json {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: this.metadata,
      status: 'Failure',
      message: this.message,
      ...(this.reason ? { reason: this.reason } : {}),
      ...(this.details ? { details: this.details } : {}),
      code: this.code,
    };
  }
}

/** A resource's name in messages: `deployments.apps`. */
function qualified(resource: Resource): string {
  return resource.group
    ? `${resource.plural}.${resource.group}`
    : resource.plural;
}

/** The `details` of a Status that is about an object. */
function detailsOf(resource: Resource, name: string | undefined): Json {
  return {
    ...(name ? { name } : {}),
    ...(resource.group ? { group: resource.group } : {}),
    kind: resource.plural,
  };
}

export function notFound(resource: Resource, name: string): StatusError {
  return new StatusError(
    404,
    'NotFound',
    `${qualified(resource)} "${name}" not found`,
    detailsOf(resource, name),
  );
}

export function alreadyExists(resource: Resource, name: string): StatusError {
  return new StatusError(
    409,
    'AlreadyExists',
    `${qualified(resource)} "${name}" already exists`,
    detailsOf(resource, name),
  );
}

export function conflict(
  resource: Resource,
  name: string,
  what = 'the object has been modified; please apply your changes to the latest version and try again',
): StatusError {
  return new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(
      resource,
    )} "${name}": ${what}`,
    detailsOf(resource, name),
  );
}

/** What is said to be invalid: an object, or options of a request. */
export interface Invalid {
  group: string;
  kind: string;
}

/** The options of a request, as its faults name them. */
export function optionsKind(kind: string): Invalid {
  return { group: 'meta.k8s.io', kind };
}

export function invalid(
  { group, kind }: Invalid,
  name: string,
  causes: Cause[],
): StatusError {
  // The message says each one once (apimachinery's `ToAggregate`), the causes say all.
  const list = [...new Set(causes.map(c => `${c.field}: ${c.message}`))];
  return new StatusError(
    422,
    'Invalid',
    `${kind}${group ? `.${group}` : ''} ${JSON.stringify(name)} is invalid: ${
      list.length === 1 ? list[0] : `[${list.join(', ')}]`
    }`,
    {
      ...(name ? { name } : {}),
      ...(group ? { group } : {}),
      ...(kind ? { kind } : {}),
      causes,
    },
  );
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

/** Something went wrong that has no reason of its own. */
export function unexpected(message: string): StatusError {
  return new StatusError(500, undefined, message);
}

export function methodNotAllowed(): StatusError {
  return new StatusError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
}

/** There is no such resource in a group that is served. */
export function noSuchResource(): StatusError {
  return new StatusError(
    404,
    'NotFound',
    'the server could not find the requested resource',
    {},
  );
}

export function forbidden(
  resource: Resource,
  name: string | undefined,
  why: string,
  causes?: Json[],
): StatusError {
  return new StatusError(
    403,
    'Forbidden',
    `${qualified(resource)}${
      name ? ` ${JSON.stringify(name)}` : ''
    } is forbidden: ${why}`,
    { ...detailsOf(resource, name), ...(causes ? { causes } : {}) },
  );
}

/** Whether a create found an object of its name. */
export function isAlreadyExists(error: unknown): boolean {
  return error instanceof StatusError && error.reason === 'AlreadyExists';
}

/** Whether what was addressed is not there. */
export function isNotFound(error: unknown): boolean {
  return error instanceof StatusError && error.reason === 'NotFound';
}
