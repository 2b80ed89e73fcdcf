/**
 * Writes each exchange with a Kubernetes API to a file, one JSON object a line, in the format of
 * the project's recordings. Stands in front of the cluster as a proxy, so that what is recorded is
 * what was sent.
 */
import { KubeConfig } from '@kubernetes/client-node';
import { appendFileSync } from 'node:fs';
import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
} from 'node:http';
import { request, type RequestOptions } from 'node:https';

/** A body as JSON where it is that. */
function parsed(text: string): unknown {
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Credentials are nobody's business. */
function shown(headers: IncomingMessage['headers']) {
  const { authorization: _, ...rest } = headers;
  return rest;
}

/** A proxy that records. */
export class RecordingProxy {
  readonly #server: Server;
  readonly #file: string;
  #group = 'cluster';
  #count = 0;

  static async open(config: KubeConfig, file: string): Promise<RecordingProxy> {
    const proxy = new RecordingProxy(config, file);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  private constructor(config: KubeConfig, file: string) {
    this.#file = file;
    this.#server = createServer(async (incoming, outgoing) => {
      const options: RequestOptions = { headers: {} };
      await config.applyToHTTPSOptions(
        options as Parameters<KubeConfig['applyToHTTPSOptions']>[0],
      );
      const { server } = config.getCurrentCluster()!;
      const url = new URL(server.replace(/\/$/, '') + incoming.url);
      const sent: Buffer[] = [];
      for await (const chunk of incoming) sent.push(chunk as Buffer);
      const began = Date.now();
      const upstream = (url.protocol === 'https:' ? request : httpRequest)(
        url,
        {
          ...options,
          method: incoming.method,
          headers: {
            ...incoming.headers,
            ...(options.headers as Record<string, string>),
            host: url.host,
          },
        },
        response => {
          outgoing.writeHead(response.statusCode!, response.rawHeaders);
          // A watch answers before anything happens.
          outgoing.flushHeaders();
          const received: Array<{ t: number; text: string }> = [];
          response.on('data', (chunk: Buffer) => {
            received.push({
              t: (Date.now() - began) / 1000,
              text: chunk.toString('utf8'),
            });
            outgoing.write(chunk);
          });
          response.on('close', () => {
            outgoing.end();
            this.#write(incoming, Buffer.concat(sent).toString(), {
              response,
              received,
            });
          });
          response.on('error', () => outgoing.destroy());
        },
      );
      upstream.on('error', () => outgoing.destroy());
      outgoing.on('close', () => upstream.destroy());
      upstream.end(Buffer.concat(sent));
    });
  }

  #write(
    incoming: IncomingMessage,
    body: string,
    answer: {
      response: IncomingMessage;
      received: Array<{ t: number; text: string }>;
    },
  ): void {
    const { response, received } = answer;
    const isWatch = /[?&]watch=(1|true)/.test(incoming.url!);
    const text = received.map(each => each.text).join('');
    const headers: string[][] = [];
    for (let i = 0; i < response.rawHeaders.length; i += 2)
      headers.push(response.rawHeaders.slice(i, i + 2));
    appendFileSync(
      this.#file,
      `${JSON.stringify({
        group: this.#group,
        name: `${++this.#count}`,
        note: '',
        request: {
          method: incoming.method,
          path: incoming.url,
          headers: shown(incoming.headers),
          body: parsed(body),
        },
        response: {
          status: response.statusCode,
          reason: response.statusMessage,
          headers,
          ...(isWatch && response.statusCode === 200
            ? {
                stream: text
                  .split('\n')
                  .filter(Boolean)
                  .map(line => ({
                    t: received.find(each => each.text.includes(line))?.t ?? 0,
                    line: parsed(line),
                  })),
              }
            : { body: parsed(text) }),
        },
      })}\n`,
    );
  }

  /** What the exchanges from now on belong to. */
  startGroup(name: string): void {
    this.#group = name;
    this.#count = 0;
  }

  /** The way to the cluster through this proxy. */
  config(): KubeConfig {
    const { port } = this.#server.address() as { port: number };
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      {
        name: 'recorded',
        server: `http://127.0.0.1:${port}`,
        skipTLSVerify: true,
      },
      { name: 'recorder' },
    );
    return config;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
