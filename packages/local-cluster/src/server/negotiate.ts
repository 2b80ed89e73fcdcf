/**
 * Which form an answer takes: a media type, and instead of the object itself a table of it or its
 * metadata alone (https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables).
 */
import { StatusError } from '../registry/errors';

/** A media type that answers are written in. */
type MediaType =
  | 'application/json'
  | 'application/yaml'
  | 'application/vnd.kubernetes.protobuf';

/** What the object is turned into before it is written. */
type Transform = 'Table' | 'PartialObjectMetadata';

/** The form of an answer. */
export interface Form {
  media: MediaType;
  as?: Transform;
}

const MEDIA: MediaType[] = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
];
/** Everything that a list of media types is said to be in messages. */
export const MEDIA_LIST = MEDIA.join(', ');

interface Clause {
  type: string;
  parameters: Map<string, string>;
  quality: number;
}

function clausesOf(accept: string): Clause[] {
  return accept
    .split(',')
    .map(text => {
      const [type, ...rest] = text.split(';').map(part => part.trim());
      const parameters = new Map(
        rest.map(part => {
          const [key, value = ''] = part.split('=');
          return [key.trim(), value.trim().replace(/^"|"$/g, '')] as const;
        }),
      );
      return {
        type,
        parameters,
        quality: Number(parameters.get('q') ?? 1),
      };
    })
    .filter(({ type, quality }) => type && quality > 0)
    .sort((a, b) => b.quality - a.quality);
}

/** The clause's transform; `null` where it asks for one that there is none of. */
function transformOf(
  { type, parameters }: Clause,
  allowed: readonly string[],
): Transform | undefined | null {
  const as = parameters.get('as');
  if (as === undefined) return undefined;
  const known =
    parameters.get('g') === 'meta.k8s.io' && parameters.get('v') === 'v1';
  if (!known || !allowed.includes(as)) return null;
  // Tables have no protobuf.
  if (as === 'Table' && type.endsWith('protobuf')) return null;
  return as === 'Table' ? 'Table' : 'PartialObjectMetadata';
}

/** Transforms of objects and of lists. */
export const OF_OBJECT = ['Table', 'PartialObjectMetadata'];
export const OF_LIST = ['Table', 'PartialObjectMetadataList'];

/**
 * The first form of an `Accept` header that is served.
 *
 * @param allowed - transforms that apply; none by default
 * @param more - types that the path has beside these, which no answer of this kind is in
 * @throws StatusError 406
 */
export function negotiate(
  accept: string | undefined,
  allowed: readonly string[] = [],
  more: readonly string[] = [],
): Form {
  const clauses = clausesOf(accept || '*/*');
  const known = ['*/*', 'application/*', ...MEDIA, ...more];
  // None of the types is one of the path's at all (go-restful says so before anything else).
  if (!clauses.some(({ type }) => known.includes(type)))
    throw new StatusError(
      406,
      'NotAcceptable',
      `406: Not Acceptable\n\nAvailable representations: ${MEDIA_LIST}`,
      {},
    );
  for (const clause of clauses) {
    const as = transformOf(clause, allowed);
    if (as === null) continue;
    const media = ['*/*', 'application/*'].includes(clause.type)
      ? MEDIA[0]
      : MEDIA.find(each => each === clause.type);
    if (media) return { media, as };
  }
  throw notAcceptable();
}

export function notAcceptable(): StatusError {
  return new StatusError(
    406,
    'NotAcceptable',
    `only the following media types are accepted: ${MEDIA_LIST}`,
  );
}
