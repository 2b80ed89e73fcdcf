/**
 * Recordings of an API server: one exchange a line, `{group, name, note, request, response}`, in the
 * order in which they were made. A stream has lines with the seconds at which each came.
 */
import { readFileSync } from 'node:fs';

/** Any JSON value. */
// The recorded kind, not the compiler, knows the shape.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

/** One line of a stream; `<client stopped reading>` where the recorder left. */
export interface StreamLine {
  /** Seconds since the request. */
  t: number;
  line: Json;
}

/** One exchange. */
export interface Exchange {
  group: string;
  name: string;
  note: string;
  request: {
    method: string;
    path: string;
    headers: Record<string, string>;
    body: Json;
  };
  response: {
    status: number;
    headers: Array<[string, string]>;
    body?: Json;
    stream?: StreamLine[];
  };
}

/** What the recorder wrote where it left a stream itself, and where the server ended it. */
export const LEFT = '<client stopped reading>';
export const ENDED = '<EOF: server closed the stream>';

/** @throws Error that names the line that is none */
export function readRecordings(path: string): Exchange[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line, index) => {
      if (!line.trim()) return [];
      try {
        const exchange = JSON.parse(line) as Exchange;
        if (!exchange.request?.path || !exchange.response?.status)
          throw new Error('no request or no response');
        return [exchange];
      } catch (error) {
        throw new Error(`${path}:${index + 1}: ${(error as Error).message}`);
      }
    });
}

/** The exchanges by group, in file order. */
export function groupsOf(exchanges: Exchange[]): Map<string, Exchange[]> {
  const groups = new Map<string, Exchange[]>();
  for (const exchange of exchanges)
    groups.set(exchange.group, [
      ...(groups.get(exchange.group) ?? []),
      exchange,
    ]);
  return groups;
}

/** What a path of the API names. */
export interface ApiPath {
  /** `/api/v1` or `/apis/<group>/<version>`. */
  root: string;
  apiVersion: string;
  namespace?: string;
  plural: string;
  name?: string;
  subresource?: string;
  query: URLSearchParams;
}

/** Undefined for paths that name no resource. */
export function parseApiPath(path: string): ApiPath | undefined {
  const url = new URL(path, 'https://localhost');
  const match =
    /^(\/api\/v1|\/apis\/[^/]+\/[^/]+)(?:\/watch)?(?:\/namespaces\/([^/]+)(?=\/[^/]+))?\/([^/]+)(?:\/([^/]+))?(?:\/(.+))?$/.exec(
      url.pathname,
    );
  if (!match) return undefined;
  const [, root, namespace, plural, name, subresource] = match;
  // `namespaces/x/status` and `/finalize` are subresources, not a collection.
  if (namespace && ['status', 'finalize'].includes(plural))
    return {
      root,
      apiVersion: 'v1',
      plural: 'namespaces',
      name: namespace,
      subresource: plural,
      query: url.searchParams,
    };
  return {
    root,
    apiVersion: root.replace(/^\/apis?\//, ''),
    namespace: namespace && decodeURIComponent(namespace),
    plural,
    name: name && decodeURIComponent(name),
    subresource,
    query: url.searchParams,
  };
}

const PLURALS: Record<string, string> = {
  Endpoints: 'endpoints',
  NetworkPolicy: 'networkpolicies',
  Ingress: 'ingresses',
};

/** `configmaps` for `ConfigMap`. */
export function pluralOf(kind: string): string {
  const lower = kind.toLowerCase();
  return PLURALS[kind] ?? (lower.endsWith('s') ? `${lower}es` : `${lower}s`);
}

/** The path of a collection. */
export function collectionPath(
  apiVersion: string,
  plural: string,
  namespace?: string,
): string {
  const root = apiVersion.includes('/')
    ? `/apis/${apiVersion}`
    : `/api/${apiVersion}`;
  return namespace
    ? `${root}/namespaces/${namespace}/${plural}`
    : `${root}/${plural}`;
}

/** The path of an object. */
export function objectPath(object: Json): string {
  const { apiVersion, kind, metadata } = object;
  return `${collectionPath(apiVersion, pluralOf(kind), metadata.namespace)}/${
    metadata.name
  }`;
}

/** The objects that a body shows: itself, a list's items, a watch event's. */
export function objectsIn(body: Json): Json[] {
  if (!body || typeof body !== 'object') return [];
  const { kind, apiVersion, items, metadata } = body;
  if (kind === 'PartialObjectMetadataList') return [];
  if (Array.isArray(items) && /List$/.test(kind ?? ''))
    return items.map(item => ({
      apiVersion,
      kind: kind.slice(0, -'List'.length),
      ...item,
    }));
  if (
    !kind ||
    !apiVersion ||
    !metadata?.name ||
    !metadata.uid ||
    /^(Status|Table|PartialObjectMetadata|Scale|TokenRequest)$/.test(kind)
  )
    return [];
  return [body];
}
