/**
 * Writes a stream to a new file in large pieces, and gives the memory of each piece
 * back at once: two hundred megabytes in small buffers would else be waited for by
 * the garbage collector, some sixty of them at a time.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { Writable } from 'node:stream';

/** Bytes that are written together. */
const PIECE_BYTES = 512 * 1024;
/** Smaller buffers may share their memory with others. */
const OWN_BYTES = 16 * 1024;

/** Frees what a buffer holds, where it is all of its memory. */
function release(buffer: Buffer): void {
  const memory = buffer.buffer as ArrayBuffer & {
    // Of ECMAScript 2024, which the types do not have yet.
    transfer?(length: number): ArrayBuffer;
  };
  if (buffer.byteLength >= OWN_BYTES && buffer.byteLength === memory.byteLength)
    memory.transfer?.(0);
}

/** Writes a stream to a new file. What is written to it belongs to it from then on. */
export class FileSink extends Writable {
  readonly #path: string;
  #handle: FileHandle | undefined;

  /** @param path - must not be there yet */
  constructor(path: string) {
    super({ highWaterMark: PIECE_BYTES });
    this.#path = path;
  }

  override _construct(done: (error?: Error | null) => void): void {
    open(this.#path, 'wx', 0o600).then(handle => {
      this.#handle = handle;
      done();
    }, done);
  }

  async #put(buffers: Buffer[]): Promise<void> {
    let rest = buffers;
    while (rest.length) {
      let { bytesWritten } = await this.#handle!.writev(rest);
      // A disk may take less than it is given.
      const left: Buffer[] = [];
      for (const buffer of rest) {
        if (bytesWritten < buffer.length)
          left.push(buffer.subarray(bytesWritten));
        bytesWritten = Math.max(0, bytesWritten - buffer.length);
      }
      rest = left;
    }
    buffers.forEach(release);
  }

  override _write(
    chunk: Buffer,
    _: string,
    done: (error?: Error | null) => void,
  ): void {
    this.#put([chunk]).then(() => done(), done);
  }

  override _writev(
    chunks: Array<{ chunk: Buffer }>,
    done: (error?: Error | null) => void,
  ): void {
    this.#put(chunks.map(({ chunk }) => chunk)).then(() => done(), done);
  }

  override _destroy(
    error: Error | null,
    done: (error?: Error | null) => void,
  ): void {
    if (this.#handle) this.#handle.close().then(() => done(error), done);
    else done(error);
  }
}
