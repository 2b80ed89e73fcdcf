/**
 * Connections to apps. One is used again only by the same pod's visitors, and only
 * after a request that an app cannot have left half read: without a body, answered to
 * its end, and not with a refusal to read on. What an app leaves unread would be its next
 * request, with whatever headers its sender likes (request smuggling, CWE-444).
 *
 * A request that cannot be repeated never goes over a connection that was used before:
 * the app may be closing it just then, and nobody knows what it has read.
 */
import type { Endpoint } from '@ai-app-store/backstage-plugin-app-store-common';
import {
  Agent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import type { Readable } from 'node:stream';
import { Client } from 'undici';
import { originOf } from './addresses';

/** An app that does not begin to answer for this long is given up, in milliseconds. */
const ANSWER_MS = 300_000;
const CONNECT_MS = 5000;
/** How long a connection waits for its next request, in milliseconds. */
const KEEP_MS = 30_000;
/** Connections to one pod that wait for their next request. */
const KEPT = 256;
/** Requests to one pod at once; one connection of a client may carry any number of them. */
const AT_ONCE = 1024;

/** Repeating them changes nothing (RFC 9110, 9.2.1). After HEAD an app may send a body, which would be taken for the next answer. */
const KEEPING_METHODS = new Set(['GET', 'OPTIONS']);
/** Without a body they end with their head. */
const UNFRAMED = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);
/** An app that answers so may have stopped reading the request. */
const UNREAD = new Set([400, 408, 411, 413, 414, 417, 431, 501, 505]);
/** The app ended the connection; see undici's Errors.md. `UND_ERR_SOCKET` also stands for a "100 Continue" that undici does not take. */
const ENDED = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** A request as an app gets it. */
export interface AppRequest {
  method: string;
  path: string;
  /** Names and values in turn. */
  headers: string[];
  /** What comes after the head, where something may. */
  body?: IncomingMessage;
  signal: AbortSignal;
}

/** The head of an app's answer, and its body to be read. */
export interface AppAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Readable;
}

/** A connection that may be used again. */
interface Kept {
  client: Client;
  used: boolean;
}

/** Connections to one pod. */
interface Pod {
  origin: string;
  /** The one used last comes last: it is the least likely to be stale. */
  idle: Kept[];
  open: Set<Client>;
  /** Requests under way. */
  busy: number;
  waiting: Set<() => void>;
}

/** True where bytes may come that belong to no answer. */
function isSurelyWhole(status: number, headers: IncomingHttpHeaders): boolean {
  if (UNREAD.has(status)) return false;
  if (status !== 204 && status !== 304) return true;
  return (
    headers['transfer-encoding'] === undefined &&
    (status === 304 || Number(headers['content-length'] ?? 0) === 0)
  );
}

/** Connections to apps, kept per pod and used again only where nothing of a former request can be left. */
export class AppConnections {
  /** By uid: an address may be another pod's by now. */
  readonly #pods = new Map<string, Pod>();
  readonly #atOnce: number;

  constructor(options: { atOnce?: number } = {}) {
    this.#atOnce = options.atOnce ?? AT_ONCE;
  }

  /**
   * Sends one request.
   *
   * @throws Error where no answer begins
   */
  async send(endpoint: Endpoint, request: AppRequest): Promise<AppAnswer> {
    const pod = this.#pod(endpoint);
    if (pod.busy < this.#atOnce) pod.busy += 1;
    else await turn(pod, request.signal);
    try {
      if (this.#pods.get(endpoint.podUid) !== pod)
        throw new Error('the pod is gone');
      const answer = await this.#send(pod, endpoint, request);
      answer.body.once('close', () => leave(pod));
      return answer;
    } catch (error) {
      leave(pod);
      throw error;
    }
  }

  /** Lets go of all connections to a pod: its address may be another's. */
  drop(podUid: string): void {
    const pod = this.#pods.get(podUid);
    this.#pods.delete(podUid);
    pod?.open.forEach(client => client.destroy().catch(() => {}));
  }

  close(): void {
    for (const podUid of [...this.#pods.keys()]) this.drop(podUid);
  }

  #pod(endpoint: Endpoint): Pod {
    const origin = originOf(endpoint);
    const known = this.#pods.get(endpoint.podUid);
    if (known?.origin === origin) return known;
    this.drop(endpoint.podUid);
    const pod: Pod = {
      origin,
      idle: [],
      open: new Set(),
      busy: 0,
      waiting: new Set(),
    };
    this.#pods.set(endpoint.podUid, pod);
    return pod;
  }

  async #send(
    pod: Pod,
    endpoint: Endpoint,
    request: AppRequest,
  ): Promise<AppAnswer> {
    if (request.body || !KEEPING_METHODS.has(request.method))
      return sendAlone(endpoint, request);
    const kept = pod.idle.pop() ?? connect(pod);
    const stale = kept.used;
    try {
      return await this.#sendKept(pod, kept, request);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const again =
        ENDED.has(code ?? '') && (stale || message === 'bad response');
      if (!again || request.signal.aborted) throw error;
      return sendAlone(endpoint, request);
    }
  }

  async #sendKept(
    pod: Pod,
    kept: Kept,
    request: AppRequest,
  ): Promise<AppAnswer> {
    const { client } = kept;
    kept.used = true;
    let answer;
    try {
      answer = await client.request({
        ...request,
        method: request.method as 'GET',
      });
    } catch (error) {
      client.destroy().catch(() => {});
      throw error;
    }
    const { statusCode: status, headers, body } = answer;
    const reusable = isSurelyWhole(status, headers);
    body.once('close', () => {
      const keep = body.readableEnded && reusable && pod.idle.length < KEPT;
      if (keep && pod.open.has(client)) pod.idle.push(kept);
      else client.destroy().catch(() => {});
    });
    return { status, headers, body };
  }
}

/** Waits for a turn: whoever sends many requests at once must not use up this process. */
async function turn(pod: Pod, signal: AbortSignal): Promise<void> {
  const over = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
  await new Promise<void>((resolve, reject) => {
    pod.waiting.add(resolve);
    over.addEventListener('abort', () => {
      // Whose turn it is already goes on.
      if (pod.waiting.delete(resolve)) reject(new Error('no turn'));
    });
  });
}

/** Hands the turn on, or gives it back. */
function leave(pod: Pod): void {
  const [next] = pod.waiting;
  if (!next) {
    pod.busy -= 1;
    return;
  }
  pod.waiting.delete(next);
  next();
}

/** Opens a connection that is forgotten when it ends, whoever ends it. */
function connect(pod: Pod): Kept {
  const client = new Client(pod.origin, {
    pipelining: 1,
    keepAliveTimeout: KEEP_MS,
    headersTimeout: ANSWER_MS,
    bodyTimeout: 0,
    connect: { timeout: CONNECT_MS },
  });
  const kept = { client, used: false };
  pod.open.add(client);
  const forget = () => {
    const at = pod.idle.indexOf(kept);
    if (at >= 0) pod.idle.splice(at, 1);
    // What was not sent yet goes over a new connection.
    if (client.stats.size > 0) return;
    pod.open.delete(client);
    client.destroy().catch(() => {});
  };
  client.on('disconnect', forget);
  client.on('connectionError', forget);
  return kept;
}

/** How the end of a request is told (RFC 9112, 6): Node would leave it out for some methods. */
function framing(request: AppRequest): string[] {
  const { body, method } = request;
  if (!body) return UNFRAMED.has(method) ? [] : ['content-length', '0'];
  return body.headers['content-length'] === undefined
    ? ['transfer-encoding', 'chunked']
    : [];
}

/** Keeps no connection. */
const alone = new Agent({ keepAlive: false, maxSockets: Infinity });

/** Sends a request over a connection of its own. Informational answers (1xx) are passed over. */
function sendAlone(
  endpoint: Endpoint,
  request: AppRequest,
): Promise<AppAnswer> {
  const { method, path, body, signal } = request;
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      host: endpoint.address,
      port: endpoint.port,
      method,
      path,
      headers: [...request.headers, ...framing(request), 'connection', 'close'],
      setHost: false,
      agent: alone,
      timeout: ANSWER_MS,
      signal,
    });
    const connecting = setTimeout(
      () => outgoing.destroy(new Error('no connection')),
      CONNECT_MS,
    );
    const connected = () => clearTimeout(connecting);
    outgoing.once('socket', socket => {
      socket.setNoDelay(true);
      socket.once('connect', connected);
    });
    outgoing.once('response', response => {
      outgoing.setTimeout(0);
      resolve({
        status: response.statusCode!,
        headers: response.headers,
        body: response,
      });
    });
    outgoing.once('timeout', () => outgoing.destroy(new Error('no answer')));
    const fail = (error: Error) => {
      body?.unpipe(outgoing);
      reject(error);
    };
    // Node tells of no error there: it would neither be answered nor end.
    outgoing.once('upgrade', (_, socket) => {
      socket.destroy();
      fail(new Error('it switched protocols, which nobody asked for'));
    });
    outgoing.on('error', fail);
    outgoing.once('close', () => {
      connected();
      reject(new Error('the connection ended'));
    });
    if (body) body.pipe(outgoing);
    else outgoing.end();
  });
}
