/** Conditional requests (RFC 9110, 13): what a change was made from. */
import type { Request, Response } from 'express';
import { StoreError } from '../errors/StoreError';

/** Answers with a resource, and names its revision in the ETag. */
export function sendRevision<T extends { revision: number }>(
  response: Response<T>,
  resource: T,
  status = 200,
): void {
  setEtag(response, resource.revision).status(status).json(resource);
}

/** Names the revision of what is answered with. */
export function setEtag<R extends Response>(response: R, revision: number): R {
  return response.set('etag', `"${revision}"`);
}

/**
 * The revision of an `If-Match`; undefined where there is none, or it is `*`.
 *
 * @throws StoreError 412 for an ETag that is none of ours
 */
export function revisionOf(
  request: Pick<Request, 'headers'>,
): number | undefined {
  const header = request.headers['if-match'];
  if (header === undefined || header === '*') return undefined;
  const [, digits] = /^"(\d{1,9})"$/.exec(header) ?? [];
  if (digits === undefined)
    throw new StoreError({
      status: 412,
      code: 'STALE',
      message: 'The If-Match header does not contain an ETag of this store.',
      owner: 'you',
      remedy: 'Send the ETag that came with the resource.',
    });
  return Number(digits);
}
