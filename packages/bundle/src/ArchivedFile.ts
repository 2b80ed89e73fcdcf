/**
 * A file of an archive: read at once where it is small, as a stream otherwise, and
 * checked in either case against what the archive's directory says of it.
 */
import { pipeline, Transform, type Readable } from 'node:stream';
import { promisify } from 'node:util';
import { crc32, inflateRaw, inflateRawSync } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import type { ArchiveReader } from './ArchiveReader';
import type { BundleFile } from './FileTree';

/** Bytes of a file up to which it is read at once. */
const WHOLE_BYTES = 1024 ** 2;
/** Bytes up to which a file is unpacked where it is, which is faster than to hand it over. */
const INLINE_BYTES = 32 * 1024;
/** A local file header: its signature, and its bytes before the name (APPNOTE.TXT, 4.3.7). */
const LOCAL_HEADER = 0x04034b50;
export const LOCAL_HEADER_BYTES = 30;
/** Bytes that the extra field of a local header may have over the directory's. */
const EXTRA_BYTES = 32;
export const STORED = 0;
export const DEFLATED = 8;
const inflateRawAsync = promisify(inflateRaw);

// The published types are of version 2; these are the parts of version 3 that are used.
export interface ZipFileV3 extends ZipFile {
  eachEntry(): AsyncIterable<Entry>;
  readLocalFileHeaderPromise(
    entry: Pick<Entry, 'relativeOffsetOfLocalHeader' | 'compressedSize'>,
    options: { minimal: true },
  ): Promise<{ fileDataStart: number }>;
  openReadStreamLowLevel(
    fileDataStart: number,
    compressedSize: number,
    relativeStart: number,
    relativeEnd: number,
    decompress: boolean,
    uncompressedSize: number,
    done: (error: Error | null, stream: Readable) => void,
  ): void;
}

function ownCopy(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}

/** One file of an archive, checked against the archive's directory when it is read. It keeps no more of its entry than it needs: there may be tens of thousands. */
export class ArchivedFile implements BundleFile {
  readonly path: string;
  readonly size: number;
  readonly executable: boolean;
  readonly readAll?: () => Promise<Buffer>;
  readonly relativeOffsetOfLocalHeader: number;
  readonly compressedSize: number;
  readonly #headerBytes: number;
  readonly #crc32: number;
  readonly #deflated: boolean;
  readonly #zip: ZipFileV3;

  constructor(options: {
    path: string;
    executable: boolean;
    entry: Entry;
    zip: ZipFileV3;
    reader: ArchiveReader;
  }) {
    const { path, executable, entry, zip, reader } = options;
    this.path = path;
    this.size = entry.uncompressedSize;
    this.executable = executable;
    this.relativeOffsetOfLocalHeader = entry.relativeOffsetOfLocalHeader;
    this.compressedSize = entry.compressedSize;
    this.#headerBytes =
      LOCAL_HEADER_BYTES +
      entry.fileNameLength +
      entry.extraFieldLength +
      EXTRA_BYTES;
    this.#crc32 = entry.crc32;
    this.#deflated = entry.compressionMethod === DEFLATED;
    this.#zip = zip;
    if (this.size <= WHOLE_BYTES && this.compressedSize <= WHOLE_BYTES)
      this.readAll = () => this.#readAll(reader);
  }

  #fault(what: string): Error {
    return new Error(`${JSON.stringify(this.path)} ${what}`);
  }

  async #dataStart(): Promise<number> {
    const { fileDataStart } = await this.#zip.readLocalFileHeaderPromise(this, {
      minimal: true,
    });
    return fileDataStart;
  }

  async #readAll(reader: ArchiveReader): Promise<Buffer> {
    // The header and the data in one read, where the header is as long as the directory lets one think.
    const length = this.#headerBytes + this.compressedSize;
    const content = await reader.lend(
      this.relativeOffsetOfLocalHeader,
      length,
      async bytes => {
        if (
          bytes.length < LOCAL_HEADER_BYTES ||
          bytes.readUInt32LE(0) !== LOCAL_HEADER
        )
          throw this.#fault('has no local header');
        const start =
          LOCAL_HEADER_BYTES + bytes.readUInt16LE(26) + bytes.readUInt16LE(28);
        const end = start + this.compressedSize;
        const raw =
          end <= bytes.length
            ? bytes.subarray(start, end)
            : await reader.slice(
                this.relativeOffsetOfLocalHeader + start,
                this.compressedSize,
              );
        return this.#deflated ? this.#inflate(raw) : ownCopy(raw);
      },
    );
    if (content.length !== this.size)
      throw this.#fault(
        `has too ${content.length > this.size ? 'many' : 'few'} bytes`,
      );
    if (crc32(content) !== this.#crc32) throw this.#fault('is damaged');
    return content;
  }

  async #inflate(raw: Buffer): Promise<Buffer> {
    // One byte more than claimed, so that a false size is told from a true one.
    const most = this.size + 1;
    const options = {
      maxOutputLength: most,
      // From half of the pool's size on, a buffer has memory of its own.
      chunkSize: Math.max(Math.ceil(Buffer.poolSize / 2), most),
    };
    try {
      return this.size <= INLINE_BYTES
        ? inflateRawSync(raw, options)
        : await inflateRawAsync(raw, options);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
        throw this.#fault('has too many bytes');
      throw error;
    }
  }

  /** The content as it comes; fails at its end where it is not what the archive's directory says. */
  async open(): Promise<Readable> {
    const start = await this.#dataStart();
    const content = await new Promise<Readable>((resolve, reject) => {
      this.#zip.openReadStreamLowLevel(
        start,
        this.compressedSize,
        0,
        this.compressedSize,
        this.#deflated,
        this.size,
        (error, stream) => (error ? reject(error) : resolve(stream)),
      );
    });
    let sum = 0;
    const check = new Transform({
      transform(chunk: Buffer, _, done) {
        sum = crc32(chunk, sum);
        done(null, chunk);
      },
      flush: done =>
        done(sum === this.#crc32 ? null : this.#fault('is damaged')),
    });
    return pipeline(content, check, () => {});
  }
}
