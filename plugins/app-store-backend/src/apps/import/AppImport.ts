/** Imports of bundles (specification 3.3, 4.1): every rule about them is applied here. */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { readBundle } from '@ai-app-store/bundle';
import type {
  ImportedApp,
  Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { BundleStore } from '../../artifacts/BundleStore';
import type { CheckedFile } from '../../artifacts/ObjectStore';
import type { StoreConfig } from '../../config/StoreConfig';
import {
  asWritten,
  type AppOrigin,
  type AppRepository,
  type NewApp,
} from '../AppRepository';
import type { TagRepository } from '../../tags/TagRepository';
import type { Policy } from '../../policy';
import type { AppService } from '../AppService';
import type { Audit, AuditContext } from '../../audit/Audit';
import type { Caller } from '../../auth/Caller';
import type { Idempotency } from '../../idempotency/Idempotency';
import { tagWarnings, type ImportChecks } from './ImportChecks';
import { importRefusal, tooManyVersions } from './importRefusals';
import type { NewVersions } from './NewVersions';
import type { Preconditions } from '../Preconditions';
import type { Runtimes } from '../Runtimes';
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
  checks: ImportChecks;
  versions: NewVersions;
  apps: AppRepository;
  appService: AppService;
  tags: TagRepository;
  bundles: BundleStore;
  runtimes: Runtimes;
  logger: LoggerService;
}

/** Takes in bundles. */
export class AppImport {
  readonly #options: AppImportOptions;
  readonly #uploads: Uploads;

  constructor(options: AppImportOptions) {
    this.#options = options;
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
    return audit.run(caller, 'app:import', undefined, async context => {
      context.detail = {
        visibility: request.visibility,
        origin: request.origin ?? 'direct',
      };
      await this.#assertMayImport(caller, request, context);
      try {
        const imported = await this.#receive(caller, stream, request, context);
        const { id, name, version } = imported.app;
        context.about({ id, name: `${name} ${version}` });
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
    context: AuditContext,
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
              this.#importUpload(caller, upload, request, context),
            ),
          () => {
            context.replayed = true;
          },
        );
      } finally {
        // Gone where it was kept; else nobody wants it.
        await bundles.discard(upload);
      }
    });
  }

  /** What can be said before the first byte has come. */
  async #assertMayImport(
    caller: Caller,
    request: ImportRequest,
    context: AuditContext,
  ): Promise<void> {
    const { apps, config, policy, runtimes } = this.#options;
    context.assertAllowed(
      policy.decide('platform', 'import', caller, undefined),
      'Visitors cannot import apps.',
    );
    if (request.origin === 'marketplace')
      context.assertAllowed(
        policy.decide('platform', 'import_marketplace', caller, undefined),
        'You are not allowed to import apps of the marketplace.',
      );
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
    upload: CheckedFile,
    request: ImportRequest,
    context: AuditContext,
  ): Promise<ImportedApp> {
    const { appService, checks, policy, tags, logger, config, versions } =
      this.#options;
    const bundle = await readBundle(upload.path, {
      allowedWaveVariables: config.allowedWaveVariables,
    });
    const { manifest, source } = bundle;
    context.detail.app = `${manifest.name} ${manifest.version}`;
    const taken = await versions.taken(caller, manifest);
    if (taken) throw taken;
    if (request.image)
      this.#options.runtimes.requireImage(request.image, manifest.runtime.mode);
    else checks.runtime(manifest, source);
    checks.resources(manifest, source);
    const owner = {
      ownerRef: caller.userEntityRef,
      origin: request.origin ?? ('direct' as const),
      name: manifest.name,
    };
    const secrets = await checks.secrets(owner, manifest, source);
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
      icon: bundle.icon && (await versions.keepPicture(bundle.icon)),
      screenshots: await Promise.all(
        bundle.screenshots.map(image => versions.keepPicture(image)),
      ),
      bundleDigest: upload.digest,
      contentDigest: bundle.contentDigest,
      contentSize: bundle.contentSize,
      bundleSize: upload.size,
      defaultProfile: request.profile,
      customImage: request.image,
      createdAt: now,
      updatedAt: now,
    };
    const problems = await this.#options.preconditions.problems(draft);
    const record: NewApp = { ...draft, runnable: !problems.length, problems };
    context.about({ id: record.id, name: `${record.name} ${record.version}` });
    await versions.add(caller, upload, record, {
      tagIds: own.map(tag => tag.id),
      secrets,
      source,
    });
    logger.info(
      `imported ${manifest.name} ${manifest.version} for ${caller.userEntityRef}`,
    );
    const skipped = manifest.tags.filter(
      name => !own.some(tag => tag.name === name),
    );
    return {
      app: await appService.present(caller, asWritten(record, own)),
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
}
