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
import type {
  AppOrigin,
  AppRepository,
  AppSecretRow,
  NewApp,
} from '../database/AppRepository';
import type { SecretRepository } from '../database/SecretRepository';
import type { TagRepository } from '../database/TagRepository';
import type { Policy } from '../policy';
import type { AppService } from './AppService';
import type { Audit, Trail } from './Audit';
import type { Caller } from './Caller';
import type { ChangeFeed } from './ChangeFeed';
import type { Idempotency } from './Idempotency';
import type { KeyedLock } from './KeyedLock';
import { secretUser, type Preconditions } from './Preconditions';
import type { Runtimes } from './Runtimes';
import { notAllowed, StoreError } from './StoreError';
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

/** @param key - what a secret that is there has not got */
function missingSecret(
  owner: { origin: AppOrigin; name: string },
  name: string,
  key: string | undefined,
): string {
  if (key) return `the secret ${name} has no key ${key}`;
  return owner.origin === 'marketplace'
    ? `there is no APP secret ${name} of app:${owner.name}, which the app needs`
    : `you have no secret ${name}, which the app needs`;
}

function nameTaken(name: string): StoreError {
  return new StoreError({
    status: 409,
    code: 'NAME_TAKEN',
    message: `The name ${name} belongs to somebody else in this store.`,
    owner: 'you',
    remedy:
      'Choose another App.Name, or ask who brought its first version, or an admin, to hand it over to you.',
  });
}

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
        return await this.#receive(caller, stream, request, trail);
      } catch (error) {
        throw this.#refusal(error);
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
          'Only admins import apps of the marketplace.',
          marketplace,
        );
    }
    if (request.profile) runtimes.requireProfile(request.profile);
    const limit = config.limits.appVersions;
    if (!caller.admin && (await apps.countOwned(caller.userEntityRef)) >= limit)
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
    caller: Caller,
    upload: Upload,
    request: ImportRequest,
    trail: Trail,
  ): Promise<ImportedApp> {
    const { apps, appService, policy, tags, logger, config, feed } =
      this.#options;
    const bundle = await readBundle(upload.path, {
      allowedWaveVariables: config.allowedWaveVariables,
    });
    const { manifest, source } = bundle;
    trail.detail.app = `${manifest.name} ${manifest.version}`;
    if (await apps.findByIdentity(manifest.name, manifest.version))
      throw new ConflictError(
        `${manifest.name} ${manifest.version} exists already`,
      );
    if (request.image)
      this.#options.runtimes.requireImage(request.image, manifest.runtime.mode);
    else this.#assertRuntime(manifest, source);
    this.#assertResources(manifest, source);
    const owner = {
      ownerRef: caller.userEntityRef,
      origin: request.origin ?? ('direct' as const),
      name: manifest.name,
    };
    const secrets = await this.#assertSecrets(owner, manifest, source);
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
    const { apps, bundles, config, files } = this.#options;
    const limit = caller.admin ? undefined : config.limits.appVersions;
    await files.run(upload.digest, async turn => {
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
        if (inserted === 'name') throw nameTaken(record.name);
      } catch (error) {
        if (!(await apps.usesBundle(upload.digest)))
          await bundles.removeBundle(upload.digest);
        if (error instanceof StoreError || error instanceof ConflictError)
          throw error;
        // A secret that was there a moment ago may be gone: then that is what is said.
        await this.#assertSecrets(record, record.manifest, beside.source);
        throw error;
      }
    });
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

  /** Where the store wants every app to say what it needs (specification 6.2). */
  #assertResources(manifest: AppManifest, source: string): void {
    const { config } = this.#options;
    if (!config.requireResources || manifest.lifecycle === 'LINK') return;
    const { runtime } = manifest;
    const missing = [
      ['MemoryLimit', runtime.memoryLimit],
      ['MemoryReservation', runtime.memoryReservation],
      ['CPULimit', runtime.cpuLimit],
      ['CPUReservation', runtime.cpuReservation],
    ].flatMap(([key, value]) => (value ? [] : [key as string]));
    if (!missing.length) return;
    const place = locate(source, 'Runtime', 'Module');
    const remedy = `Add ${missing.join(', ')} to [Runtime].`;
    const message = `Runtime.${missing[0]} is missing, and this store requires it`;
    throw new BundleError({
      code: 'RESOURCES_REQUIRED',
      message,
      remedy,
      issues: missing.map(key => ({
        severity: 'error',
        path: `Runtime.${key}`,
        message: `Runtime.${key} is missing, and this store requires it`,
        remedy: `Add ${key} to [Runtime].`,
        ...place,
      })),
    });
  }

  /** What the app names of secrets, with what it needs resolved. */
  async #assertSecrets(
    owner: { ownerRef: string; origin: AppOrigin; name: string },
    manifest: AppManifest,
    source: string,
  ): Promise<AppSecretRow[]> {
    const entries = [
      ...manifest.env.map(entry => ['Env', entry] as const),
      ...manifest.files.map(entry => ['File', entry] as const),
    ].filter(([, entry]) => entry.secret);
    const found = await this.#options.secrets.resolve(secretUser(owner), [
      ...new Set(entries.map(([, entry]) => entry.secret!)),
    ]);
    const missing = new Map<string, TomlIssue>();
    const rows = new Map<string, AppSecretRow>();
    for (const [table, { secret, secretKey, optional }] of entries) {
      const name = secret!;
      const key = secretKey!;
      const id = `${name}/${key}`;
      const record = found.get(name);
      // What is needed in one place is needed.
      const needed = !optional || rows.get(id)?.optional === false;
      rows.set(id, {
        name,
        key,
        optional: !needed,
        secretId: needed ? record?.id : undefined,
      });
      if (optional || record?.keys.includes(key)) continue;
      missing.set(id, {
        severity: 'error',
        path: `${table}.Secret`,
        ...locateSecret(source, table, name),
        message: missingSecret(owner, name, record && key),
        remedy: `Create the secret ${name} with the key ${key} first, or set Optional = true.`,
      });
    }
    const [first] = missing.values();
    if (first)
      throw new BundleError({
        code: 'SECRET_MISSING',
        message: `${first.message}${
          missing.size > 1 ? `, and ${missing.size - 1} more` : ''
        }`,
        remedy: first.remedy,
        issues: [...missing.values()],
      });
    return [...rows.values()];
  }
}
