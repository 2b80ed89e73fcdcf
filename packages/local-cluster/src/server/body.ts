/** Request bodies: JSON or YAML, bounded. */
import type { IncomingMessage } from 'node:http';
import { parse } from 'yaml';
import { badRequest, StatusError } from '../registry/errors';
import type { PatchType } from '../registry/verbs';
import type { Json } from '../types';

/** Bodies over this many bytes are refused; etcd's limit is 1.5 MiB, an API server's 3 MiB. */
const BODY_LIMIT = 3 * 1024 * 1024;

const PATCH_TYPES: Record<string, PatchType> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

function mediaType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? 'application/json')
    .split(';')[0]
    .trim();
}

/**
 * The kind of patch that a request carries.
 *
 * @throws StatusError 415
 */
export function patchType(request: IncomingMessage): PatchType {
  const type = PATCH_TYPES[mediaType(request)];
  if (!type)
    throw new StatusError(
      415,
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: ${Object.keys(
        PATCH_TYPES,
      ).join(', ')}`,
    );
  return type;
}

/**
 * Reads a body.
 *
 * @throws StatusError 400 where it cannot be parsed, 413 where it is too large, 415 for a type not read
 */
export async function readBody(request: IncomingMessage): Promise<Json> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > BODY_LIMIT)
      throw new StatusError(
        413,
        'RequestEntityTooLarge',
        `Request entity too large: limit is ${BODY_LIMIT}`,
      );
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (!text.trim()) return undefined;
  const type = mediaType(request);
  try {
    if (type.endsWith('yaml')) return parse(text);
    if (type.endsWith('json')) return JSON.parse(text);
  } catch (error) {
    throw badRequest(`error decoding ${type}: ${(error as Error).message}`);
  }
  throw new StatusError(
    415,
    'UnsupportedMediaType',
    'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml',
  );
}
