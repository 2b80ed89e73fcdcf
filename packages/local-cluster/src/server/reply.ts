/** Answers of the API, in the form that was asked for. */
import type { ServerResponse } from 'node:http';
import { stringify } from 'yaml';
import { encodeProtobuf, hasProtobuf } from '../codec/protobuf';
import { StatusError, unexpected } from '../registry/errors';
import { ObjectTooLargeError } from '../store/ObjectStore';
import type { Json } from '../types';
import type { Form } from './negotiate';

const JSON_FORM: Form = { media: 'application/json' };

/** A body in a media type; JSON where the type has no form for it. */
function encode(
  body: Json,
  { media }: Form,
): { type: string; bytes: string | Buffer } {
  if (media === 'application/yaml')
    return {
      type: media,
      bytes: stringify(body, {
        sortMapEntries: true,
        lineWidth: 0,
        aliasDuplicateObjects: false,
      }),
    };
  if (media === 'application/vnd.kubernetes.protobuf' && hasProtobuf(body))
    return { type: media, bytes: encodeProtobuf(body) };
  return { type: 'application/json', bytes: `${JSON.stringify(body)}\n` };
}

/** Sends an object; `warnings` become `Warning` headers (RFC 7234, section 5.5). */
export function reply(
  response: ServerResponse,
  code: number,
  body: Json,
  options: { warnings?: string[]; form?: Form; type?: string } = {},
): void {
  const { warnings = [], form = JSON_FORM } = options;
  if (warnings.length)
    response.setHeader(
      'warning',
      warnings.map(w => `299 - ${JSON.stringify(w)}`),
    );
  const { type, bytes } = encode(body, form);
  response.writeHead(code, {
    'content-type': options.type ?? type,
    'cache-control': 'no-cache, private',
    'content-length': Buffer.byteLength(bytes),
  });
  response.end(bytes);
}

/** Sends a document that is JSON already. */
export function replyDocument(response: ServerResponse, text: string): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

/** Sends a text, for a path that is no resource. */
export function replyText(
  response: ServerResponse,
  code: number,
  text: string,
): void {
  response.writeHead(code, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-cache, private',
    'x-content-type-options': 'nosniff',
  });
  response.end(text);
}

function statusOf(error: unknown): StatusError {
  if (error instanceof StatusError) return error;
  const { message } = error as Error;
  return error instanceof ObjectTooLargeError
    ? unexpected(message)
    : new StatusError(
        500,
        'InternalError',
        `Internal error occurred: ${message}`,
      );
}

/** Sends what went wrong as a `Status`, or cuts off an answer that has begun. */
export function replyError(
  response: ServerResponse,
  error: unknown,
  form: Form = JSON_FORM,
): void {
  const status = statusOf(error);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // What is said of a user names them: a page must not take that for something else.
  if (status.isAboutUser)
    response.setHeader('x-content-type-options', 'nosniff');
  const retry = status.details?.retryAfterSeconds;
  if (retry) response.setHeader('retry-after', String(retry));
  reply(response, status.code, status.toStatus(), { form });
}
