/**
 * An archive's bytes, read ahead where they are asked for one after another: a
 * bundle of ten thousand small files would else take three reads of the disk each.
 */
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { RandomAccessReader } from 'yauzl';

/** Bytes that are read at once. */
const WINDOW_BYTES = 512 * 1024;
/** Bytes of one piece of a stream. */
const STREAM_BYTES = 64 * 1024;
/** Bytes of a buffer that is used again. */
const SPARE_BYTES = 64 * 1024;
/** How far behind the last read the next one may begin and still count as its successor. */
const GAP_BYTES = 64 * 1024;

/** Reads an archive through a window of memory, so that neighbouring small files cost one read of the disk. */
export class ArchiveReader extends RandomAccessReader {
  readonly #handle: FileHandle;
  readonly #window = Buffer.allocUnsafeSlow(WINDOW_BYTES);
  readonly #spare: Buffer[] = [];
  #start = 0;
  #end = 0;
  #next = -1;
  /** While the window is read; there is one, and one at a time may fill it. */
  #filling: Promise<void> | undefined;

  constructor(handle: FileHandle) {
    super();
    this.#handle = handle;
  }

  /** Bytes of a range, in a buffer of their own; fewer where the file ends. */
  async slice(position: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    return buffer.subarray(0, await this.#fill(buffer, position));
  }

  /**
   * Calls back with the bytes of a range, in a buffer that is used again afterwards.
   * What is read and thrown away would else fill the memory until the next collection.
   */
  async lend<T>(
    position: number,
    length: number,
    work: (bytes: Buffer) => Promise<T> | T,
  ): Promise<T> {
    if (length > SPARE_BYTES) return work(await this.slice(position, length));
    const buffer = this.#spare.pop() ?? Buffer.allocUnsafeSlow(SPARE_BYTES);
    try {
      const wanted = buffer.subarray(0, length);
      const got = await this.#fill(wanted, position);
      return await work(wanted.subarray(0, got));
    } finally {
      this.#spare.push(buffer);
    }
  }

  async #fillWindow(position: number): Promise<void> {
    this.#end = 0;
    try {
      const { bytesRead } = await this.#handle.read(
        this.#window,
        0,
        WINDOW_BYTES,
        position,
      );
      this.#start = position;
      this.#end = position + bytesRead;
    } finally {
      this.#filling = undefined;
    }
  }

  async #fill(buffer: Buffer, position: number): Promise<number> {
    const { length } = buffer;
    const end = position + length;
    const within = () => position >= this.#start && end <= this.#end;
    const follows =
      position >= this.#next && position <= this.#next + GAP_BYTES;
    this.#next = end;
    if (!within() && follows && length < WINDOW_BYTES) {
      if (this.#filling) await this.#filling;
      if (!within() && !this.#filling) {
        this.#filling = this.#fillWindow(position);
        await this.#filling;
      }
    }
    if (within()) {
      this.#window.copy(buffer, 0, position - this.#start, end - this.#start);
      return length;
    }
    return (await this.#handle.read(buffer, 0, length, position)).bytesRead;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    // yauzl asks for no more than the file has.
    this.#fill(buffer.subarray(offset, offset + length), position).then(
      () => callback(null),
      callback,
    );
  }

  /** Not a stream of `node:fs`: those close what they read from when they are given up. */
  override _readStreamForRange(start: number, end: number) {
    const handle = this.#handle;
    return Readable.from(
      (async function* range() {
        for (let at = start; at < end; ) {
          const buffer = Buffer.allocUnsafe(Math.min(STREAM_BYTES, end - at));
          const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
          if (!bytesRead) return;
          yield buffer.subarray(0, bytesRead);
          at += bytesRead;
        }
      })(),
      { objectMode: false },
    );
  }

  /** The archive's owner closes the file; yauzl has no say in it. */
  override close(callback: (error: Error | null) => void): void {
    setImmediate(callback, null);
  }

  closeFile(): Promise<void> {
    return this.#handle.close();
  }
}
