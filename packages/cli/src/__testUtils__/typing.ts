/** Types commands in a world of the tests' own, at a store that answers as it is told. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main, type World } from '..';
import { faultOf, successOf } from './document';

const faults: string[] = [];
afterEach(() => {
  const [fault] = faults.splice(0);
  if (fault) throw new Error(fault);
});

const room = mkdtempSync(join(tmpdir(), 'cli-unit-'));
afterAll(() => rmSync(room, { recursive: true, force: true }));

/** A directory of the test's own. */
export function newDirectory(): string {
  return mkdtempSync(join(room, 'w-'));
}

/** What came of a command. */
export interface Typed {
  code: number;
  out: string;
  err: string;
}

/** Types a command. */
export async function type(
  args: string[],
  cwd: string,
  change: Partial<World> = {},
): Promise<Typed> {
  let out = '';
  let err = '';
  const code = await main(args, {
    out: { write: text => (out += text) },
    err: { write: text => (err += text) },
    env: { HOME: cwd, APP_STORE_URL: 'http://127.0.0.1:1' },
    cwd,
    stdin: piped(''),
    canAsk: false,
    confirm: async () => false,
    ask: async (_, suggestion) => suggestion,
    browse: async () => {},
    sleep: async () => {},
    onInterrupt: () => () => {},
    fetch,
    ...change,
  });
  return { code, out, err };
}

/** What is piped in. */
export async function* piped(
  ...chunks: Array<string | Uint8Array>
): AsyncGenerator<string | Uint8Array> {
  yield* chunks;
}

/** One request that the store got. */
interface Asked {
  what: string;
  query: Record<string, string>;
  headers: Record<string, string | string[] | undefined>;
  body: any;
}

/** A store of the test's own. */
export interface FakeStore {
  url: string;
  asked: Asked[];
  /** `METHOD path query` of each request, without the query's paging. */
  whats(): string[];
  close(): void;
  /** Types a command, signed in to this store. */
  type(args: string[], change?: Partial<World>): Promise<Typed>;
}

/** A stream of states of an instance that ends, or breaks off. */
export const stream =
  (states: unknown[], end: 'ends' | 'breaks' | 'stays' = 'stays') =>
  (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const state of states)
      response.write(`event: instance\ndata: ${JSON.stringify(state)}\n\n`);
    if (end === 'ends') response.end();
    // What was written goes out before the connection does.
    if (end === 'breaks') setTimeout(() => response.socket?.destroy(), 50);
  };

/**
 * A store that answers by `METHOD /path`, in turn where there are several answers; a
 * body alone is answered as the API's document has it, and a function answers itself.
 */
export async function storeOf(
  answers: Record<string, unknown>,
  cwd = newDirectory(),
): Promise<FakeStore> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url!, 'http://store');
    const path = url.pathname.replace('/api/app-store/v1', '');
    let text = '';
    for await (const chunk of request) text += chunk;
    const what = `${request.method} ${path}`;
    asked.push({
      what,
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      body: text.startsWith('{') ? JSON.parse(text) : text,
    });
    const known = answers[what] ?? answers['*'];
    const next = Array.isArray(known) ? known.shift() : known;
    if (next === 'break off') {
      request.socket.destroy();
      return;
    }
    if (typeof next === 'function') {
      next(response);
      return;
    }
    const { status, body } = answerOf(next, what);
    const fault = faultOf(what, status, body);
    if (fault) faults.push(fault);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body === undefined ? '' : JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    asked,
    whats: () => asked.map(({ what }) => what),
    close: () => server.close(),
    type: (args, change) =>
      type(args, cwd, {
        env: { HOME: cwd, APP_STORE_URL: url, APP_STORE_TOKEN: 't' },
        ...change,
      }),
  };
}

function answerOf(
  value: unknown,
  what: string,
): { status: number; body?: unknown } {
  if (value === undefined)
    return { status: 404, body: problem(404, 'NOT_FOUND') };
  return isAnswer(value) ? value : { status: successOf(what), body: value };
}

function isAnswer(value: unknown): value is { status: number; body?: unknown } {
  return typeof (value as { status?: unknown })?.status === 'number';
}

/** A refusal as the store puts it. */
export function problem(status: number, code: string, more: object = {}) {
  return {
    type: 'about:blank',
    title: code,
    status,
    detail: `It is ${code}.`,
    code,
    owner: 'you',
    remedy: 'Do otherwise.',
    ...more,
  };
}

/** An answer that refuses. */
export const refusal = (status: number, code: string, more: object = {}) => ({
  status,
  body: problem(status, code, more),
});
