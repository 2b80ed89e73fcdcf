/** What is in an app's bundle: for its owner, for those who look at it, for its pods. */
import { Archive, contentTar } from '@ai-app-store/bundle';
import type { AppMetaPart } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Readable } from 'node:stream';
import type { BundleStore } from '../artifacts/BundleStore';
import type { AppRecord } from './AppRepository';
import type { AppService } from './AppService';
import type { Audit } from '../audit/Audit';
import type { Caller } from '../auth/Caller';
import { StoreError } from '../errors/StoreError';

/** Most bytes of a text that are shown. */
const TEXT_LIMIT = 1024 ** 2;
const FILE_OF: Record<Exclude<AppMetaPart, 'FILES'>, string> = {
  REQUIREMENTS: 'requirements.txt',
  PACKAGES: 'packages.txt',
  APP: 'app.toml',
};

/** Who is refused where nobody downloads is told that; who may not see the app is not. */
function downloadsOff(error: Error): Error {
  if (!(error instanceof StoreError) || error.status !== 403) return error;
  return new StoreError({
    ...error,
    code: 'DOWNLOADS_OFF',
    message: 'Downloads are disabled in this store.',
    owner: 'admin',
    remedy: 'An admin can set appStore.downloads to true.',
  });
}

function archiveOf(
  bundles: BundleStore,
  { bundleDigest }: AppRecord,
): Promise<Archive> {
  return bundles.withFile(bundleDigest, path => Archive.open(path));
}

/** The content of an app's bundle as a tar stream; to be closed by whoever asks. */
export async function tarOf(
  bundles: BundleStore,
  record: AppRecord,
): Promise<{ stream: Readable; close(): Promise<void> }> {
  const archive = await archiveOf(bundles, record);
  return { stream: contentTar(archive), close: () => archive.close() };
}

/** Hands out bundles, images and files of apps. */
export class AppContents {
  readonly #apps: AppService;
  readonly #bundles: BundleStore;
  readonly #audit: Audit;
  readonly #downloads: boolean;

  /** @param options.downloads - `appStore.downloads` */
  constructor(options: {
    apps: AppService;
    bundles: BundleStore;
    audit: Audit;
    downloads: boolean;
  }) {
    this.#downloads = options.downloads;
    this.#apps = options.apps;
    this.#bundles = options.bundles;
    this.#audit = options.audit;
  }

  /** The bundle itself, under the name `<name>.<version>.wave` (specification 5). */
  async download(
    caller: Caller,
    id: string,
  ): Promise<{ stream: Readable; size: number; name: string; digest: string }> {
    const record = await this.#audit.run(caller, 'app:download', id, context =>
      this.#apps
        .require(
          caller,
          id,
          'download',
          context,
          'You are not allowed to download this app.',
        )
        .catch(error => {
          throw this.#downloads ? error : downloadsOff(error);
        }),
    );
    return {
      ...(await this.#bundles.openBundle(record.bundleDigest)),
      name: `${record.name}.${record.version}.wave`,
      digest: record.bundleDigest,
    };
  }

  /** A part of the bundle as text; the list of its files for `FILES`. */
  async meta(caller: Caller, id: string, part: AppMetaPart): Promise<string> {
    const record = await this.#audit.look(
      caller,
      'app:read_meta',
      id,
      context =>
        this.#apps.require(
          caller,
          id,
          'read_meta',
          context,
          'Visitors cannot see the contents of a bundle.',
        ),
    );
    const archive = await archiveOf(this.#bundles, record);
    try {
      if (part === 'FILES')
        return archive.files.map(file => `${file.path}\n`).join('');
      const file = archive.find(FILE_OF[part]);
      if (!file)
        throw new StoreError({
          status: 404,
          code: 'NO_SUCH_PART',
          message: `The bundle has no ${FILE_OF[part]}.`,
          owner: 'author',
          remedy: 'Nothing to do. Not every app has this file.',
        });
      if (file.size > TEXT_LIMIT)
        throw new StoreError({
          status: 413,
          code: 'TOO_LARGE_TO_SHOW',
          message: `${FILE_OF[part]} is larger than ${TEXT_LIMIT} bytes.`,
          owner: 'you',
          remedy: 'The owner of the app can download the bundle to read it.',
        });
      return (await archive.read(file, TEXT_LIMIT)).toString('utf8');
    } finally {
      await archive.close();
    }
  }

  /** The content of an app's bundle as a tar stream; whoever calls has checked who asks. */
  async tar(
    record: AppRecord,
  ): Promise<{ stream: Readable; close(): Promise<void> }> {
    return tarOf(this.#bundles, record);
  }
}
