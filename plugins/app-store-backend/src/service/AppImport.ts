/** Imports of bundles (specification 3.3, 4.1): every rule about them is applied here. */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { BundleError, readBundle } from '@ai-app-store/bundle';
import { ConflictError } from '@backstage/errors';
import type {
  AppManifest,
  ImportedApp,
  Issue,
  TomlIssue,
  Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { BundleStore, Upload } from '../bundle/BundleStore';
import type { StoreConfig } from '../config/StoreConfig';
import type { AppRepository } from '../database/AppRepository';
import type { SecretRepository } from '../database/SecretRepository';
import type { TagRepository } from '../database/TagRepository';
import { decideTagAssignment, type Actor } from '../policy/policy';
import type { AppService } from './AppService';
import { notAllowed, StoreError } from './StoreError';
import type { Runtimes } from './Runtimes';

/** What is said of tags that an `app.toml` names and the app does not get. */
function tagWarnings(skipped: string[], known: string[]): Issue[] {
  const warn = (code: string, names: string[], why: string, remedy: string) =>
    names.length
      ? [
          {
            severity: 'warning' as const,
            code,
            path: 'App.Tags',
            message: `App.Tags names ${names.join(
              ', ',
            )}, which ${why} and is skipped`,
            remedy,
          },
        ]
      : [];
  return [
    ...warn(
      'UNKNOWN_TAG',
      skipped.filter(name => !known.includes(name)),
      'this store has not got',
      'Ask an admin to make the tag, then assign it.',
    ),
    ...warn(
      'TAG_NOT_YOURS',
      skipped.filter(name => known.includes(name)),
      'you may not assign',
      'Ask somebody who may to assign it.',
    ),
  ];
}

/** What the import stands on. */
export interface AppImportOptions {
  config: StoreConfig;
  apps: AppRepository;
  appService: AppService;
  tags: TagRepository;
  secrets: SecretRepository;
  bundles: BundleStore;
  runtimes: Runtimes;
  logger: LoggerService;
}

/** See the module's comment. */
export class AppImport {
  readonly #options: AppImportOptions;
  #running = 0;

  constructor(options: AppImportOptions) {
    this.#options = options;
  }

  /**
   * Imports a bundle.
   *
   * @param stream - the archive
   * @returns the app and what was noticed but does not matter
   * @throws StoreError 400 for a bad bundle, 403, 408 for an upload that does not
   *   come to its end, 409 for a version that exists, 413, 503 where too many come at once
   */
  async import(
    actor: Actor,
    stream: Readable,
    options: { visibility: Visibility; signal?: AbortSignal },
  ): Promise<ImportedApp> {
    const { bundles, config } = this.#options;
    await this.assertMayImport(actor);
    if (this.#running >= config.limits.concurrentImports)
      throw new StoreError({
        status: 503,
        code: 'IMPORTS_BUSY',
        message: `${this.#running} other bundles are being imported.`,
        owner: 'platform',
        remedy: 'Try again in a minute.',
      });
    this.#running++;
    try {
      const upload = await bundles.receive(stream, {
        limit: config.limits.bundleBytes,
        timeoutMs: config.uploadTimeoutSeconds * 1000,
      });
      try {
        return await this.#importUpload(actor, upload, options);
      } finally {
        // Gone where it was kept; else nobody wants it.
        await bundles.discard(upload);
      }
    } catch (error) {
      throw this.#refusal(error);
    } finally {
      this.#running--;
    }
  }

  /** What can be said before the first byte has come. */
  async assertMayImport(actor: Actor): Promise<void> {
    const { apps, config } = this.#options;
    if (!actor.fullAccess && !actor.admin)
      throw notAllowed('Visitors cannot import apps.', '3.3 import');
    const limit = config.limits.appVersions;
    if (!actor.admin && (await apps.countOwned(actor.userEntityRef)) >= limit)
      throw new StoreError({
        status: 409,
        code: 'APP_VERSION_LIMIT',
        message: `You own ${limit} app versions, which is the limit.`,
        owner: 'you',
        remedy:
          'Delete versions that nobody uses, or ask an admin to raise appStore.limits.appVersions.',
      });
  }

  #refusal(error: unknown): unknown {
    if (error instanceof BundleError)
      return new StoreError({
        status:
          { TOO_LARGE: 413, UPLOAD_TOO_SLOW: 408, UPLOAD_CUT_OFF: 400 }[
            error.code
          ] ?? 400,
        code: error.code,
        message: `The bundle was not imported: ${error.message.replace(
          /\.$/,
          '',
        )}.`,
        owner: 'you',
        remedy: error.remedy,
        issues: error.issues,
      });
    if (error instanceof ConflictError)
      return new StoreError({
        status: 409,
        code: 'VERSION_EXISTS',
        message: `${error.message}. An app version never changes.`,
        owner: 'you',
        remedy: 'Raise App.Version in app.toml and import again.',
      });
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC')
      return new StoreError({
        status: 507,
        code: 'DISK_FULL',
        message: 'The disk of the store is full; nothing was imported.',
        owner: 'admin',
        remedy: 'An admin makes room under appStore.bundles.directory.',
      });
    return error;
  }

  async #importUpload(
    actor: Actor,
    upload: Upload,
    options: { visibility: Visibility; signal?: AbortSignal },
  ): Promise<ImportedApp> {
    const { apps, appService, bundles, tags, logger, config } = this.#options;
    const bundle = await readBundle(upload.path, {
      allowedWaveVariables: config.allowedWaveVariables,
    });
    const { manifest } = bundle;
    if (await apps.findByIdentity(manifest.name, manifest.version))
      throw new ConflictError(
        `${manifest.name} ${manifest.version} exists already`,
      );
    this.#assertRuntime(manifest);
    await this.#assertSecrets(actor, manifest);
    const known = await tags.findByNames(manifest.tags);
    const own = known.filter(tag => decideTagAssignment(actor, tag).allowed);
    // Whoever cancelled meanwhile does not want it in the store.
    options.signal?.throwIfAborted();
    const now = new Date().toISOString();
    const record = {
      id: randomUUID(),
      name: manifest.name,
      version: manifest.version,
      ownerRef: actor.userEntityRef,
      visibility: options.visibility,
      manifest,
      longDescription: bundle.longDescription,
      icon:
        bundle.icon &&
        (await bundles.putAsset(bundle.icon.data, bundle.icon.extension)),
      screenshots: await Promise.all(
        bundle.screenshots.map(image =>
          bundles.putAsset(image.data, image.extension),
        ),
      ),
      bundleDigest: upload.digest,
      contentDigest: bundle.contentDigest,
      bundleSize: upload.size,
      createdAt: now,
      updatedAt: now,
    };
    // The bundle is there before the row that speaks of it; the sweep at the next start
    // takes what a row never came to speak of.
    await bundles.keep(upload);
    try {
      await apps.insert(
        record,
        own.map(tag => tag.id),
      );
    } catch (error) {
      if (!(await apps.usesBundle(upload.digest)))
        await bundles.removeBundle(upload.digest);
      throw error;
    }
    logger.info(
      `imported ${manifest.name} ${manifest.version} for ${actor.userEntityRef}`,
    );
    const skipped = manifest.tags.filter(
      name => !own.some(tag => tag.name === name),
    );
    return {
      app: await appService.get(actor, record.id),
      warnings: [
        ...bundle.warnings,
        ...tagWarnings(
          skipped,
          known.map(tag => tag.name),
        ),
      ],
    };
  }

  /**
   * A runtime version that is named must be there (specification 6.2); that there is none for
   * the mode is a precondition only, since an admin may add one.
   */
  #assertRuntime(manifest: AppManifest): void {
    const { runtimes, config } = this.#options;
    const { runtimeVersion, mode } = manifest.runtime;
    if (manifest.lifecycle === 'LINK') return;
    const version = runtimes.find(manifest);
    if (runtimeVersion && !version) {
      const names = runtimes.namesOf(mode);
      throw new BundleError({
        code: 'UNKNOWN_RUNTIME',
        message: `Runtime.RuntimeVersion ${JSON.stringify(
          runtimeVersion,
        )} is not a runtime version of this store for ${mode} apps`,
        remedy: names.length
          ? `Choose one of ${names.join(', ')}, or leave it out.`
          : 'Ask an admin to add it to appStore.runtimes.',
      });
    }
    if (!runtimeVersion && config.requireRuntimeVersion && mode !== 'container')
      throw new BundleError({
        code: 'RUNTIME_REQUIRED',
        message:
          'Runtime.RuntimeVersion is missing, and this store requires it',
        remedy: `Choose one of ${runtimes.namesOf(mode).join(', ')}.`,
      });
    if (version?.deprecated)
      throw new BundleError({
        code: 'RUNTIME_DEPRECATED',
        message: `the runtime version ${version.name} is deprecated`,
        remedy: 'Choose another Runtime.RuntimeVersion.',
      });
    const refused = runtimes.refusedImage(manifest);
    if (refused)
      throw new BundleError({
        code: 'IMAGE_NOT_ALLOWED',
        message: `Runtime.CustomImage ${JSON.stringify(
          refused,
        )} is not an image that this store allows`,
        remedy:
          'Choose an image that matches appStore.allowedCustomImages, or ask an admin to allow this one.',
      });
  }

  async #assertSecrets(actor: Actor, manifest: AppManifest): Promise<void> {
    const missing = new Map<string, TomlIssue>();
    for (const [table, entries] of [
      ['Env', manifest.env],
      ['File', manifest.files],
    ] as const)
      for (const { secret: name, secretKey: key, optional } of entries) {
        if (!name || optional) continue;
        const secret = await this.#options.secrets.resolve(
          actor.userEntityRef,
          name,
        );
        if (secret?.keys.includes(key!)) continue;
        missing.set(`${name}/${key}`, {
          severity: 'error',
          path: `${table}.Secret`,
          message: secret
            ? `the secret ${name} has no key ${key}`
            : `you have no secret ${name}, which the app needs`,
          remedy: `Create the secret ${name} with the key ${key} first, or set Optional = true.`,
        });
      }
    const [first] = missing.values();
    if (!first) return;
    throw new BundleError({
      code: 'SECRET_MISSING',
      message: `${first.message}${
        missing.size > 1 ? `, and ${missing.size - 1} more` : ''
      }`,
      remedy: first.remedy,
      issues: [...missing.values()],
    });
  }
}
