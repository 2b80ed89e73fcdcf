/** Sends requests to a cluster as they were recorded, and reads the answers as they come. */
import { request as send, Agent } from 'node:https';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';

/** An answer. */
export interface Answer {
  status: number;
  headers: Map<string, string[]>;
  body: Buffer;
}

/** An answer that goes on. */
export interface OpenAnswer {
  status: number;
  headers: Map<string, string[]>;
  /** What came so far. */
  text(): string;
  ended(): boolean;
  close(): void;
}

/** What is sent. */
export interface Sent {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string | Buffer;
  token?: string;
}

function headersOf(answer: IncomingMessage): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  for (let at = 0; at < answer.rawHeaders.length; at += 2) {
    const name = answer.rawHeaders[at].toLowerCase();
    headers.set(name, [
      ...(headers.get(name) ?? []),
      answer.rawHeaders[at + 1],
    ]);
  }
  return headers;
}

/** Speaks with one cluster. */
export class Client {
  readonly #address: URL;
  readonly #agent: Agent;

  constructor(options: { address: string; ca: string }) {
    this.#address = new URL(options.address);
    this.#agent = new Agent({ ca: options.ca, keepAlive: true });
  }

  async #begin(sent: Sent): Promise<IncomingMessage> {
    const { method, path, headers, body, token } = sent;
    const outgoing = send({
      host: this.#address.hostname,
      port: this.#address.port,
      method,
      path,
      agent: this.#agent,
      headers: {
        ...headers,
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
        ...(body === undefined
          ? {}
          : { 'Content-Length': String(Buffer.byteLength(body)) }),
      },
    });
    outgoing.end(body);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    return answer;
  }

  async send(sent: Sent): Promise<Answer> {
    const answer = await this.#begin(sent);
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk);
    return {
      status: answer.statusCode!,
      headers: headersOf(answer),
      body: Buffer.concat(chunks),
    };
  }

  async open(sent: Sent): Promise<OpenAnswer> {
    const answer = await this.#begin(sent);
    let text = '';
    let ended = false;
    answer.setEncoding('utf8');
    answer.on('data', chunk => (text += chunk));
    const end = () => (ended = true);
    answer.on('end', end).on('close', end).on('error', end);
    return {
      status: answer.statusCode!,
      headers: headersOf(answer),
      text: () => text,
      ended: () => ended,
      close: () => answer.destroy(),
    };
  }

  close(): void {
    this.#agent.destroy();
  }
}
