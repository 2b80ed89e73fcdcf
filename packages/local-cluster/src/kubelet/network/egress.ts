/**
 * The way out of pods with a network of their own: an HTTP proxy (CONNECT and
 * absolute-form requests) that never leads back to this machine, but for the ports
 * that are allowed under {@link HOST_ALIAS}.
 */
import { rmSync } from 'node:fs';
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { BlockList, connect, isIPv6, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HOST_ALIAS } from './PodNetwork';

const FORBIDDEN = new BlockList();
FORBIDDEN.addSubnet('127.0.0.0', 8);
FORBIDDEN.addSubnet('169.254.0.0', 16);
FORBIDDEN.addSubnet('0.0.0.0', 8);
FORBIDDEN.addAddress('::1', 'ipv6');
FORBIDDEN.addAddress('::', 'ipv6');
FORBIDDEN.addSubnet('fe80::', 10, 'ipv6');
FORBIDDEN.addSubnet('::ffff:127.0.0.0', 104, 'ipv6');

/** Whether an address is one of this machine's interfaces, as they are now. */
function isOwn(address: string): boolean {
  return Object.values(networkInterfaces()).some(entries =>
    entries?.some(
      entry =>
        entry.address === address || `::ffff:${entry.address}` === address,
    ),
  );
}

/** Headers of one connection, and none of a message (RFC 9110, section 7.6.1). */
const OF_CONNECTION = [
  'connection',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
];

function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !OF_CONNECTION.includes(name)),
  );
}

/** The HTTP proxy through which pods reach the outside, never this machine except for the allowed ports. */
export class EgressProxy {
  readonly #server: Server;
  readonly #hostPorts: () => number[];
  readonly #open = new Set<Duplex>();

  /** @param hostPorts - ports of this machine that pods may reach */
  static create(options: { hostPorts: () => number[] }): EgressProxy {
    return new EgressProxy(options.hostPorts);
  }

  private constructor(hostPorts: () => number[]) {
    this.#hostPorts = hostPorts;
    this.#server = createServer({ requestTimeout: 0 }, (request, response) => {
      this.#forward(request, response).catch(() => response.destroy());
    });
    this.#server.on(
      'connect',
      (request: IncomingMessage, socket: Duplex, head: Buffer) => {
        this.#tunnel(request, socket, head).catch(() => socket.destroy());
      },
    );
  }

  async listen(path: string): Promise<void> {
    rmSync(path, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(path, resolve);
    });
  }

  /** The address to dial for a host; undefined where pods may not go there. */
  async #address(host: string, port: number): Promise<string | undefined> {
    if (host === HOST_ALIAS)
      return this.#hostPorts().includes(port) ? '127.0.0.1' : undefined;
    const { address } = await lookup(host.replace(/^\[|\]$/g, ''));
    const isForbidden =
      isOwn(address) ||
      FORBIDDEN.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
    return isForbidden ? undefined : address;
  }

  async #tunnel(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<void> {
    const [, host, port] = /^(.*):(\d+)$/.exec(request.url ?? '') ?? [];
    socket.on('error', () => socket.destroy());
    const refuse = (status: string) =>
      socket.end(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\n\r\n`);
    // What goes through a tunnel is not seen: to this machine's own ports only requests are led, with their true Host.
    if (host === HOST_ALIAS) {
      refuse('403 Forbidden');
      return;
    }
    const address =
      host && (await this.#address(host, Number(port)).catch(() => ''));
    if (address === undefined) {
      refuse('403 Forbidden');
      return;
    }
    if (!address) {
      refuse('502 Bad Gateway');
      return;
    }
    const upstream: Socket = connect({ host: address, port: Number(port) });
    this.#open.add(upstream);
    upstream.once('close', () => this.#open.delete(upstream));
    upstream.once('connect', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      if (head.length) upstream.write(head);
      pipeline(socket, upstream, socket).catch(() => {
        upstream.destroy();
        socket.destroy();
      });
    });
    upstream.once('error', () => {
      if (upstream.connecting || !upstream.bytesRead) refuse('502 Bad Gateway');
    });
  }

  async #forward(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const url = URL.canParse(request.url ?? '')
      ? new URL(request.url!)
      : undefined;
    const port = Number(url?.port || 80);
    const address =
      url && (await this.#address(url.hostname, port).catch(() => ''));
    if (!address) {
      response.writeHead(address === undefined ? 403 : 502, {
        'content-type': 'text/plain',
      });
      response.end(
        address === undefined
          ? 'the local cluster does not lead there\n'
          : 'no such host\n',
      );
      return;
    }
    const upstream = httpRequest(
      {
        // Of its own: one that is kept may lead to who listened there before, or end under the request.
        agent: false,
        host: address,
        port,
        method: request.method,
        path: `${url!.pathname}${url!.search}`,
        headers: { ...endToEnd(request.headers), host: url!.host },
      },
      answer => {
        response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
        // A pod may be gone before its answer comes.
        pipeline(answer, response).catch(() => answer.destroy());
      },
    );
    upstream.on('error', () => {
      if (!response.headersSent) response.writeHead(502);
      response.end();
    });
    await pipeline(request, upstream).catch(() => upstream.destroy());
  }

  async close(): Promise<void> {
    this.#open.forEach(socket => socket.destroy());
    this.#server.closeAllConnections();
    await new Promise<void>(resolve => this.#server.close(() => resolve()));
  }
}
