/** `pods/portforward`: connections to the ports of a pod, over WebSocket or SPDY. */
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { badRequest, methodNotAllowed } from '../../registry/errors';
import { resourceOf } from '../../registry/resources';
import type { KubeObject } from '../../types';
import type { ServedRequest } from '../serveResource';
import { Channels } from './channels';
import { SpdySession, type SpdyStream } from './SpdySession';
import { takeOver } from './upgrade';

const SPDY = ['portforward.k8s.io'];
const WEBSOCKET = ['v4.channel.k8s.io'];
/** How long the second stream of a connection may be on its way, in milliseconds. */
const PAIR_MS = 30_000;

type Dial = (port: number) => Promise<Duplex>;

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65536;
}

/** As the kubelet says why it reached nothing. */
function whyNot(pod: KubeObject, port: number, error: Error): string {
  const { uid } = pod.metadata;
  return `error forwarding port ${port} to pod ${uid}, uid : failed to connect to localhost:${port} inside namespace ${JSON.stringify(
    uid,
  )}: dial tcp4 127.0.0.1:${port}: connect: ${error.message}`;
}

/** @throws StatusError 400, 404 before the connection is taken over */
export async function servePortForward(
  asked: ServedRequest,
  name: string,
): Promise<void> {
  const { request, registry, query, streams, target } = asked;
  if (!['GET', 'POST'].includes(request.method!)) throw methodNotAllowed();
  const pod = registry.get(resourceOf('pods'), target.namespace, name);
  if (pod.status?.phase !== 'Running')
    throw badRequest(
      `unable to forward port because pod is not running. Current status=${pod.status?.phase}`,
    );
  const ports = query
    .getAll('ports')
    .flatMap(each => each.split(',').map(Number));
  const wrong = ports.find(port => !isPort(port));
  if (wrong !== undefined)
    throw badRequest(`a port is a number from 1 to 65535, not ${wrong}`);
  const upgraded = await takeOver(asked, { websocket: WEBSOCKET, spdy: SPDY });
  const dial: Dial = async port => {
    if (!isPort(port)) throw new Error(`no port: ${port}`);
    return streams.dial(pod, port);
  };
  if (upgraded.kind === 'spdy') forwardSpdy(upgraded.connection, pod, dial);
  else forwardChannels(new Channels(upgraded.socket), ports, pod, dial);
}

/** Each connection has two streams of one `requestid`: what is carried, and what went wrong. */
function forwardSpdy(connection: Duplex, pod: KubeObject, dial: Dial): void {
  const waiting = new Map<string, SpdyStream>();
  const session = new SpdySession({
    connection,
    opened(stream) {
      const id = stream.headers.get('requestid') ?? '';
      const other = waiting.get(id);
      if (!other) {
        waiting.set(id, stream);
        const timer = setTimeout(() => {
          if (waiting.delete(id)) stream.destroy();
        }, PAIR_MS);
        timer.unref();
        stream.once('close', () => clearTimeout(timer));
        return;
      }
      waiting.delete(id);
      const isData = stream.headers.get('streamtype') === 'data';
      const [data, error] = isData ? [stream, other] : [other, stream];
      void carry(data, error, Number(stream.headers.get('port')));
    },
  });
  async function carry(data: SpdyStream, error: SpdyStream, port: number) {
    let upstream: Duplex;
    try {
      upstream = await dial(port);
    } catch (reason) {
      error.end(whyNot(pod, port, reason as Error));
      data.end();
      return;
    }
    const end = () => upstream.destroy();
    if (session.gone.aborted) end();
    session.gone.addEventListener('abort', end);
    await Promise.all([
      pipeline(data, upstream).catch(() => upstream.destroy()),
      pipeline(upstream, data).catch(() => data.destroy()),
    ]);
    session.gone.removeEventListener('abort', end);
    error.end();
  }
}

/** Two channels a port, which each begin with the port's number; one connection each. */
function forwardChannels(
  channels: Channels,
  ports: number[],
  pod: KubeObject,
  dial: Dial,
): void {
  ports.forEach((port, index) => {
    const [data, error] = [2 * index, 2 * index + 1];
    const number = Buffer.alloc(2);
    number.writeUInt16LE(port);
    channels.send(data, number);
    channels.send(error, number);
    const input = channels.input(data);
    dial(port).then(
      upstream => {
        const end = () => upstream.destroy();
        channels.gone.addEventListener('abort', end);
        if (channels.gone.aborted) end();
        pipeline(input, upstream).catch(() => upstream.destroy());
        pipeline(upstream, channels.output(data))
          .catch(() => {})
          .finally(() => ports.length === 1 && channels.close());
      },
      reason => channels.send(error, whyNot(pod, port, reason)),
    );
  });
}
