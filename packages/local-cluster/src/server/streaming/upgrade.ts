/** Takes over the connection of a request that asks for another protocol. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocketServer, type WebSocket } from 'ws';
import { badRequest } from '../../registry/errors';

/** What a request to upgrade comes with. */
export interface Upgrade {
  socket: Duplex;
  head: Buffer;
}

/** A connection that was taken over. */
export type Upgraded =
  | { kind: 'websocket'; socket: WebSocket; protocol: string }
  | { kind: 'spdy'; connection: Duplex; protocol: string };

const SPDY = 'SPDY/3.1';
/** The longest message of a WebSocket, in bytes; clients send a fraction of it. */
const MOST_BYTES = 4 * 1024 * 1024;
/** SPDY inside a WebSocket has its protocol's name behind this. */
const TUNNEL = `${SPDY}+`;

function listed(value: string | string[] | undefined): string[] {
  return String(value ?? '')
    .split(',')
    .map(each => each.trim())
    .filter(Boolean);
}

/**
 * Takes it over, by the first protocol in the server's order that the client knows.
 *
 * @param protocols - what is served over WebSocket and over SPDY
 * @throws StatusError 400 where it asks for no upgrade, or for protocols that are not served
 */
export async function takeOver(
  asked: {
    request: IncomingMessage;
    response: ServerResponse;
    upgrade?: Upgrade;
  },
  protocols: { websocket: string[]; spdy: string[] },
): Promise<Upgraded> {
  const { request, response, upgrade } = asked;
  if (!upgrade) throw badRequest('Upgrade request required');
  const { headers } = request;
  const wanted = String(headers.upgrade).toLowerCase();
  if (wanted === 'websocket') {
    const offered = listed(headers['sec-websocket-protocol']);
    const tunnelled = protocols.spdy.map(each => `${TUNNEL}${each}`);
    const protocol = [...tunnelled, ...protocols.websocket].find(each =>
      offered.includes(each),
    );
    if (!protocol)
      throw badRequest(
        `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(
          ' ',
        )}], server accepts [${protocols.websocket.join(' ')}]`,
      );
    const socket = await webSocket(
      asked as Parameters<typeof webSocket>[0],
      protocol,
    );
    return protocol.startsWith(TUNNEL)
      ? {
          kind: 'spdy',
          connection: createWebSocketStream(socket),
          protocol: protocol.slice(TUNNEL.length),
        }
      : { kind: 'websocket', socket, protocol };
  }
  if (wanted !== SPDY.toLowerCase())
    throw badRequest('Upgrade request required');
  const offered = listed(headers['x-stream-protocol-version']);
  const protocol = protocols.spdy.find(each => offered.includes(each));
  if (!protocol)
    throw badRequest(
      `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(
        ' ',
      )}], server accepts [${protocols.spdy.join(' ')}]`,
    );
  const { socket, head } = upgrade;
  release(response, socket);
  socket.write(
    [
      'HTTP/1.1 101 Switching Protocols',
      'Connection: Upgrade',
      `Upgrade: ${SPDY}`,
      `X-Stream-Protocol-Version: ${protocol}`,
      '\r\n',
    ].join('\r\n'),
  );
  if (head.length) socket.unshift(head);
  return { kind: 'spdy', connection: socket, protocol };
}

/** No answer of HTTP's comes any more. */
function release(response: ServerResponse, socket: Duplex): void {
  response.detachSocket(socket as Parameters<typeof response.detachSocket>[0]);
}

function webSocket(
  asked: {
    request: IncomingMessage;
    response: ServerResponse;
    upgrade: Upgrade;
  },
  protocol: string,
): Promise<WebSocket> {
  const { request, response, upgrade } = asked;
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MOST_BYTES,
  });
  // The name of a tunnel has a slash in it, which no token of HTTP may have: the library would refuse it.
  delete request.headers['sec-websocket-protocol'];
  server.on('headers', headers =>
    headers.push(`Sec-WebSocket-Protocol: ${protocol}`),
  );
  release(response, upgrade.socket);
  return new Promise((resolve, reject) => {
    server.once('wsClientError', reject);
    server.handleUpgrade(request, upgrade.socket, upgrade.head, resolve);
  });
}
