/**
 * WebSockets. The app's answer is read before a byte of the client's goes through:
 * an app that does not switch protocols would take what follows for requests that
 * nobody checked.
 */
import type { Endpoint } from '@ai-app-store/backstage-plugin-app-store-common';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { GatewayConfig } from '../config';
import type { RouteTable } from '../routing/RouteTable';
import { answers, type Answer } from '../pages/answers';
import { assertDialable } from '../upstream/addresses';
import { whenGone } from './clientGone';
import type { Authorized } from '../authorize/Outcome';
import type { RequestAuthorizer } from '../authorize/RequestAuthorizer';
import { isForeign } from '../authorize/requests';
import { namesOfCookies } from '../upstream/expiringCookies';
import { requestHeaders, responseHeaders } from '../upstream/headers';
import type { OpenConnections } from './OpenConnections';

const ANSWER_MS = 30_000;
/** A body in place of a switch is cut after this many bytes. */
const BODY_LIMIT = 64 * 1024;
/** A client that was answered may take this long to read it, in milliseconds. */
const LINGER_MS = 5000;
/** More than this is not kept of what a client sends before the switch, in bytes. */
const EARLY_LIMIT = 64 * 1024;

function head(
  status: number,
  reason: string,
  headers: Record<string, string | string[]>,
): string {
  const lines = [`HTTP/1.1 ${status} ${reason}`];
  for (const [name, value] of Object.entries(headers))
    for (const one of ([] as string[]).concat(value))
      lines.push(`${name}: ${one}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Answers and ends, also where the client leaves its side open. */
function finish(client: Duplex, text: string, body?: Buffer): void {
  client.once('finish', () => {
    const timer = setTimeout(() => client.destroy(), LINGER_MS);
    client.once('close', () => clearTimeout(timer));
  });
  client.write(text, 'latin1');
  client.end(body);
}

function refuse(client: Duplex, answer: Answer): void {
  const body = Buffer.from(JSON.stringify(answer.problem));
  finish(
    client,
    head(answer.status, answer.problem.code, {
      'content-type': 'application/problem+json',
      'content-length': String(body.length),
      connection: 'close',
    }),
    body,
  );
}

/**
 * Reads a client until its socket is joined to the app's: only then is it told that
 * the client left. What comes before the switch is kept for the app.
 *
 * @returns how to stop, and get what came
 */
function watch(client: Duplex, first: Buffer): () => Buffer {
  const early = [first];
  let size = first.length;
  const take = (chunk: Buffer) => {
    early.push(chunk);
    size += chunk.length;
    if (size > EARLY_LIMIT) client.destroy();
  };
  const end = () => client.destroy();
  client.on('data', take);
  client.on('end', end);
  return () => {
    client.pause();
    client.off('data', take);
    client.off('end', end);
    return Buffer.concat(early);
  };
}

/** Joins the two sides after a switch. */
function join(client: Duplex, upstream: Duplex): void {
  (client as Socket).setNoDelay?.(true);
  (upstream as Socket).setNoDelay?.(true);
  client.on('close', () => upstream.destroy());
  upstream.on('close', () => client.destroy());
  upstream.on('error', () => client.destroy());
  client.pipe(upstream);
  upstream.pipe(client);
}

/** Passes on an answer that is no switch, and ends. */
async function relay(
  client: Duplex,
  response: IncomingMessage,
  ownCookies: string[],
): Promise<void> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += chunk.length;
    if (size > BODY_LIMIT) break;
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  const headers = {
    ...responseHeaders(response.headers, ownCookies),
    'content-length': String(body.length),
    connection: 'close',
  };
  finish(
    client,
    head(response.statusCode ?? 502, response.statusMessage ?? '', headers),
    body,
  );
}

/** Serves one upgrade. */
export async function serveUpgrade(options: {
  request: IncomingMessage;
  client: Duplex;
  first: Buffer;
  authorizer: RequestAuthorizer;
  config: GatewayConfig;
  connections: OpenConnections;
  routes: RouteTable;
}): Promise<void> {
  const { request, client, first, authorizer, config, connections, routes } =
    options;
  client.on('error', () => client.destroy());
  const early = watch(client, first);
  if (
    request.method !== 'GET' ||
    request.headers.upgrade?.toLocaleLowerCase('en-US') !== 'websocket'
  ) {
    refuse(client, answers.badRequest('Only WebSockets are upgraded here.'));
    return;
  }
  if (
    Number(request.headers['content-length'] ?? 0) > 0 ||
    request.headers['transfer-encoding'] !== undefined
  ) {
    refuse(client, answers.badRequest('An upgrade has no body.'));
    return;
  }
  const outcome = await authorizer.authorize(request);
  if (client.destroyed) return;
  if ('answer' in outcome) {
    refuse(client, outcome.answer);
    return;
  }
  if ('redirect' in outcome && !outcome.cookies.length) {
    finish(
      client,
      head(outcome.status, 'Elsewhere', {
        location: outcome.redirect,
        'content-length': '0',
        connection: 'close',
      }),
    );
    return;
  }
  if (!('authorized' in outcome)) {
    refuse(client, answers.signIn());
    return;
  }
  // A page of another origin could otherwise open a socket in the visitor's name.
  if (isForeign(request)) {
    refuse(client, answers.foreignPage());
    return;
  }
  // While the person was let in, the app may have moved.
  const endpoint = routes.get(outcome.authorized.route.id)?.endpoint;
  if (!endpoint) {
    refuse(client, answers.unreachable(outcome.authorized.route));
    return;
  }
  dial({
    request,
    client,
    early,
    endpoint,
    authorized: outcome.authorized,
    ownCookies: Object.values(authorizer.cookies),
    config,
    connections,
  });
}

function dial(options: {
  request: IncomingMessage;
  client: Duplex;
  early: () => Buffer;
  endpoint: Endpoint;
  authorized: Authorized;
  ownCookies: string[];
  config: GatewayConfig;
  connections: OpenConnections;
}): void {
  const {
    request,
    client,
    early,
    authorized,
    ownCookies,
    config,
    connections,
  } = options;
  const { route, identity, session } = authorized;
  const { address, port } = options.endpoint;
  assertDialable(address, config.loopbackPods);
  const headers = requestHeaders(request, {
    identity,
    secure: config.secure,
    ownCookies: authorized.clearing ? namesOfCookies(request) : ownCookies,
  });
  const outgoing = httpRequest({
    host: address,
    port,
    method: 'GET',
    path: request.url,
    setHost: false,
    agent: false,
    headers: [...headers, 'connection', 'Upgrade', 'upgrade', 'websocket'],
    timeout: ANSWER_MS,
  });
  const forget = connections.add({
    instanceId: route.id,
    session,
    endless: true,
    close: () => {
      client.destroy();
      outgoing.destroy();
    },
  });
  whenGone(client, () => {
    forget();
    outgoing.destroy();
  });
  outgoing.on('upgrade', (response, upstream, rest) => {
    upstream.setTimeout(0);
    const answer = {
      ...responseHeaders(response.headers, ownCookies),
      connection: 'Upgrade',
      upgrade: 'websocket',
    };
    client.write(head(101, 'Switching Protocols', answer), 'latin1');
    if (rest.length) client.write(rest);
    const sent = early();
    if (sent.length) upstream.write(sent);
    join(client, upstream);
  });
  outgoing.on('response', response => {
    relay(client, response, ownCookies).catch(() => client.destroy());
  });
  outgoing.on('timeout', () => outgoing.destroy(new Error('no answer')));
  outgoing.on('error', () => {
    if (!client.destroyed && client.writable)
      refuse(client, answers.unreachable(route));
  });
  outgoing.end();
}
