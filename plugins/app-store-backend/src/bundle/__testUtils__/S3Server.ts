/**
 * A small S3 over HTTP, in memory, with the calls that the stores make and S3's own
 * answers to them: signatures are checked, pages are short, parts have a smallest size,
 * times have whole seconds. What it does not know it refuses.
 */
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { S3Config } from '../../config/BundleConfig';
import { readAuthorization, signatureOf } from './signature';

const ACCESS_KEY = 'AKTEST';
const SECRET_KEY = 'a/secret+of=tests';
const REGION = 'us-east-1';
export const BUCKET = 'bundles';
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

/** What goes wrong with a call. */
export type Fault = 'error' | 'denied' | 'cut' | 'stall';

class Refused extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

const escape = (text: string) =>
  text.replace(/[&<>"]/g, c => `&#${c.charCodeAt(0)};`);
const tag = (name: string, content: string | number | boolean) =>
  `<${name}>${content}</${name}>`;
const time = (ms: number) => new Date(ms).toISOString();
const nowInSeconds = () => Math.floor(Date.now() / 1000) * 1000;

function stored(data: Buffer): Stored {
  return {
    data,
    etag: `"${createHash('md5').update(data).digest('hex')}"`,
    modified: nowInSeconds(),
  };
}

/** See the module's comment. */
export class S3Server {
  readonly #server: Server;
  readonly objects = new Map<string, Stored>();
  readonly uploads = new Map<string, Unfinished>();
  /** The calls so far, by S3's names. */
  readonly calls: string[] = [];
  /** Says what goes wrong; nothing unless it is set. */
  fault: (call: string, key: string) => Fault | undefined = () => undefined;
  /** Is waited for before a call is answered. */
  slow: (call: string) => Promise<void> = async () => {};

  static async start(): Promise<S3Server> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new S3Server(server);
  }

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => {
      this.#answer(request, response).catch(error => {
        if (response.headersSent || response.destroyed) {
          response.destroy();
          return;
        }
        const { status = 500, code = 'InternalError' } = error;
        response
          .writeHead(status, { 'content-type': 'application/xml' })
          .end(
            request.method === 'HEAD'
              ? undefined
              : tag('Error', tag('Code', code) + tag('Message', code)),
          );
      });
    });
  }

  /** How to get at it. */
  get config(): S3Config {
    return {
      bucket: BUCKET,
      endpoint: `http://127.0.0.1:${
        (this.#server.address() as AddressInfo).port
      }`,
      region: REGION,
      prefix: 'store/',
      credentials: { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY },
      forcePathStyle: true,
    };
  }

  /** The keys of what is there, in order. */
  keys(start = ''): string[] {
    return [...this.objects.keys()].filter(key => key.startsWith(start)).sort();
  }

  /** Makes everything that is there older. */
  age(ms: number): void {
    for (const object of this.objects.values()) object.modified -= ms;
    for (const upload of this.uploads.values()) upload.initiated -= ms;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #assertSigned(request: IncomingMessage): void {
    const authorization = readAuthorization(request);
    if (!authorization) throw new Refused(403, 'AccessDenied');
    if (authorization.accessKeyId !== ACCESS_KEY)
      throw new Refused(403, 'InvalidAccessKeyId');
    if (authorization.region !== REGION)
      throw new Refused(400, 'AuthorizationHeaderMalformed');
    if (
      authorization.signature !==
      signatureOf(request, authorization, SECRET_KEY)
    )
      throw new Refused(403, 'SignatureDoesNotMatch');
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const url = new URL(request.url!, 'http://s3');
    const [, bucket, ...rest] = url.pathname.split('/');
    const key = decodeURIComponent(rest.join('/'));
    const body = await buffer(request);
    this.#assertSigned(request);
    if (
      request.headers['x-amz-content-sha256'] !==
      createHash('sha256').update(body).digest('hex')
    )
      throw new Refused(501, 'NotImplemented');
    if (bucket !== BUCKET) throw new Refused(404, 'NoSuchBucket');
    const call = callOf(request.method!, key, url.searchParams);
    this.calls.push(call);
    await this.slow(call);
    const fault = this.fault(call, key);
    if (fault === 'error') throw new Refused(500, 'InternalError');
    if (fault === 'denied') throw new Refused(403, 'AccessDenied');
    if (call === 'GetObject') {
      await this.#get(key, response, fault);
      return;
    }
    if (fault === 'cut') {
      request.socket.destroy();
      return;
    }
    this.#do(call, { key, query: url.searchParams, body, response });
  }

  async #get(
    key: string,
    response: ServerResponse,
    fault: Fault | undefined,
  ): Promise<void> {
    const { data, etag, modified } = this.#object(key);
    response.writeHead(200, {
      'content-length': data.length,
      etag,
      'last-modified': new Date(modified).toUTCString(),
    });
    if (!fault) {
      response.end(data);
      return;
    }
    response.write(data.subarray(0, data.length / 2));
    if (fault === 'cut') setTimeout(() => response.destroy(), 20);
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

  #do(
    call: string,
    asked: {
      key: string;
      query: URLSearchParams;
      body: Buffer;
      response: ServerResponse;
    },
  ): void {
    const { key, query, body, response } = asked;
    const xml = (name: string, content: string) =>
      response
        .writeHead(200, { 'content-type': 'application/xml' })
        .end(`<?xml version="1.0"?>${tag(name, content)}`);
    switch (call) {
      case 'HeadObject': {
        const { data, etag, modified } = this.#object(key);
        response
          .writeHead(200, {
            'content-length': data.length,
            etag,
            'last-modified': new Date(modified).toUTCString(),
          })
          .end();
        return;
      }
      case 'PutObject': {
        const object = stored(body);
        this.objects.set(key, object);
        response.writeHead(200, { etag: object.etag }).end();
        return;
      }
      case 'DeleteObject':
        this.objects.delete(key);
        response.writeHead(204).end();
        return;
      case 'ListObjectsV2':
        xml('ListBucketResult', this.#list(query));
        return;
      case 'CreateMultipartUpload': {
        const id = randomUUID();
        this.uploads.set(id, { key, initiated: Date.now(), parts: new Map() });
        xml('InitiateMultipartUploadResult', tag('UploadId', id));
        return;
      }
      case 'UploadPart': {
        const part = stored(body);
        this.#upload(query).parts.set(Number(query.get('partNumber')), part);
        response.writeHead(200, { etag: part.etag }).end();
        return;
      }
      case 'CompleteMultipartUpload':
        this.#complete(key, query, body.toString());
        xml('CompleteMultipartUploadResult', tag('Key', escape(key)));
        return;
      case 'AbortMultipartUpload':
        this.#upload(query);
        this.uploads.delete(query.get('uploadId')!);
        response.writeHead(204).end();
        return;
      case 'ListMultipartUploads':
        xml('ListMultipartUploadsResult', this.#listUploads(query));
        return;
      default:
        throw new Refused(501, 'NotImplemented');
    }
  }

  #complete(key: string, query: URLSearchParams, body: string): void {
    const { parts } = this.#upload(query);
    const named = [...body.matchAll(/<Part>(.*?)<\/Part>/gs)].map(
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

function callOf(method: string, key: string, query: URLSearchParams): string {
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
