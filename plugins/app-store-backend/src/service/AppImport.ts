/** Imports of bundles (specification 3.3, 4.1): every rule about them is applied here. */
import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  BundleError,
  readBundle,
  type BundleImage,
} from '@ai-app-store/bundle';
import { ConflictError } from '@backstage/errors';
import {
  locate,
  type AppManifest,
  type ImportedApp,
  type Issue,
  type Position,
  type TomlIssue,
  type Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import {
  assetName,
  type BundleStore,
  type Upload,
} from '../bundle/BundleStore';
import type { StoreConfig } from '../config/StoreConfig';
import type { AppRepository } from '../database/AppRepository';
import type { SecretRepository } from '../database/SecretRepository';
import type { TagRepository } from '../database/TagRepository';
import { decideTagAssignment, type Actor } from '../policy/policy';
import type { AppService } from './AppService';
import { notAllowed, StoreError } from './StoreError';
import type { KeyedLock } from './KeyedLock';
import type { Runtimes } from './Runtimes';
import { Uploads } from './Uploads';

/** Where an `[[Env]]` or `[[File]]` names a secret. */
function locateSecret(
  source: string,
  table: 'Env' | 'File',
  name: string,
): Position | undefined {
  const lines = source.split('\n');
  for (let index = 0; ; index++) {
    const place = locate(source, table, 'Secret', index);
    if (!place) return undefined;
    const line = lines[place.line - 1];
    if ([`"${name}"`, `'${name}'`].some(value => line.includes(value)))
      return place;
  }
}

/** What is said of tags that an `app.toml` names and the app does not get. */
function tagWarnings(
  skipped: string[],
  known: string[],
  source: string,
): Issue[] {
  const warn = (code: string, names: string[], why: string, remedy: string) =>
    names.length
      ? [
          {
            severity: 'warning' as const,
            code,
            path: 'App.Tags',
            ...locate(source, 'App', 'Tags'),
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

function tooManyVersions(limit: number): StoreError {
  return new StoreError({
    status: 409,
    code: 'APP_VERSION_LIMIT',
    message: `You own ${limit} app versions, which is the limit.`,
    owner: 'you',
    remedy:
      'Delete versions that nobody uses, or ask an admin to raise appStore.limits.appVersions.',
  });
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
  /** By the digest of a bundle, or the name of a picture: held while its file and the rows that speak of it change. */
  files: KeyedLock;
  logger: LoggerService;
}

/** See the module's comment. */
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
    actor: Actor,
    stream: Readable,
    options: { visibility: Visibility; signal?: AbortSignal },
  ): Promise<ImportedApp> {
    const { bundles, config } = this.#options;
    await this.assertMayImport(actor);
    try {
      return await this.#uploads.of(actor.userEntityRef, async () => {
        const upload = await bundles.receive(stream, {
          limit: config.limits.bundleBytes,
          timeoutMs: config.uploadTimeoutSeconds * 1000,
        });
        try {
          return await this.#uploads.checked(() =>
            this.#importUpload(actor, upload, options),
          );
        } finally {
          // Gone where it was kept; else nobody wants it.
          await bundles.discard(upload);
        }
      });
    } catch (error) {
      throw this.#refusal(error);
    }
  }

  /** What can be said before the first byte has come. */
  async assertMayImport(actor: Actor): Promise<void> {
    const { apps, config } = this.#options;
    if (!actor.fullAccess && !actor.admin)
      throw notAllowed('Visitors cannot import apps.', '3.3 import');
    const limit = config.limits.appVersions;
    if (!actor.admin && (await apps.countOwned(actor.userEntityRef)) >= limit)
      throw tooManyVersions(limit);
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
        remedy: `An admin makes room under appStore.bundles.${
          this.#options.config.bundles.kind === 's3'
            ? 'spoolDirectory'
            : 'directory'
        }.`,
      });
    return error;
  }

  async #importUpload(
    actor: Actor,
    upload: Upload,
    options: { visibility: Visibility; signal?: AbortSignal },
  ): Promise<ImportedApp> {
    const { apps, appService, bundles, files, tags, logger, config } =
      this.#options;
    const bundle = await readBundle(upload.path, {
      allowedWaveVariables: config.allowedWaveVariables,
    });
    const { manifest } = bundle;
    if (await apps.findByIdentity(manifest.name, manifest.version))
      throw new ConflictError(
        `${manifest.name} ${manifest.version} exists already`,
      );
    this.#assertRuntime(manifest, bundle.source);
    await this.#assertSecrets(actor, manifest, bundle.source);
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
      icon: bundle.icon && (await this.#keepPicture(bundle.icon)),
      screenshots: await Promise.all(
        bundle.screenshots.map(image => this.#keepPicture(image)),
      ),
      bundleDigest: upload.digest,
      contentDigest: bundle.contentDigest,
      bundleSize: upload.size,
      createdAt: now,
      updatedAt: now,
    };
    const limit = actor.admin ? undefined : config.limits.appVersions;
    // The bundle is there before the row that speaks of it; the sweep at the next start
    // takes what a row never came to speak of.
    await files.run(upload.digest, async turn => {
      await bundles.keep(upload);
      await turn.confirm();
      try {
        const inserted = await apps.insert(
          record,
          own.map(tag => tag.id),
          limit,
        );
        if (!inserted) throw tooManyVersions(limit!);
      } catch (error) {
        if (!(await apps.usesBundle(upload.digest)))
          await bundles.removeBundle(upload.digest);
        throw error;
      }
    });
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
          bundle.source,
        ),
      ],
    };
  }

  async #keepPicture(image: BundleImage): Promise<string> {
    const { bundles, files } = this.#options;
    const name = assetName(image.data, image.extension);
    await files.run(name, () => bundles.putAsset(name, image.data));
    return name;
  }

  /**
   * A runtime version that is named must be there (specification 6.2); that there is none for
   * the mode is a precondition only, since an admin may add one.
   */
  #assertRuntime(manifest: AppManifest, source: string): void {
    const { runtimes, config } = this.#options;
    const { runtimeVersion, mode } = manifest.runtime;
    if (manifest.lifecycle === 'LINK') return;
    const refuse = (
      code: string,
      key: string,
      message: string,
      remedy: string,
    ) => {
      const path = `Runtime.${key}`;
      const place = locate(source, 'Runtime', key);
      throw new BundleError({
        code,
        message,
        remedy,
        issues: [{ severity: 'error', path, message, remedy, ...place }],
      });
    };
    const version = runtimes.find(manifest);
    if (runtimeVersion && !version) {
      const names = runtimes.namesOf(mode);
      refuse(
        'UNKNOWN_RUNTIME',
        'RuntimeVersion',
        `Runtime.RuntimeVersion ${JSON.stringify(
          runtimeVersion,
        )} is not a runtime version of this store for ${mode} apps`,
        names.length
          ? `Choose one of ${names.join(', ')}, or leave it out.`
          : 'Ask an admin to add it to appStore.runtimes.',
      );
    }
    if (!runtimeVersion && config.requireRuntimeVersion && mode !== 'container')
      refuse(
        'RUNTIME_REQUIRED',
        'RuntimeVersion',
        'Runtime.RuntimeVersion is missing, and this store requires it',
        `Choose one of ${runtimes.namesOf(mode).join(', ')}.`,
      );
    if (version?.deprecated)
      refuse(
        'RUNTIME_DEPRECATED',
        'RuntimeVersion',
        `the runtime version ${version.name} is deprecated`,
        'Choose another Runtime.RuntimeVersion.',
      );
    const refused = runtimes.refusedImage(manifest);
    if (refused)
      refuse(
        'IMAGE_NOT_ALLOWED',
        'CustomImage',
        `Runtime.CustomImage ${JSON.stringify(
          refused,
        )} is not an image that this store allows`,
        'Choose an image that matches appStore.allowedCustomImages, or ask an admin to allow this one.',
      );
  }

  async #assertSecrets(
    actor: Actor,
    manifest: AppManifest,
    source: string,
  ): Promise<void> {
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
          ...locateSecret(source, table, name),
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
