/** `pods/exec` and `pods/attach`, over WebSocket or SPDY. */
import {
  badRequest,
  methodNotAllowed,
  StatusError,
} from '../../registry/errors';
import { resourceOf } from '../../registry/resources';
import type { Json } from '../../types';
import type { Session, SessionOptions } from '../containerStreams';
import { isTrue } from '../options';
import type { ServedRequest } from '../serveResource';
import { Channels } from './channels';
import { join, type ClientStreams } from './remoteCommand';
import { SpdySession, type SpdyStream } from './SpdySession';
import { takeOver, type Upgraded } from './upgrade';

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
const RESIZE = 4;

/** How long a client may take to open its streams, in milliseconds, as the kubelet has it. */
const STREAMS_MS = 30_000;

const WEBSOCKET = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const SPDY = ['v4.channel.k8s.io'];

/** What a request asks for. */
interface Asked extends SessionOptions {
  stdout: boolean;
  stderr: boolean;
}

function askedBy(query: URLSearchParams): Asked {
  const tty = isTrue(query, 'tty');
  const asked = {
    stdin: isTrue(query, 'stdin'),
    stdout: isTrue(query, 'stdout'),
    // A terminal has one output.
    stderr: isTrue(query, 'stderr') && !tty,
    tty,
  };
  if (!asked.stdin && !asked.stdout && !asked.stderr)
    throw badRequest('you must specify at least 1 of stdin, stdout, stderr');
  return asked;
}

/** @throws StatusError 400, 404 before the connection is taken over */
export async function serveExec(
  asked: ServedRequest,
  name: string,
  what: 'exec' | 'attach',
): Promise<void> {
  const { request, registry, query, streams, target } = asked;
  if (!['GET', 'POST'].includes(request.method!)) throw methodNotAllowed();
  const pod = registry.get(resourceOf('pods'), target.namespace, name);
  const wanted = askedBy(query);
  const command = query.getAll('command');
  if (what === 'exec' && !command.length)
    throw badRequest('you must specify at least one command for the container');
  const container = streams.container(pod, query.get('container') || undefined);
  const upgraded = await takeOver(asked, { websocket: WEBSOCKET, spdy: SPDY });
  const client = await clientOf(upgraded, wanted);
  // It left, or never opened its streams.
  if (client.gone.aborted) return;
  let session: Session;
  try {
    session =
      what === 'exec'
        ? await container.exec(command, wanted)
        : container.attach();
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    client.end(error.toStatus());
    return;
  }
  await join(session, client);
}

async function clientOf(
  upgraded: Upgraded,
  wanted: Asked,
): Promise<ClientStreams> {
  return upgraded.kind === 'websocket'
    ? overWebSocket(new Channels(upgraded.socket), wanted)
    : overSpdy(upgraded.connection, wanted);
}

function overWebSocket(channels: Channels, wanted: Asked): ClientStreams {
  // An empty message says that the session has begun.
  channels.send(wanted.stdout ? STDOUT : STDERR, '');
  return {
    stdin: wanted.stdin ? channels.input(STDIN) : undefined,
    stdout: wanted.stdout ? channels.output(STDOUT) : undefined,
    stderr: wanted.stderr ? channels.output(STDERR) : undefined,
    onResize: resized => readSizes(channels.input(RESIZE), resized),
    gone: channels.gone,
    end(status) {
      channels.send(ERROR, JSON.stringify(status));
      channels.close();
    },
  };
}

/** A client opens one stream for each that it wants, and says its type in the headers. */
async function overSpdy(
  connection: ConstructorParameters<typeof SpdySession>[0]['connection'],
  wanted: Asked,
): Promise<ClientStreams> {
  const types = [
    'error',
    ...(wanted.stdin ? ['stdin'] : []),
    ...(wanted.stdout ? ['stdout'] : []),
    ...(wanted.stderr ? ['stderr'] : []),
    ...(wanted.tty ? ['resize'] : []),
  ];
  const found = new Map<string, SpdyStream>();
  let complete = () => {};
  const all = new Promise<void>(resolve => (complete = resolve));
  const session = new SpdySession({
    connection,
    opened(stream) {
      found.set(stream.headers.get('streamtype') ?? '', stream);
      if (types.every(type => found.has(type))) complete();
    },
  });
  session.gone.addEventListener('abort', complete);
  const timer = setTimeout(() => session.close(), STREAMS_MS);
  await all;
  clearTimeout(timer);
  return {
    stdin: found.get('stdin'),
    stdout: found.get('stdout'),
    stderr: found.get('stderr'),
    onResize(resized) {
      const stream = found.get('resize');
      if (stream) readSizes(stream, resized);
    },
    gone: session.gone,
    end(status) {
      const streams = ['stdout', 'stderr'].map(type => found.get(type));
      streams.forEach(stream => stream?.end());
      found
        .get('error')
        ?.end(status.status === 'Success' ? undefined : JSON.stringify(status));
    },
  };
}

/** Rows or columns of a terminal. */
function isExtent(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) < 65536;
}

/** Sizes of a terminal come as JSON, one after another. */
function readSizes(
  stream: NodeJS.ReadableStream,
  resized: Parameters<NonNullable<ClientStreams['onResize']>>[0],
): void {
  stream.on('data', (chunk: Buffer) => {
    for (const [text] of chunk.toString('utf8').matchAll(/\{[^}]*\}/g)) {
      let size: Json;
      try {
        size = JSON.parse(text);
      } catch {
        continue; // a size that cannot be read changes nothing
      }
      const { Width: columns, Height: rows } = size;
      if (isExtent(columns) && isExtent(rows)) resized({ columns, rows });
    }
  });
}
