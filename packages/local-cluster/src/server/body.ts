/** Request bodies: JSON, YAML or protobuf, bounded, and refused in the server's words. */
import type { IncomingMessage } from 'node:http';
import { parse } from 'yaml';
import { JsonSyntaxError, parseJson } from '../codec/parseJson';
import { decodeProtobuf } from '../codec/protobuf';
import { badRequest, StatusError } from '../registry/errors';
import type { Resource } from '../registry/Resource';
import type { PatchType } from '../registry/verbs';
import type { Json } from '../types';
import { MEDIA_LIST } from './negotiate';

/** Bodies over this many bytes are refused (apiserver's `--max-resource-write-bytes`). */
const BODY_LIMIT = 3 * 1024 * 1024;
/** As much is read, in bytes, of a body that is refused. */
const DRAIN_LIMIT = 64 * 1024 * 1024;
/** As much of a body as a message shows. */
const SUMMARY = 30;

const PATCH_TYPES: Record<string, PatchType> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

/** A body as it was read. */
export interface Body {
  value: Json;
  /** Paths of keys that came twice. */
  duplicates: string[];
}

function mediaType(request: IncomingMessage): string {
  return (request.headers['content-type'] || 'application/json')
    .split(';')[0]
    .trim();
}

/** @throws StatusError 415 for a patch that is none of the four */
export function patchType(request: IncomingMessage): PatchType {
  const type = PATCH_TYPES[mediaType(request)];
  if (!type)
    throw new StatusError(
      415,
      'UnsupportedMediaType',
      '415: Unsupported Media Type',
      {},
    );
  return type;
}

/** Reads what is left of a body that is refused, so that the refusal arrives. One that is too long even for that is cut off. */
function drain(request: IncomingMessage): void {
  let left = DRAIN_LIMIT;
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) request.destroy();
  });
}

/** @param limit - in bytes @throws StatusError 413 */
export async function readBytes(
  request: IncomingMessage,
  limit = BODY_LIMIT,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > limit) {
      drain(request);
      throw new StatusError(
        413,
        'RequestEntityTooLarge',
        `Request entity too large: limit is ${limit}`,
        {},
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** As apimachinery's `summarizeData` shows a body. */
function summary(bytes: Buffer): string {
  if (!bytes.length) return '<empty>';
  const start = bytes.subarray(0, SUMMARY);
  const text =
    bytes[0] === 0x7b ? start.toString('utf8') : start.toString('hex');
  return bytes.length > SUMMARY ? `${text} ...` : text;
}

/** What Go says of a value that holds no version and kind. */
const NO_KIND =
  'Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

function yamlError(error: unknown): string {
  if (error instanceof RangeError || /call stack/.test(String(error)))
    return 'exceeded max depth of this server';
  const { message, linePos } = error as {
    message: string;
    linePos?: Array<{ line: number }>;
  };
  return `error converting YAML to JSON: yaml: line ${
    linePos?.[0]?.line ?? 1
  }: ${
    /flow (sequence|collection)/i.test(message)
      ? 'did not find expected node content'
      : message.split('\n')[0]
  }`;
}

/**
 * Reads the object that a request carries.
 *
 * @param resource - of which it should be one, for the words
 * @throws StatusError 400 where it cannot be parsed, 413, 415
 */
export async function readObject(
  request: IncomingMessage,
  resource: Pick<Resource, 'group' | 'version' | 'kind'>,
): Promise<Body> {
  const type = mediaType(request);
  const bytes = await readBytes(request);
  const unrecognized = (why: string) =>
    badRequest(
      `the object provided is unrecognized (must be of type ${
        resource.kind
      }): couldn't get version/kind; json parse error: ${why} (${summary(
        bytes,
      )})`,
    );
  if (type === 'application/vnd.kubernetes.protobuf') {
    try {
      return { value: decodeProtobuf(bytes), duplicates: [] };
    } catch (error) {
      throw badRequest(
        `the object provided is unrecognized (must be of type ${
          resource.kind
        }): ${(error as Error).message} (${summary(bytes)})`,
      );
    }
  }
  const isYaml = type === 'application/yaml';
  if (!isYaml && type !== 'application/json')
    throw new StatusError(
      415,
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: ${MEDIA_LIST}`,
    );
  let body: Body;
  try {
    body = isYaml
      ? { value: parse(bytes.toString('utf8')), duplicates: [] }
      : parseJson(bytes.toString('utf8'));
  } catch (error) {
    throw unrecognized(
      error instanceof JsonSyntaxError ? error.message : yamlError(error),
    );
  }
  if (
    body.value === null ||
    typeof body.value !== 'object' ||
    Array.isArray(body.value)
  )
    throw unrecognized(
      `json: cannot unmarshal ${
        Array.isArray(body.value) ? 'array' : typeof body.value
      } into ${NO_KIND}`,
    );
  return body;
}

/**
 * Reads a patch.
 *
 * @throws StatusError 400 where it cannot be parsed, 413
 */
export async function readPatch(
  request: IncomingMessage,
  type: PatchType,
): Promise<Json> {
  const text = (await readBytes(request)).toString('utf8');
  if (type === 'apply') {
    try {
      return parse(text);
    } catch (error) {
      throw badRequest(`error decoding YAML: ${yamlError(error)}`);
    }
  }
  let value: Json;
  try {
    ({ value } = parseJson(text));
  } catch (error) {
    throw badRequest(`error decoding patch: ${(error as Error).message}`);
  }
  if (type === 'json' && !Array.isArray(value))
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${
        value === null ? 'null' : typeof value
      } into Go value of type []handlers.jsonPatchOp`,
    );
  if (
    type !== 'json' &&
    (value === null || typeof value !== 'object' || Array.isArray(value))
  )
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${
        Array.isArray(value) ? 'array' : typeof value
      } into Go value of type map[string]interface {}`,
    );
  return value;
}

/** The options of a deletion; a body may be left out. @throws StatusError 400, 413 */
export async function readDeleteOptions(
  request: IncomingMessage,
): Promise<Json> {
  const bytes = await readBytes(request);
  if (!bytes.length) return undefined;
  try {
    if (mediaType(request) === 'application/vnd.kubernetes.protobuf')
      return decodeProtobuf(bytes);
    const text = bytes.toString('utf8');
    return mediaType(request) === 'application/yaml'
      ? parse(text)
      : parseJson(text).value;
  } catch (error) {
    throw badRequest(
      `couldn't get version/kind; json parse error: ${
        (error as Error).message
      }`,
    );
  }
}
