/**
 * What stands in the source of a declared app: a directory of a repository or a bundle, read with
 * the portal's own URL reader, and only where that may read. The same commit gives the same bundle.
 */
import type { UrlReaderService } from '@backstage/backend-plugin-api';
import type { DeclarationSpec } from '@ai-app-store/backstage-plugin-app-store-common';
import {
  ARCHIVE_LIMITS,
  checkBundle,
  contentSum,
  DirectoryTree,
  packTree,
  readBundle,
  type BundleError,
} from '@ai-app-store/bundle';
import type { ScmIntegrationRegistry } from '@backstage/integration';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Meter, OverLimit } from '../artifacts/Meter';
import { StoreError } from '../errors/StoreError';
import { normalLocation } from '../config/declarations';
import type { AppContent } from './declarationRows';
import { urlOf } from './Trust';

/** Files beside the app that describe it to the catalog, and are no part of it. */
const CATALOG_FILE = /^catalog-info\.ya?ml$/;
/** A source that does not answer for this long is given up, in milliseconds. */
const TIMEOUT_MS = 60_000;

const BUNDLE = /\.(zip|wave)$/;

/** What stands in a source, and its bundle while somebody works with it. */
export interface FetchedApp {
  content: AppContent;
  /** Absent where it is as it was when it was read last. */
  open?: () => Promise<Readable>;
}

interface Fetched {
  etag?: string;
  name: string;
  version: string;
  contentDigest: string;
  open: () => Promise<Readable>;
}

function unreadable(url: string, error: Error): StoreError {
  return new StoreError({
    status: 502,
    code: 'SOURCE_UNREACHABLE',
    message: `${url} cannot be read: ${error.message.slice(0, 300)}`,
    owner: error.name === 'NotFoundError' ? 'author' : 'admin',
    remedy:
      error.name === 'NotFoundError'
        ? 'Correct spec.source.'
        : 'The store tries again by itself. If the problem continues, an admin checks `integrations` and `backend.reading` of the portal.',
  });
}

/** What comes, or the end of the wait: not every reader minds the signal for all that it asks for. */
function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), {
      once: true,
    });
  });
  return Promise.race([work, late]);
}

/** Reads sources of apps. */
export class AppSources {
  readonly #reader: UrlReaderService;
  readonly #integrations: ScmIntegrationRegistry;
  readonly #limits: { bundleBytes: number };
  readonly #allowedWaveVariables: RegExp[];
  readonly #timeoutMs: number;

  /** @param options.timeoutMs - after how many milliseconds a source is given up; 60,000 by default */
  constructor(options: {
    reader: UrlReaderService;
    integrations: ScmIntegrationRegistry;
    limits: { bundleBytes: number };
    allowedWaveVariables: RegExp[];
    timeoutMs?: number;
  }) {
    this.#reader = options.reader;
    this.#integrations = options.integrations;
    this.#limits = options.limits;
    this.#allowedWaveVariables = options.allowedWaveVariables;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  }

  /**
   * Where the source of an app is.
   *
   * @param root - the directory that a relative source may not leave; by default that of the file
   * @throws StoreError 400 for what is no URL, or leaves that directory
   */
  urlOf(
    location: string | undefined,
    { source }: DeclarationSpec<'App'>,
    root?: string,
  ): string {
    const refuse = (message: string) =>
      new StoreError({
        status: 400,
        code: 'BAD_SOURCE',
        message,
        owner: 'author',
        remedy: 'Use a relative path such as ./, or an https URL of a bundle.',
      });
    const bundle = normalLocation(source);
    // Where the portal has credentials, whoever writes a file would read with them.
    if (
      bundle?.startsWith('https:') &&
      BUNDLE.test(new URL(bundle).pathname) &&
      !this.#integrations.byUrl(bundle)
    )
      return bundle;
    const base = urlOf(location);
    const url = base && !bundle && this.#resolve(source, base);
    if (!url)
      throw refuse(
        'spec.source is neither a directory beside this file nor an https URL of a bundle.',
      );
    // Resolved alike: some servers show a directory under another path than a file.
    const top = this.#resolve('./', root ? `${root}catalog-info.yaml` : base!);
    if (!top || !url.startsWith(top))
      throw refuse(`spec.source leads out of ${top ?? 'its repository'}.`);
    return url;
  }

  #resolve(path: string, base: string): string | undefined {
    return normalLocation(this.#integrations.resolveUrl({ url: path, base }));
  }

  /**
   * Looks at a source, and works with what stands there.
   *
   * @param known - what was there before; it is not read again where it has not changed
   * @throws StoreError 502 where it cannot be read, 400 for what is no app
   */
  async with<T>(
    url: string,
    known: AppContent | undefined,
    work: (fetched: FetchedApp) => Promise<T>,
  ): Promise<T> {
    const directory = await mkdtemp(join(tmpdir(), 'declared-app-'));
    try {
      const fetched = await this.#fetch(url, known, directory);
      if (!fetched) return await work({ content: known! });
      const { open, ...content } = fetched;
      return await work({ content: { url, ...content }, open });
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  /** Undefined where it has not changed. */
  async #fetch(
    url: string,
    known: AppContent | undefined,
    directory: string,
  ): Promise<Fetched | undefined> {
    const etag = known?.url === url ? known.etag : undefined;
    try {
      return await (BUNDLE.test(new URL(url).pathname)
        ? this.#fetchBundle(url, etag, directory)
        : this.#fetchDirectory(url, etag, directory));
    } catch (error) {
      if ((error as Error).name === 'NotModifiedError') return undefined;
      if (error instanceof StoreError) throw error;
      if ((error as Error).name === 'BundleError')
        throw faulty(error as BundleError);
      throw unreadable(url, error as Error);
    }
  }

  async #fetchDirectory(
    url: string,
    etag: string | undefined,
    directory: string,
  ): Promise<Fetched> {
    const root = join(directory, 'tree');
    await mkdir(root);
    const signal = AbortSignal.timeout(this.#timeoutMs);
    const filter = this.#bounded(url);
    const tree = await inTime(
      this.#reader.readTree(url, { etag, filter, signal }),
      signal,
    );
    await inTime(tree.dir({ targetDir: root }), signal);
    const files = await DirectoryTree.open(root);
    const { manifest, issues } = await checkBundle(files, {
      allowedWaveVariables: this.#allowedWaveVariables,
    });
    const [fault] = [
      ...issues.filter(issue => issue.severity === 'error'),
      ...files.faults.map(({ path, why }) => ({
        code: 'BAD_ENTRY',
        message: `${path} ${why}`,
        remedy: 'Rename it, or add it to .appignore.',
      })),
    ];
    if (fault || !manifest) throw faulty(fault);
    return {
      etag: tree.etag,
      name: manifest.name,
      version: manifest.version,
      contentDigest: (await contentSum(files)).digest,
      open: async () => packTree(files),
    };
  }

  /** Takes what belongs to the app, as long as that is no more than a bundle may hold. */
  #bounded(url: string) {
    let bytes = 0;
    let files = 0;
    return (path: string, info?: { size: number }) => {
      if (CATALOG_FILE.test(path)) return false;
      bytes += info?.size ?? 0;
      files += 1;
      if (bytes > ARCHIVE_LIMITS.totalBytes || files > ARCHIVE_LIMITS.entries)
        throw tooLarge(
          `${url} holds more than a bundle may.`,
          'Put the app into a directory of its own, and name that in spec.source.',
        );
      return true;
    };
  }

  async #fetchBundle(
    url: string,
    etag: string | undefined,
    directory: string,
  ): Promise<Fetched> {
    const path = join(directory, 'bundle.zip');
    const signal = AbortSignal.timeout(this.#timeoutMs);
    const response = await inTime(
      this.#reader.readUrl(url, { etag, signal }),
      signal,
    );
    const limit = this.#limits.bundleBytes;
    await pipeline(
      response.stream!(),
      new Meter({ limit }),
      createWriteStream(path),
      { signal },
    ).catch(error => {
      throw error instanceof OverLimit
        ? tooLarge(
            `${url} is larger than ${limit} bytes.`,
            'Make the bundle smaller.',
          )
        : error;
    });
    const bundle = await readBundle(path, {
      allowedWaveVariables: this.#allowedWaveVariables,
    });
    return {
      etag: response.etag,
      name: bundle.manifest.name,
      version: bundle.manifest.version,
      contentDigest: bundle.contentDigest,
      open: async () => createReadStream(path),
    };
  }
}

function tooLarge(message: string, remedy: string): StoreError {
  return new StoreError({
    status: 400,
    code: 'SOURCE_TOO_LARGE',
    message,
    owner: 'author',
    remedy,
  });
}

function faulty(
  fault: { code: string; message: string; remedy: string } | undefined,
): StoreError {
  return new StoreError({
    status: 400,
    code: fault?.code ?? 'BAD_BUNDLE',
    message: `The source is not an app that can be imported: ${
      fault?.message ?? 'there is no app.toml'
    }.`,
    owner: 'author',
    remedy: fault?.remedy ?? 'Add an app.toml.',
  });
}
