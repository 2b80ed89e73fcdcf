/**
 * Streams as channels of a WebSocket: the first byte of each message says which
 * (`v4.channel.k8s.io`; `v5.channel.k8s.io` can also say that one has no more).
 */
import { PassThrough, Writable, type Readable } from 'node:stream';
import type { WebSocket } from 'ws';

/** Of version 5: the channel whose number follows has no more. */
const CLOSE = 255;
/** Between two looks after a client that is not read from, in milliseconds. */
const PING_MS = 2000;

function bytesOf(data: unknown): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data as ArrayBuffer);
}

/** The channels of one WebSocket. */
export class Channels {
  readonly #socket: WebSocket;
  readonly #inputs = new Map<number, PassThrough>();
  readonly #gone = new AbortController();
  #paused: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', data => this.#take(bytesOf(data)));
    socket.on('close', () => this.#leave());
    socket.on('error', () => this.#leave());
  }

  /** Aborts when the client is gone. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  #leave(): void {
    this.#gone.abort();
    clearInterval(this.#paused);
    this.#inputs.forEach(input => input.end());
  }

  #take(message: Buffer): void {
    if (!message.length) return;
    const [channel] = message;
    if (channel === CLOSE) {
      this.#inputs.get(message[1])?.end();
      return;
    }
    const input = this.#inputs.get(channel);
    if (!input || input.writableEnded) return;
    if (input.write(message.subarray(1)) || this.#paused) return;
    // Whoever reads is slow: the client waits. Whether it is still there shows in what is sent to it.
    this.#socket.pause();
    this.#paused = setInterval(() => this.#socket.ping(), PING_MS);
    input.once('drain', () => {
      clearInterval(this.#paused);
      this.#paused = undefined;
      this.#socket.resume();
    });
  }

  /** What the client sends on a channel. */
  input(channel: number): Readable {
    const stream = new PassThrough();
    this.#inputs.set(channel, stream);
    return stream;
  }

  /** What goes to the client on a channel. */
  output(channel: number): Writable {
    const socket = this.#socket;
    const prefix = Buffer.from([channel]);
    return new Writable({
      write(chunk: Buffer, _, done) {
        // The callback runs once the data is sent, so at most one chunk is buffered.
        socket.send(Buffer.concat([prefix, chunk]), error =>
          done(error ?? undefined),
        );
      },
    });
  }

  send(channel: number, data: string | Buffer): void {
    this.#socket.send(
      Buffer.concat([Buffer.from([channel]), Buffer.from(data)]),
    );
  }

  close(): void {
    this.#socket.close(1000);
  }
}
