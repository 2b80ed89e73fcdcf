/** Imports of bundles (specification 3.3, 4.1): every rule about them is applied here. */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { readBundle, type BundleImage } from '@ai-app-store/bundle';
import { ConflictError } from '@backstage/errors';
import type {
  ImportedApp,
  Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import {
  assetName,
  type BundleStore,
  type Upload,
} from '../../bundle/BundleStore';
import type { StoreConfig } from '../../config/StoreConfig';
import {
  appFacts,
  type AppOrigin,
  type AppRecord,
  type AppRepository,
  type AppSecretRow,
  type NewApp,
} from '../../database/AppRepository';
import type { SecretRepository } from '../../database/SecretRepository';
import type { TagRepository } from '../../database/TagRepository';
import type { AppAction, Policy } from '../../policy';
import type { AppNotes } from '../../recovery/AppNotes';
import type { DeletionGuard, Epoch } from '../../recovery/Epoch';
import type { AppService } from './AppService';
import type { Audit, Trail } from '../Audit';
import type { Caller } from '../Caller';
import type { ChangeFeed } from '../ChangeFeed';
import type { Idempotency } from '../Idempotency';
import type { KeyedLock, Turn } from '../../storage/KeyedLock';
import { ImportChecks, tagWarnings } from './ImportChecks';
import {
  importRefusal,
  nameTaken,
  tooManyVersions,
  versionExists,
} from './importRefusals';
import type { Preconditions } from './Preconditions';
import type { Runtimes } from './Runtimes';
import { notAllowed, StoreError } from '../StoreError';
import { Uploads } from './Uploads';

/** How a bundle is imported. */
export interface ImportRequest {
  visibility: Visibility;
  /** `marketplace`: resolves APP secrets only (specification 6.6); for admins. */
  origin?: AppOrigin;
  /** Instead of `Runtime.CustomImage`. */
  image?: string;
  /** The default launch profile. */
  profile?: string;
  idempotencyKey?: string;
  signal?: AbortSignal;
}

/** What the import stands on. */
export interface AppImportOptions {
  config: StoreConfig;
  policy: Policy;
  audit: Audit;
  idempotency: Idempotency;
  preconditions: Preconditions;
  /** Told of each app that came. */
  feed: ChangeFeed;
  apps: AppRepository;
  appService: AppService;
  tags: TagRepository;
  secrets: SecretRepository;
  bundles: BundleStore;
  notes: AppNotes;
  epoch: DeletionGuard & Pick<Epoch, 'making'>;
  runtimes: Runtimes;
  /** By the digest of a bundle, or the name of a picture: held while its file and the rows that speak of it change. */
  files: KeyedLock;
  logger: LoggerService;
}

/** See the module's comment. */
export class AppImport {
  readonly #options: AppImportOptions;
  readonly #checks: ImportChecks;
  readonly #uploads: Uploads;

  constructor(options: AppImportOptions) {
    this.#options = options;
    this.#checks = new ImportChecks(options);
    this.#uploads = new Uploads(options.config.limits.concurrentImports);
  }

  /**
   * Imports a bundle.
   *
   * @param stream - the archive
   * @returns the app and what was noticed but does not matter
   * @throws StoreError 400 for a bad bundle, 403, 408 for an upload that does not
   *   come to its end, 409 for a version that exists, 413, 429 where too many come at once
   */
  async import(
    caller: Caller,
    stream: Readable,
    request: ImportRequest,
  ): Promise<ImportedApp> {
    const { audit } = this.#options;
    return audit.run(caller, 'app:import', undefined, async trail => {
      trail.detail = {
        visibility: request.visibility,
        origin: request.origin ?? 'direct',
      };
      await this.#assertMayImport(caller, request, trail);
      try {
        const imported = await this.#receive(caller, stream, request, trail);
        const { id, name, version } = imported.app;
        trail.about({ id, name: `${name} ${version}` });
        return imported;
      } catch (error) {
        throw importRefusal(error, this.#options.config);
      }
    });
  }

  async #receive(
    caller: Caller,
    stream: Readable,
    request: ImportRequest,
    trail: Trail,
  ): Promise<ImportedApp> {
    const { bundles, config, idempotency } = this.#options;
    return this.#uploads.of(caller.userEntityRef, async () => {
      const upload = await bundles.receive(stream, {
        limit: config.limits.bundleBytes,
        timeoutMs: config.uploadTimeoutSeconds * 1000,
      });
      const { idempotencyKey, signal, ...rest } = request;
      try {
        return await idempotency.once(
          caller,
          'app:import',
          idempotencyKey,
          { ...rest, digest: upload.digest },
          () =>
            this.#uploads.checked(() =>
              this.#importUpload(caller, upload, request, trail),
            ),
          () => {
            trail.replayed = true;
          },
        );
      } finally {
        // Gone where it was kept; else nobody wants it.
        await bundles.discard(upload);
      }
    });
  }

  /** What can be said before the first byte has come. */
  async assertMayImport(caller: Caller, request: ImportRequest): Promise<void> {
    await this.#options.audit.look(caller, 'app:import', undefined, trail =>
      this.#assertMayImport(caller, request, trail),
    );
  }

  async #assertMayImport(
    caller: Caller,
    request: ImportRequest,
    trail: Trail,
  ): Promise<void> {
    const { apps, config, policy, runtimes } = this.#options;
    const decision = trail.decided(
      policy.decide('platform', 'import', caller, undefined),
    );
    if (!decision.allowed)
      throw notAllowed('Visitors cannot import apps.', decision);
    if (request.origin === 'marketplace') {
      const marketplace = trail.decided(
        policy.decide('platform', 'import_marketplace', caller, undefined),
      );
      if (!marketplace.allowed)
        throw notAllowed(
          'You may not import apps of the marketplace.',
          marketplace,
        );
    }
    if (request.profile) runtimes.requireProfile(request.profile);
    // What is repeated may be there already; the row itself is held to the limit.
    const limit = config.limits.appVersions;
    const repeats = request.idempotencyKey !== undefined;
    if (
      !caller.admin &&
      !repeats &&
      (await apps.countOwned(caller.userEntityRef)) >= limit
    )
      throw tooManyVersions(limit);
  }

  async #importUpload(
    caller: Caller,
    upload: Upload,
    request: ImportRequest,
    trail: Trail,
  ): Promise<ImportedApp> {
    const { appService, policy, tags, logger, config, feed } = this.#options;
    const bundle = await readBundle(upload.path, {
      allowedWaveVariables: config.allowedWaveVariables,
    });
    const { manifest, source } = bundle;
    trail.detail.app = `${manifest.name} ${manifest.version}`;
    const taken = await this.#taken(caller, manifest);
    if (taken) throw taken;
    if (request.image)
      this.#options.runtimes.requireImage(request.image, manifest.runtime.mode);
    else this.#checks.runtime(manifest, source);
    this.#checks.resources(manifest, source);
    const owner = {
      ownerRef: caller.userEntityRef,
      origin: request.origin ?? ('direct' as const),
      name: manifest.name,
    };
    const secrets = await this.#checks.secrets(owner, manifest, source);
    const known = await tags.findByNames(manifest.tags);
    const own = known.filter(
      tag => policy.decide('tag', 'assign', caller, tag).allowed,
    );
    // Whoever cancelled meanwhile does not want it in the store.
    request.signal?.throwIfAborted();
    const now = new Date().toISOString();
    const draft = {
      ...owner,
      id: randomUUID(),
      version: manifest.version,
      visibility: request.visibility,
      manifest,
      longDescription: bundle.longDescription,
      icon: bundle.icon && (await this.#keepPicture(bundle.icon)),
      screenshots: await Promise.all(
        bundle.screenshots.map(image => this.#keepPicture(image)),
      ),
      bundleDigest: upload.digest,
      contentDigest: bundle.contentDigest,
      bundleSize: upload.size,
      defaultProfile: request.profile,
      customImage: request.image,
      createdAt: now,
      updatedAt: now,
    };
    const problems = await this.#options.preconditions.problems(draft);
    const record: NewApp = { ...draft, runnable: !problems.length, problems };
    trail.about({ id: record.id, name: `${record.name} ${record.version}` });
    await this.#keep(caller, upload, record, {
      tagIds: own.map(tag => tag.id),
      secrets,
      source,
    });
    feed.changed(record.id);
    logger.info(
      `imported ${manifest.name} ${manifest.version} for ${caller.userEntityRef}`,
    );
    const skipped = manifest.tags.filter(
      name => !own.some(tag => tag.name === name),
    );
    return {
      app: await appService.get(caller, record.id),
      warnings: [
        ...bundle.warnings,
        ...tagWarnings(
          skipped,
          known.map(tag => tag.name),
          source,
        ),
      ],
    };
  }

  /** Why the caller cannot add this version; asked before all else that could tell what is there. */
  async #taken(
    caller: Caller,
    { name, version }: Pick<NewApp, 'name' | 'version'>,
  ): Promise<StoreError | undefined> {
    const { apps, config, policy } = this.#options;
    // Asked for together, whatever is found: the time that it takes tells nothing either.
    const [existing, nameOwner, seen] = await Promise.all([
      apps.findByIdentity(name, version),
      apps.ownerOfName(name),
      apps.list(caller, { name, limit: 1 }),
    ]);
    const closed =
      config.appNames === 'owned' &&
      !caller.admin &&
      nameOwner !== undefined &&
      nameOwner !== caller.userEntityRef;
    const may = (action: AppAction, app: AppRecord | undefined) =>
      app && policy.decide('app', action, caller, appFacts(app)).allowed;
    if (closed) {
      const tell = may('read_owner', seen.items[0]);
      return nameTaken(name, version, tell ? nameOwner : undefined);
    }
    if (!existing) return undefined;
    return may('read', existing)
      ? versionExists(name, version)
      : nameTaken(name, version, undefined);
  }

  async #keepPicture(image: BundleImage): Promise<string> {
    const { bundles, files } = this.#options;
    const name = assetName(image.data, image.extension);
    await files.run(name, () => bundles.putAsset(name, image.data));
    return name;
  }

  /**
   * Keeps the bundle, then writes the row that speaks of it; the sweep at the next
   * start takes what a row never came to speak of.
   */
  async #keep(
    caller: Caller,
    upload: Upload,
    record: NewApp,
    beside: { tagIds: string[]; secrets: AppSecretRow[]; source: string },
  ): Promise<void> {
    const { apps, bundles, config, epoch, files, logger, notes } =
      this.#options;
    const limit = caller.admin ? undefined : config.limits.appVersions;
    const keep = async (turn: Turn) => {
      await notes.write(record);
      await bundles.keep(upload);
      await turn.confirm();
      try {
        const inserted = await apps.insert(record, {
          tagIds: beside.tagIds,
          secrets: beside.secrets,
          limit,
          nameOwners: config.appNames === 'owned' && !caller.admin,
        });
        if (inserted === 'full') throw tooManyVersions(limit!);
        if (inserted === 'name')
          throw nameTaken(record.name, record.version, undefined);
      } catch (error) {
        await notes
          .remove(record.id)
          .catch(failure =>
            logger.warn(
              `the note of ${record.id}, which was not imported, was left: ${failure.message}`,
            ),
          );
        const unused = !(await apps.usesBundle(upload.digest));
        if (unused && !(await epoch.isHeld('bundles')))
          await bundles.removeBundle(upload.digest);
        if (error instanceof StoreError) throw error;
        // Somebody was faster.
        if (error instanceof ConflictError)
          throw (
            (await this.#taken(caller, record)) ??
            nameTaken(record.name, record.version, undefined)
          );
        // A secret that was there a moment ago may be gone: then that is what is said.
        await this.#checks.secrets(record, record.manifest, beside.source);
        throw error;
      }
    };
    await epoch.making('bundles', () => files.run(upload.digest, keep));
  }
}
