/** Answers of the API, in JSON. */
import type { ServerResponse } from 'node:http';
import { StatusError } from '../registry/errors';
import type { Json } from '../types';

/** Sends an object; `warnings` become `Warning` headers (RFC 7234, section 5.5). */
export function reply(
  response: ServerResponse,
  code: number,
  body: Json,
  warnings: string[] = [],
): void {
  if (warnings.length)
    response.setHeader(
      'warning',
      warnings.map(w => `299 - ${JSON.stringify(w)}`),
    );
  response.writeHead(code, {
    'content-type': 'application/json',
    'cache-control': 'no-cache, private',
  });
  response.end(JSON.stringify(body));
}

/** Sends what went wrong as a `Status`, or cuts off an answer that has begun. */
export function replyError(response: ServerResponse, error: unknown): void {
  const status =
    error instanceof StatusError
      ? error
      : new StatusError(
          500,
          'InternalError',
          `Internal error occurred: ${(error as Error).message}`,
        );
  if (response.headersSent) response.destroy();
  else reply(response, status.code, status.toStatus());
}
