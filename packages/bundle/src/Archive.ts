/**
 * Reads archives: every entry checked before any of it is used, sizes taken from
 * what is read and not from what headers claim.
 */
import { open as openFile } from 'node:fs/promises';
import * as yauzl from 'yauzl';
import {
  ArchivedFile,
  DEFLATED,
  LOCAL_HEADER_BYTES,
  STORED,
  type ZipFileV3,
} from './ArchivedFile';
import { checkPath, decodeName, Paths, refuse } from './archivePath';
import { ArchiveReader } from './ArchiveReader';
import { BundleError } from './BundleError';
import { byPath, type BundleFile, type FileTree } from './FileTree';

/**
 * Limits of an archive.
 *
 * @public
 */
export interface ArchiveLimits {
  entries: number;
  /** Bytes of one unpacked file. */
  fileBytes: number;
  /** Bytes of all unpacked files together. */
  totalBytes: number;
  /** How many times its own size an archive may unpack to. */
  ratio: number;
}

/** @public */
export const ARCHIVE_LIMITS: ArchiveLimits = {
  entries: 50_000,
  fileBytes: 1024 ** 3,
  totalBytes: 4 * 1024 ** 3,
  ratio: 100,
};
/** Below this many bytes no archive is taken for a bomb: a file of zeros is no crime. */
const HARMLESS_BYTES = 64 * 1024 ** 2;
const REGULAR = 0o100000;
const DIRECTORY = 0o040000;

const { fromRandomAccessReaderPromise } = yauzl as unknown as {
  fromRandomAccessReaderPromise(
    reader: ArchiveReader,
    totalSize: number,
    options: yauzl.Options,
  ): Promise<ZipFileV3>;
};

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

/**
 * An archive, open for reading.
 *
 * @public
 */
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
        // Names are decoded below: what is not UTF-8 is refused, and not guessed.
        decodeStrings: false,
      });
    } catch (error) {
      await handle.close();
      throw new BundleError({
        code: 'NOT_AN_ARCHIVE',
        message: `the file is not a valid zip archive: ${
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
        message: `the archive is damaged or contains something that is not allowed: ${
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
        remedy:
          'Leave out files that the app does not need, such as node_modules.',
      });
    const paths = new Paths();
    const files: BundleFile[] = [];
    const spans: Span[] = [];
    let total = 0;
    for await (const entry of zip.eachEntry()) {
      const name = decodeName(entry.fileName as unknown as Buffer);
      const path = checkPath(name);
      // Flag bit 0: encrypted.
      if (entry.generalPurposeBitFlag % 2 === 1) refuse(path, 'is encrypted');
      if (![STORED, DEFLATED].includes(entry.compressionMethod))
        refuse(
          path,
          `is compressed with a method (${entry.compressionMethod}) that is not deflate`,
        );
      const mode = Math.floor(entry.externalFileAttributes / 2 ** 16);
      const type = (mode % 2 ** 16) - (mode % 0o10000);
      const madeOnUnix = Math.floor(entry.versionMadeBy / 256) === 3;
      const isDirectory = name.endsWith('/');
      if (![0, REGULAR, DIRECTORY].includes(type))
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
          remedy: 'Leave out files that the app does not need.',
        });
      files.push(
        new ArchivedFile({
          path,
          executable: madeOnUnix && mode % 0o200 >= 0o100,
          entry,
          zip,
          reader,
        }),
      );
    }
    refuseOverlaps(spans);
    const packed = spans.reduce((sum, { start, end }) => sum + end - start, 0);
    if (total > HARMLESS_BYTES && total > packed * limits.ratio)
      throw new BundleError({
        code: 'COMPRESSION_BOMB',
        message: `the archive unpacks to ${Math.round(
          total / packed,
        )} times its size; ${limits.ratio} times are allowed`,
        remedy: 'Leave out files that are almost empty.',
      });
    return files.sort(byPath);
  }

  find(path: string): BundleFile | undefined {
    return this.#byPath.get(path);
  }

  async read(file: BundleFile, limit: number): Promise<Buffer> {
    if (file.size > limit) refuse(file.path, `is larger than ${limit} bytes`);
    if (file.readAll) return file.readAll();
    const chunks: Buffer[] = [];
    for await (const chunk of await file.open()) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  async close(): Promise<void> {
    await this.#reader.closeFile();
  }
}
