/** Failures as the API tells them: a `Status` object with reason and code. */
import type { Json } from '../types';
import type { Cause } from './causes';
import type { Resource } from './Resource';

/** A failure with the `Status` to answer. */
export class StatusError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details?: Json;

  constructor(code: number, reason: string, message: string, details?: Json) {
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
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      ...(this.details ? { details: this.details } : {}),
      code: this.code,
    };
  }
}

function qualified(resource: Resource): string {
  return resource.group
    ? `${resource.plural}.${resource.group}`
    : resource.plural;
}

function detailsOf(resource: Resource, name: string): Json {
  return {
    name,
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

export function invalid(
  resource: Resource,
  name: string,
  causes: Cause[],
): StatusError {
  const list = causes.map(c => `${c.field}: ${c.message}`);
  return new StatusError(
    422,
    'Invalid',
    `${resource.kind}${
      resource.group ? `.${resource.group}` : ''
    } "${name}" is invalid: ${
      list.length === 1 ? list[0] : `[${list.join(', ')}]`
    }`,
    {
      name,
      ...(resource.group ? { group: resource.group } : {}),
      kind: resource.kind,
      causes,
    },
  );
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}
