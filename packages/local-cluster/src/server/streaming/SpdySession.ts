/**
 * The server's side of SPDY/3.1, as far as Kubernetes' clients use it: streams that the client opens, each
 * with headers (https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/). They ignore
 * flow-control windows, so these are not implemented.
 */
import { Duplex } from 'node:stream';
import {
  constants,
  createDeflate,
  createInflate,
  type Deflate,
  type Inflate,
} from 'node:zlib';
import { SPDY_DICTIONARY } from './spdyDictionary';

const VERSION = 3;
const SYN_STREAM = 1;
const SYN_REPLY = 2;
const RST_STREAM = 3;
const PING = 6;
const GOAWAY = 7;
const FIN = 1;
const HEADER_BYTES = 8;
/** The longest frame that is taken, in bytes; clients send less than a tenth. */
const MOST_BYTES = 1024 * 1024;
const MOST_HEADER_BYTES = 16 * 1024;
const ID = 0x7fffffff;
/** Why a stream is reset. */
const CANCEL = 5;

function word(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
}

/** Names and values of a block of headers, once it is inflated. */
function readHeaders(block: Buffer): Map<string, string> {
  const headers = new Map<string, string>();
  let at = 4;
  const text = () => {
    const length = block.readUInt32BE(at);
    at += 4 + length;
    return block.subarray(at - length, at).toString('utf8');
  };
  for (let left = block.readUInt32BE(0); left > 0; left--)
    headers.set(text(), text());
  return headers;
}

/** One stream that a client opened. */
export class SpdyStream extends Duplex {
  readonly id: number;
  readonly headers: Map<string, string>;
  readonly #session: SpdySession;

  constructor(session: SpdySession, id: number, headers: Map<string, string>) {
    super({ allowHalfOpen: true });
    this.#session = session;
    this.id = id;
    this.headers = headers;
    // A client that leaves is not an error of ours.
    this.on('error', () => {});
  }

  override _read(): void {
    this.#session.resume(this.id);
  }

  override _write(
    chunk: Buffer,
    _: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    this.#session.sendData(this.id, chunk, 0, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#session.sendData(this.id, Buffer.alloc(0), FIN, done);
  }

  override _destroy(
    error: Error | null,
    done: (error?: Error | null) => void,
  ): void {
    this.#session.forget(this.id, !this.writableFinished);
    done(error);
  }
}

/** A connection of SPDY/3.1. */
export class SpdySession {
  readonly #connection: Duplex;
  readonly #opened: (stream: SpdyStream) => void;
  readonly #streams = new Map<number, SpdyStream>();
  readonly #inflate: Inflate;
  readonly #deflate: Deflate;
  /** Streams whose reader is slow. */
  readonly #slow = new Set<number>();
  readonly #gone = new AbortController();

  /** @param options - `opened` gets each stream that the client opens */
  constructor(options: {
    connection: Duplex;
    opened: (stream: SpdyStream) => void;
  }) {
    this.#connection = options.connection;
    this.#opened = options.opened;
    this.#inflate = createInflate({ dictionary: SPDY_DICTIONARY });
    this.#deflate = createDeflate({ dictionary: SPDY_DICTIONARY });
    this.#connection.on('error', () => {});
    this.#connection.once('close', () => this.close());
    this.#serve()
      .catch(() => {})
      .finally(() => this.close());
  }

  /** Aborts when the connection is over. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  async #serve(): Promise<void> {
    let rest = Buffer.alloc(0);
    for await (const chunk of this.#connection) {
      rest = rest.length ? Buffer.concat([rest, chunk]) : chunk;
      for (;;) {
        if (rest.length < HEADER_BYTES) break;
        const length = rest.readUInt32BE(4) & 0xffffff;
        if (length > MOST_BYTES) return;
        if (rest.length < HEADER_BYTES + length) break;
        const body = rest.subarray(HEADER_BYTES, HEADER_BYTES + length);
        const first = rest.readUInt32BE(0);
        await this.#take(first, rest[4], body);
        rest = rest.subarray(HEADER_BYTES + length);
      }
      if (this.#slow.size) await this.#drained();
    }
  }

  async #take(first: number, flags: number, body: Buffer): Promise<void> {
    if (!(first & 0x80000000)) {
      this.#takeData(first & ID, flags, body);
      return;
    }
    switch (first & 0xffff) {
      case SYN_STREAM:
        await this.#open(body, flags);
        break;
      case RST_STREAM:
        this.#streams.get(body.readUInt32BE(0) & ID)?.destroy();
        break;
      case PING:
        this.#sendControl(PING, body.subarray(0, 4));
        break;
      case GOAWAY:
        // No more streams come; those that there are go on.
        break;
      default: // settings, windows and the like change nothing here
    }
  }

  #takeData(id: number, flags: number, body: Buffer): void {
    const stream = this.#streams.get(id);
    if (!stream) return;
    if (stream.readableEnded || stream.destroyed) return;
    if (body.length && !stream.push(Buffer.from(body))) this.#slow.add(id);
    if (flags & FIN) stream.push(null);
  }

  async #open(body: Buffer, flags: number): Promise<void> {
    const id = body.readUInt32BE(0) & ID;
    const headers = readHeaders(await this.#inflated(body.subarray(10)));
    const stream = new SpdyStream(this, id, headers);
    this.#streams.set(id, stream);
    this.#sendControl(
      SYN_REPLY,
      Buffer.concat([word(id), await this.#deflated(word(0))]),
    );
    if (flags & FIN) stream.push(null);
    this.#opened(stream);
  }

  /** @throws Error for headers of more than 16 KiB */
  async #inflated(block: Buffer): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let length = 0;
    await new Promise<void>((resolve, reject) => {
      const take = (chunk: Buffer) => {
        length += chunk.length;
        if (length > MOST_HEADER_BYTES) reject(new Error('headers too long'));
        else chunks.push(chunk);
      };
      this.#inflate.on('data', take).once('error', reject);
      this.#inflate.write(block, () => {
        this.#inflate.off('data', take).off('error', reject);
        resolve();
      });
    });
    return chunks.length ? Buffer.concat(chunks) : word(0);
  }

  async #deflated(block: Buffer): Promise<Buffer> {
    this.#deflate.write(block);
    await new Promise<void>(resolve =>
      this.#deflate.flush(constants.Z_SYNC_FLUSH, resolve),
    );
    return this.#deflate.read();
  }

  #resumed: (() => void) | undefined;

  /** Until whoever reads has caught up; the client waits meanwhile. */
  #drained(): Promise<void> {
    return new Promise(resolve => (this.#resumed = resolve));
  }

  /** The reader of a stream wants more. */
  resume(id: number): void {
    this.#slow.delete(id);
    if (!this.#slow.size) this.#resumed?.();
  }

  #sendControl(type: number, body: Buffer): void {
    if (!this.#connection.writable) return;
    this.#connection.write(
      Buffer.concat([
        word(((0x80000000 | (VERSION << 16)) >>> 0) + type),
        word(body.length),
        body,
      ]),
    );
  }

  sendData(
    id: number,
    data: Buffer,
    flags: number,
    done: (error?: Error | null) => void,
  ): void {
    if (!this.#connection.writable) {
      done();
      return;
    }
    this.#connection.write(
      Buffer.concat([word(id), word(flags * 0x1000000 + data.length), data]),
      done,
    );
  }

  /** A stream is over; the client is told where it was not before its end. */
  forget(id: number, isReset: boolean): void {
    if (!this.#streams.delete(id)) return;
    this.resume(id);
    if (isReset)
      this.#sendControl(RST_STREAM, Buffer.concat([word(id), word(CANCEL)]));
  }

  /** Ends the connection and every stream. */
  close(): void {
    if (this.#gone.signal.aborted) return;
    this.#gone.abort();
    this.#streams.forEach(stream => stream.destroy());
    this.#slow.clear();
    this.#resumed?.();
    this.#inflate.close();
    this.#deflate.close();
    this.#connection.end();
  }
}
