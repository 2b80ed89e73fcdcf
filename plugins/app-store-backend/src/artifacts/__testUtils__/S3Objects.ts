/**
 * What is in the bucket of the tests, and S3's answers to the calls that the stores make:
 * pages are short, parts have a smallest size, times have whole seconds. What it does
 * not know it refuses.
 */
import { createHash, randomUUID } from 'node:crypto';

const PAGE = 3;
const SMALLEST_PART = 5 * 1024 ** 2;

interface Stored {
  data: Buffer;
  etag: string;
  modified: number;
}

interface Unfinished {
  key: string;
  initiated: number;
  parts: Map<number, Stored>;
}

/** An error of S3's. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

/** A call, as far as it matters to the objects. */
export interface Asked {
  key: string;
  query: URLSearchParams;
  body: Buffer;
}

/** What is answered to it. */
export interface Answer {
  status?: number;
  headers?: Record<string, string | number>;
  body?: Buffer | string;
}

const escape = (text: string) =>
  text.replace(/[&<>"]/g, c => `&#${c.charCodeAt(0)};`);
/** An element of XML. */
export const tag = (name: string, content: string | number | boolean) =>
  `<${name}>${content}</${name}>`;
const time = (ms: number) => new Date(ms).toISOString();

function stored(data: Buffer): Stored {
  return {
    data,
    etag: `"${createHash('md5').update(data).digest('hex')}"`,
    modified: Math.floor(Date.now() / 1000) * 1000,
  };
}

function xml(name: string, content: string): Answer {
  return {
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0"?>${tag(name, content)}`,
  };
}

function headersOf({ data, etag, modified }: Stored): Answer['headers'] {
  return {
    'content-length': data.length,
    etag,
    'last-modified': new Date(modified).toUTCString(),
  };
}

/** S3's name for what is asked. */
export function callOf(method: string, { key, query }: Asked): string {
  if (!key) {
    if (method === 'GET' && query.get('list-type') === '2')
      return 'ListObjectsV2';
    return method === 'GET' && query.has('uploads')
      ? 'ListMultipartUploads'
      : 'Unknown';
  }
  const part = query.has('uploadId');
  const byMethod: Record<string, string> = {
    HEAD: 'HeadObject',
    GET: 'GetObject',
    PUT: part ? 'UploadPart' : 'PutObject',
    DELETE: part ? 'AbortMultipartUpload' : 'DeleteObject',
    POST: part ? 'CompleteMultipartUpload' : 'CreateMultipartUpload',
  };
  return byMethod[method] ?? 'Unknown';
}

/** The objects of a bucket in memory, and S3's answers about them. */
export class S3Objects {
  readonly objects = new Map<string, Stored>();
  readonly uploads = new Map<string, Unfinished>();

  /** The keys of what is there, in order. */
  keys(start = ''): string[] {
    return [...this.objects.keys()].filter(key => key.startsWith(start)).sort();
  }

  /** Makes everything that is there older. */
  age(ms: number): void {
    for (const object of this.objects.values()) object.modified -= ms;
    for (const upload of this.uploads.values()) upload.initiated -= ms;
  }

  /** @throws Refused */
  do(call: string, asked: Asked): Answer {
    const { key, query, body } = asked;
    switch (call) {
      case 'GetObject': {
        const object = this.#object(key);
        return { headers: headersOf(object), body: object.data };
      }
      case 'HeadObject':
        return { headers: headersOf(this.#object(key)) };
      case 'PutObject': {
        const object = stored(body);
        this.objects.set(key, object);
        return { headers: { etag: object.etag } };
      }
      case 'DeleteObject':
        this.objects.delete(key);
        return { status: 204 };
      case 'ListObjectsV2':
        return xml('ListBucketResult', this.#list(query));
      case 'CreateMultipartUpload': {
        const id = randomUUID();
        this.uploads.set(id, { key, initiated: Date.now(), parts: new Map() });
        return xml('InitiateMultipartUploadResult', tag('UploadId', id));
      }
      case 'UploadPart': {
        const part = stored(body);
        this.#upload(query).parts.set(Number(query.get('partNumber')), part);
        return { headers: { etag: part.etag } };
      }
      case 'CompleteMultipartUpload':
        this.#complete(asked);
        return xml('CompleteMultipartUploadResult', tag('Key', escape(key)));
      case 'AbortMultipartUpload':
        this.#upload(query);
        this.uploads.delete(query.get('uploadId')!);
        return { status: 204 };
      case 'ListMultipartUploads':
        return xml('ListMultipartUploadsResult', this.#listUploads(query));
      default:
        throw new Refused(501, 'NotImplemented');
    }
  }

  #object(key: string): Stored {
    const object = this.objects.get(key);
    if (!object) throw new Refused(404, 'NoSuchKey');
    return object;
  }

  #upload(query: URLSearchParams): Unfinished {
    const upload = this.uploads.get(query.get('uploadId')!);
    if (!upload) throw new Refused(404, 'NoSuchUpload');
    return upload;
  }

  #complete({ key, query, body }: Asked): void {
    const { parts } = this.#upload(query);
    const named = [...body.toString().matchAll(/<Part>(.*?)<\/Part>/gs)].map(
      ([, part]) => ({
        number: Number(/<PartNumber>(\d+)/.exec(part)![1]),
        etag: /<ETag>([^<]*)/.exec(part)![1].replace(/&quot;/g, '"'),
      }),
    );
    const data = named.map(({ number, etag }, i) => {
      const part = parts.get(number);
      if (part?.etag !== etag) throw new Refused(400, 'InvalidPart');
      if (i && named[i - 1].number >= number)
        throw new Refused(400, 'InvalidPartOrder');
      if (i < named.length - 1 && part.data.length < SMALLEST_PART)
        throw new Refused(400, 'EntityTooSmall');
      return part.data;
    });
    this.objects.set(key, stored(Buffer.concat(data)));
    this.uploads.delete(query.get('uploadId')!);
  }

  #list(query: URLSearchParams): string {
    const prefix = query.get('prefix') ?? '';
    const delimiter = query.get('delimiter');
    const after = query.get('continuation-token') ?? '';
    const items = new Map<string, string>();
    for (const key of this.keys(prefix)) {
      const end = delimiter ? key.indexOf(delimiter, prefix.length) + 1 : 0;
      const name = end ? key.slice(0, end) : key;
      if (name <= after) continue;
      const { data, modified } = this.objects.get(key)!;
      items.set(
        name,
        end
          ? tag('CommonPrefixes', tag('Prefix', escape(name)))
          : tag(
              'Contents',
              tag('Key', escape(key)) +
                tag('LastModified', time(modified)) +
                tag('Size', data.length),
            ),
      );
    }
    const page = [...items].slice(0, PAGE);
    const truncated = items.size > PAGE;
    return [
      tag('IsTruncated', truncated),
      truncated ? tag('NextContinuationToken', escape(page.at(-1)![0])) : '',
      ...page.map(([, item]) => item),
    ].join('');
  }

  #listUploads(query: URLSearchParams): string {
    const prefix = query.get('prefix') ?? '';
    const after = query.get('upload-id-marker') ?? '';
    const found = [...this.uploads]
      .filter(([id, { key }]) => key.startsWith(prefix) && id > after)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const page = found.slice(0, PAGE);
    const truncated = found.length > PAGE;
    return [
      tag('IsTruncated', truncated),
      truncated ? tag('NextUploadIdMarker', page.at(-1)![0]) : '',
      ...page.map(([id, { key, initiated }]) =>
        tag(
          'Upload',
          tag('Key', escape(key)) +
            tag('UploadId', id) +
            tag('Initiated', time(initiated)),
        ),
      ),
    ].join('');
  }
}
