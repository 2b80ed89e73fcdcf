/** What is in an app's bundle: for its owner, for those who look at it, for its pods. */
import { Archive, contentTar } from '@ai-app-store/bundle';
import type { AppMetaPart } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Readable } from 'node:stream';
import type { BundleStore } from '../bundle/BundleStore';
import { appFacts, type AppRecord } from '../database/AppRepository';
import { decideApp, type Actor } from '../policy/policy';
import type { AppService } from './AppService';
import { notAllowed, StoreError } from './StoreError';

/** Most bytes of a text that are shown. */
const TEXT_LIMIT = 1024 ** 2;
const FILE_OF: Record<Exclude<AppMetaPart, 'FILES'>, string> = {
  REQUIREMENTS: 'requirements.txt',
  PACKAGES: 'packages.txt',
  APP: 'app.toml',
};

/** See the module's comment. */
export class AppContents {
  readonly #apps: AppService;
  readonly #bundles: BundleStore;
  readonly #downloads: boolean;

  constructor(options: {
    apps: AppService;
    bundles: BundleStore;
    /** Whether bundles may be downloaded at all. */
    downloads: boolean;
  }) {
    this.#apps = options.apps;
    this.#bundles = options.bundles;
    this.#downloads = options.downloads;
  }

  /** The bundle itself, under the name `<name>.<version>.wave` (specification 5). */
  async download(
    actor: Actor,
    id: string,
  ): Promise<{ stream: Readable; size: number; name: string; digest: string }> {
    const record = await this.#apps.record(actor, id);
    if (!this.#downloads)
      throw new StoreError({
        status: 403,
        code: 'DOWNLOADS_DISABLED',
        message: 'Bundles cannot be downloaded from this store.',
        owner: 'admin',
        remedy: 'An admin allows it with appStore.downloads.',
      });
    const decision = decideApp(actor, 'download', appFacts(record));
    if (!decision.allowed)
      throw notAllowed('You may not download this app.', decision.rule);
    return {
      ...(await this.#bundles.openBundle(record.bundleDigest)),
      name: `${record.name}.${record.version}.wave`,
      digest: record.bundleDigest,
    };
  }

  #archive({ bundleDigest }: AppRecord): Promise<Archive> {
    return this.#bundles.withFile(bundleDigest, path => Archive.open(path));
  }

  /** A part of the bundle as text; the list of its files for `FILES`. */
  async meta(actor: Actor, id: string, part: AppMetaPart): Promise<string> {
    const record = await this.#apps.record(actor, id);
    const decision = decideApp(actor, 'see-meta', appFacts(record));
    if (!decision.allowed)
      throw notAllowed(
        'Visitors do not see what is in a bundle.',
        decision.rule,
      );
    const archive = await this.#archive(record);
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
          remedy: 'Nothing to do: not every app has one.',
        });
      if (file.size > TEXT_LIMIT)
        throw new StoreError({
          status: 413,
          code: 'TOO_LARGE_TO_SHOW',
          message: `${FILE_OF[part]} is larger than ${TEXT_LIMIT} bytes.`,
          owner: 'you',
          remedy: 'Its owner downloads the bundle to read it.',
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
    const archive = await this.#archive(record);
    return { stream: contentTar(archive), close: () => archive.close() };
  }
}
