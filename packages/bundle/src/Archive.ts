/**
 * Reads archives: every entry checked before any of it is used, sizes taken from
 * what is read and not from what headers claim.
 */
import { open as openFile } from 'node:fs/promises';
import { pipeline, Transform, type Readable } from 'node:stream';
import { promisify } from 'node:util';
import { crc32, inflateRaw, inflateRawSync } from 'node:zlib';
import * as yauzl from 'yauzl';
import { ArchiveReader } from './ArchiveReader';
import { BundleError } from './BundleError';
import { byPath, type BundleFile, type FileTree } from './FileTree';

/** Limits of an archive. */
export interface ArchiveLimits {
  entries: number;
  /** Bytes of one unpacked file. */
  fileBytes: number;
  /** Bytes of all unpacked files together. */
  totalBytes: number;
  /** How many times its own size an archive may unpack to. */
  ratio: number;
}

export const ARCHIVE_LIMITS: ArchiveLimits = {
  entries: 50_000,
  fileBytes: 1024 ** 3,
  totalBytes: 4 * 1024 ** 3,
  ratio: 100,
};
/** Below this many bytes no archive is taken for a bomb: a file of zeros is no crime. */
const HARMLESS_BYTES = 64 * 1024 ** 2;
/** Longest name of a path element, in bytes (NAME_MAX of common file systems). */
const ELEMENT_BYTES = 255;
const PATH_BYTES = 1024;
const REGULAR = 0o100000;
const DIRECTORY = 0o040000;
/** Bytes of a local file header before its name (APPNOTE.TXT, 4.3.7). */
const LOCAL_HEADER_BYTES = 30;

// The published types are of version 2; these are the parts of version 3 that are used.
interface ZipFileV3 extends yauzl.ZipFile {
  eachEntry(): AsyncIterable<yauzl.Entry>;
  openReadStreamPromise(entry: yauzl.Entry): Promise<Readable>;
  readLocalFileHeaderPromise(
    entry: yauzl.Entry,
    options: { minimal: true },
  ): Promise<{ fileDataStart: number }>;
}
const { fromRandomAccessReaderPromise } = yauzl as unknown as {
  fromRandomAccessReaderPromise(
    reader: ArchiveReader,
    totalSize: number,
    options: yauzl.Options,
  ): Promise<ZipFileV3>;
};
const inflateRawAsync = promisify(inflateRaw);

function refuse(path: string, why: string): never {
  throw new BundleError({
    code: 'BAD_ENTRY',
    message: `the archive's entry ${JSON.stringify(path)} ${why}`,
    remedy: 'Pack the bundle again without it.',
  });
}

/** The path of an entry in its one form; refuses what must not be unpacked. */
export function checkPath(raw: string): string {
  if (raw.includes('\0')) refuse(raw, 'has a NUL in its name');
  if (raw.includes('\ufffd')) refuse(raw, 'has a name that is not UTF-8');
  if (raw.includes('\\')) refuse(raw, 'has a backslash in its name');
  if (raw.startsWith('/')) refuse(raw, 'has an absolute path');
  if (/^[A-Za-z]:/.test(raw)) refuse(raw, 'begins with a drive letter');
  // Control characters are what is looked for.
  // eslint-disable-next-line no-control-regex
  if (/[\x00-\x1f\x7f]/.test(raw))
    refuse(raw, 'has a control character in its name');
  const elements = raw.replace(/\/$/, '').split('/');
  for (const element of elements) {
    if (element === '' || element === '.' || element === '..')
      refuse(raw, 'leaves or blurs its place in the archive');
    if (Buffer.byteLength(element) > ELEMENT_BYTES)
      refuse(raw, `has a name of more than ${ELEMENT_BYTES} bytes`);
  }
  if (Buffer.byteLength(raw) > PATH_BYTES)
    refuse(raw, `has a path of more than ${PATH_BYTES} bytes`);
  return elements.join('/');
}

/** Remembers paths so that no two of them are one to some file system. */
class Paths {
  readonly #seen = new Map<string, { path: string; directory: boolean }>();

  static #fold(path: string): string {
    return path.normalize('NFC').toLocaleLowerCase('en-US');
  }

  add(path: string, directory: boolean): void {
    const elements = path.split('/');
    for (let i = 1; i < elements.length; i++)
      this.#note(elements.slice(0, i).join('/'), true, path);
    this.#note(path, directory, path);
  }

  #note(path: string, directory: boolean, entry: string): void {
    const key = Paths.#fold(path);
    const before = this.#seen.get(key);
    if (!before) {
      this.#seen.set(key, { path, directory });
      return;
    }
    if (before.path !== path)
      refuse(
        entry,
        `is the same as ${JSON.stringify(
          before.path,
        )} on file systems that fold case or Unicode`,
      );
    if (before.directory !== directory)
      refuse(entry, 'is both a file and a directory');
    if (!directory) refuse(entry, 'stands in the archive twice');
  }
}

/** Where an entry's data lies in the archive, in bytes. */
interface Span {
  path: string;
  start: number;
  end: number;
}

/** Entries that share their data unpack to far more than the archive holds. */
function refuseOverlaps(spans: Span[]): void {
  spans.sort((a, b) => a.start - b.start);
  spans.forEach((span, i) => {
    const next = spans[i + 1];
    if (next && next.start < span.end)
      refuse(next.path, `shares its data with ${JSON.stringify(span.path)}`);
  });
}

/** Bytes of a file up to which it is read at once. */
const WHOLE_BYTES = 1024 ** 2;
/** Bytes up to which a file is unpacked where it is, which is faster than to hand it over. */
const INLINE_BYTES = 32 * 1024;
const STORED = 0;
const DEFLATED = 8;

/** The content of a small file, checked against the archive's directory. */
async function readWhole(
  zip: ZipFileV3,
  reader: ArchiveReader,
  entry: yauzl.Entry,
): Promise<Buffer> {
  const size = entry.uncompressedSize;
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, {
    minimal: true,
  });
  const raw = await reader.slice(fileDataStart, entry.compressedSize);
  // One byte more than claimed, so that a false size is told from a true one.
  const options = { maxOutputLength: size + 1 };
  let content = raw;
  try {
    if (entry.compressionMethod === DEFLATED)
      content =
        size <= INLINE_BYTES
          ? inflateRawSync(raw, options)
          : await inflateRawAsync(raw, options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new Error(`${JSON.stringify(entry.fileName)} has too many bytes`);
    throw error;
  }
  if (content.length !== size)
    throw new Error(
      `${JSON.stringify(entry.fileName)} has too ${
        content.length > size ? 'many' : 'few'
      } bytes`,
    );
  if (crc32(content) !== entry.crc32)
    throw new Error(`${JSON.stringify(entry.fileName)} is damaged`);
  return content;
}

/** Passes a file on as it comes, and fails at its end where it is not what the archive's directory says. */
function checked(content: Readable, entry: yauzl.Entry): Readable {
  let sum = 0;
  const check = new Transform({
    transform(chunk: Buffer, _, done) {
      sum = crc32(chunk, sum);
      done(null, chunk);
    },
    flush(done) {
      done(
        sum === entry.crc32
          ? null
          : new Error(`${JSON.stringify(entry.fileName)} is damaged`),
      );
    },
  });
  return pipeline(content, check, () => {});
}

/** An archive, open for reading. */
export class Archive implements FileTree {
  readonly files: readonly BundleFile[];
  readonly #byPath: Map<string, BundleFile>;
  readonly #reader: ArchiveReader;

  /**
   * Opens an archive and checks its directory.
   *
   * @throws BundleError where it is no archive, or holds what must not be unpacked
   */
  static async open(
    path: string,
    limits: ArchiveLimits = ARCHIVE_LIMITS,
  ): Promise<Archive> {
    const handle = await openFile(path, 'r');
    const reader = new ArchiveReader(handle);
    let zip: ZipFileV3;
    try {
      const { size } = await handle.stat();
      zip = await fromRandomAccessReaderPromise(reader, size, {
        lazyEntries: true,
        autoClose: false,
        strictFileNames: true,
        validateEntrySizes: true,
        decodeStrings: true,
      });
    } catch (error) {
      await handle.close();
      throw new BundleError({
        code: 'NOT_AN_ARCHIVE',
        message: `the file is not a readable zip archive: ${
          (error as Error).message
        }`,
        remedy: 'Upload a .wave or .zip file.',
      });
    }
    try {
      return new Archive(
        reader,
        await Archive.#readDirectory(zip, reader, limits),
      );
    } catch (error) {
      await handle.close();
      if (error instanceof BundleError) throw error;
      throw new BundleError({
        code: 'BAD_ARCHIVE',
        message: `the archive is damaged or not allowed: ${
          (error as Error).message
        }`,
        remedy: 'Pack the bundle again.',
      });
    }
  }

  private constructor(reader: ArchiveReader, files: BundleFile[]) {
    this.#reader = reader;
    this.files = files;
    this.#byPath = new Map(files.map(file => [file.path, file]));
  }

  static async #readDirectory(
    zip: ZipFileV3,
    reader: ArchiveReader,
    limits: ArchiveLimits,
  ): Promise<BundleFile[]> {
    if (zip.entryCount > limits.entries)
      throw new BundleError({
        code: 'TOO_MANY_ENTRIES',
        message: `the archive has ${zip.entryCount} entries; ${limits.entries} are allowed`,
        remedy: 'Leave out what the app does not need, such as node_modules.',
      });
    const paths = new Paths();
    const files: BundleFile[] = [];
    const spans: Span[] = [];
    let total = 0;
    for await (const entry of zip.eachEntry()) {
      const path = checkPath(entry.fileName);
      // Flag bit 0: encrypted.
      if (entry.generalPurposeBitFlag % 2 === 1) refuse(path, 'is encrypted');
      if (![STORED, DEFLATED].includes(entry.compressionMethod))
        refuse(
          path,
          `is packed by a method (${entry.compressionMethod}) that is not deflate`,
        );
      const mode = Math.floor(entry.externalFileAttributes / 2 ** 16);
      const type = (mode % 2 ** 16) - (mode % 0o10000);
      const madeOnUnix = Math.floor(entry.versionMadeBy / 256) === 3;
      const isDirectory = entry.fileName.endsWith('/');
      if (madeOnUnix && type !== 0 && type !== REGULAR && type !== DIRECTORY)
        refuse(path, 'is a link or a device');
      if (madeOnUnix && type === DIRECTORY && !isDirectory)
        refuse(path, 'is both a file and a directory');
      paths.add(path, isDirectory);
      const start = entry.relativeOffsetOfLocalHeader;
      spans.push({
        path,
        start,
        end:
          start +
          LOCAL_HEADER_BYTES +
          entry.fileNameLength +
          entry.compressedSize,
      });
      if (isDirectory) continue;
      if (entry.uncompressedSize > limits.fileBytes)
        refuse(path, `is larger than ${limits.fileBytes} bytes`);
      total += entry.uncompressedSize;
      if (total > limits.totalBytes)
        throw new BundleError({
          code: 'TOO_LARGE',
          message: `the archive unpacks to more than ${limits.totalBytes} bytes`,
          remedy: 'Leave out what the app does not need.',
        });
      files.push({
        path,
        size: entry.uncompressedSize,
        executable: madeOnUnix && mode % 0o200 >= 0o100,
        open: async () =>
          checked(await zip.openReadStreamPromise(entry), entry),
        ...(entry.uncompressedSize <= WHOLE_BYTES &&
        entry.compressedSize <= WHOLE_BYTES
          ? { whole: () => readWhole(zip, reader, entry) }
          : {}),
      });
    }
    refuseOverlaps(spans);
    const packed = spans.reduce((sum, { start, end }) => sum + end - start, 0);
    if (total > HARMLESS_BYTES && total > packed * limits.ratio)
      throw new BundleError({
        code: 'COMPRESSION_BOMB',
        message: `the archive unpacks to ${Math.round(
          total / packed,
        )} times its size; ${limits.ratio} times are allowed`,
        remedy: 'Leave out files that hold next to nothing.',
      });
    return files.sort(byPath);
  }

  find(path: string): BundleFile | undefined {
    return this.#byPath.get(path);
  }

  async read(file: BundleFile, limit: number): Promise<Buffer> {
    if (file.size > limit) refuse(file.path, `is larger than ${limit} bytes`);
    if (file.whole) return file.whole();
    const chunks: Buffer[] = [];
    for await (const chunk of await file.open()) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  async close(): Promise<void> {
    await this.#reader.closeFile();
  }
}
