/**
 * A small S3 over HTTP, in memory: signatures and digests of bodies are checked as S3
 * does, and whatever a test wants goes wrong.
 *
 * Of our own: the one on npm (s3rver) has not followed S3 for years, and no test can have it
 * break off an answer, make objects older, or count what was asked.
 */
import { createHash } from 'node:crypto';
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
import { callOf, Refused, S3Objects, tag } from './S3Objects';
import { readAuthorization, signatureOf } from './signature';

const ACCESS_KEY = 'AKTEST';
const SECRET_KEY = 'a/secret+of=tests';
const REGION = 'us-east-1';
const BUCKET = 'bundles';

/** What goes wrong with a call; a cut or stalled answer has half of its body. */
export type Fault = 'error' | 'denied' | 'cut' | 'stall';

/** An S3 over HTTP for tests. */
export class S3Server extends S3Objects {
  readonly #server: Server;
  /** The calls so far, by S3's names. */
  readonly calls: string[] = [];
  /** Says what goes wrong; nothing unless it is set. */
  fault: (call: string) => Fault | undefined = () => undefined;
  /** Is waited for before a call is answered. */
  slow: (call: string) => Promise<void> = async () => {};

  static async start(): Promise<S3Server> {
    // On a machine that stands still for a while, an idle connection would be closed
    // just when the next request is on its way.
    const server = createServer({ keepAliveTimeout: 0 });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new S3Server(server);
  }

  private constructor(server: Server) {
    super();
    this.#server = server;
    server.on('request', (request, response) => {
      this.#answer(request, response).catch(error => {
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
    const { port } = this.#server.address() as AddressInfo;
    return {
      bucket: BUCKET,
      endpoint: `http://127.0.0.1:${port}`,
      region: REGION,
      prefix: 'store/',
      credentials: { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY },
      forcePathStyle: true,
    };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #assertSigned(request: IncomingMessage, body: Buffer): void {
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
    const digest = createHash('sha256').update(body).digest('hex');
    // Bodies that are signed piece by piece, or not at all, are not known here.
    if (request.headers['x-amz-content-sha256'] !== digest)
      throw new Refused(501, 'NotImplemented');
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const url = new URL(request.url!, 'http://s3');
    const [, bucket, ...rest] = url.pathname.split('/');
    const asked = {
      key: decodeURIComponent(rest.join('/')),
      query: url.searchParams,
      body: await buffer(request),
    };
    this.#assertSigned(request, asked.body);
    if (bucket !== BUCKET) throw new Refused(404, 'NoSuchBucket');
    const call = callOf(request.method!, asked);
    this.calls.push(call);
    await this.slow(call);
    const fault = this.fault(call);
    if (fault === 'error') throw new Refused(500, 'InternalError');
    if (fault === 'denied') throw new Refused(403, 'AccessDenied');
    if (fault && call !== 'GetObject') {
      request.socket.destroy();
      return;
    }
    const { status = 200, headers, body } = this.do(call, asked);
    response.writeHead(status, headers);
    if (!fault) {
      response.end(body);
      return;
    }
    response.write(body!.slice(0, body!.length / 2));
    // Not before the half has gone out.
    if (fault === 'cut') setTimeout(() => response.destroy(), 20);
  }
}
