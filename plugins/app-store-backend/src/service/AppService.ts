/** Apps: every rule about them is applied here. */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { ConflictError } from '@backstage/errors';
import {
  compareVersions,
  type App,
  type AppTag,
  type Problem,
  type Visibility,
  type AppQuery,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { BundleError } from '../bundle/BundleError';
import type { BundleStore } from '../bundle/BundleStore';
import { readBundle } from '../bundle/readBundle';
import { contentTar } from '../bundle/contentTar';
import { Archive } from '../bundle/zip';
import type { StoreConfig } from '../config/StoreConfig';
import {
  appFacts,
  type AppRecord,
  type AppRepository,
} from '../database/AppRepository';
import type { SecretRepository } from '../database/SecretRepository';
import type { TagRepository } from '../database/TagRepository';
import { decideApp, type Actor, type AppAction } from '../policy/policy';
import { notAllowed, notFound, StoreError } from './StoreError';
import type { Runtimes } from './Runtimes';

/** See the module's comment. */
export class AppService {
  readonly #config: StoreConfig;
  readonly #apps: AppRepository;
  readonly #tags: TagRepository;
  readonly #secrets: SecretRepository;
  readonly #bundles: BundleStore;
  readonly #runtimes: Runtimes;
  readonly #logger: LoggerService;

  constructor(options: {
    config: StoreConfig;
    apps: AppRepository;
    tags: TagRepository;
    secrets: SecretRepository;
    bundles: BundleStore;
    runtimes: Runtimes;
    logger: LoggerService;
  }) {
    this.#config = options.config;
    this.#apps = options.apps;
    this.#tags = options.tags;
    this.#secrets = options.secrets;
    this.#bundles = options.bundles;
    this.#runtimes = options.runtimes;
    this.#logger = options.logger;
  }

  /**
   * Imports a bundle.
   *
   * @param stream - the archive
   * @returns the app and what was noticed but does not matter
   * @throws StoreError 400 for a bad bundle, 403, 409 for a version that exists, 413
   */
  async import(
    actor: Actor,
    stream: Readable,
    options: { visibility: Visibility },
  ): Promise<{ app: App; warnings: string[] }> {
    if (!actor.fullAccess && !actor.admin)
      throw notAllowed('Visitors cannot import apps.', '3.3 import');
    if (
      !actor.admin &&
      (await this.#apps.countOwned(actor.userEntityRef)) >=
        this.#config.limits.appVersions
    )
      throw new StoreError({
        status: 409,
        code: 'APP_VERSION_LIMIT',
        message: `You own ${
          this.#config.limits.appVersions
        } app versions, which is the limit.`,
        owner: 'you',
        remedy:
          'Delete versions that nobody uses, or ask an admin to raise appStore.limits.appVersions.',
      });
    let upload;
    try {
      upload = await this.#bundles.receive(
        stream,
        this.#config.limits.bundleBytes,
      );
    } catch (error) {
      throw this.#refusal(error);
    }
    try {
      return await this.#importUpload(actor, upload, options);
    } catch (error) {
      await this.#bundles.discard(upload);
      throw this.#refusal(error);
    }
  }

  #refusal(error: unknown): unknown {
    if (error instanceof BundleError)
      return new StoreError({
        status: error.code === 'TOO_LARGE' ? 413 : 400,
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
    upload: { path: string; digest: string; size: number },
    options: { visibility: Visibility },
  ): Promise<{ app: App; warnings: string[] }> {
    const bundle = await readBundle(upload.path);
    const { manifest } = bundle;
    this.#assertRuntime(manifest);
    await this.#assertSecrets(actor, manifest);
    const tags = await this.#tags.findByNames(manifest.tags);
    const unknown = manifest.tags.filter(
      name => !tags.some(tag => tag.name === name),
    );
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
        (await this.#bundles.putAsset(bundle.icon.data, bundle.icon.extension)),
      screenshots: await Promise.all(
        bundle.screenshots.map(image =>
          this.#bundles.putAsset(image.data, image.extension),
        ),
      ),
      bundleDigest: upload.digest,
      contentDigest: bundle.contentDigest,
      bundleSize: upload.size,
      createdAt: now,
      updatedAt: now,
    };
    if (await this.#apps.findByIdentity(manifest.name, manifest.version))
      throw new ConflictError(
        `${manifest.name} ${manifest.version} exists already`,
      );
    // The bundle is there before the row that speaks of it.
    await this.#bundles.keep(upload);
    await this.#apps.insert(
      record,
      tags.map(tag => tag.id),
    );
    this.#logger.info(
      `imported ${manifest.name} ${manifest.version} for ${actor.userEntityRef}`,
    );
    const app = await this.get(actor, record.id);
    return {
      app,
      warnings: [
        ...bundle.warnings.map(
          w => `${w.message}${w.line ? ` (app.toml line ${w.line})` : ''}`,
        ),
        ...unknown.map(
          name =>
            `App.Tags names ${JSON.stringify(
              name,
            )}, which is not a tag of this store and is skipped`,
        ),
      ],
    };
  }

  /** A runtime that this store has not got is no obstacle to an import: an admin may add it. */
  #assertRuntime(manifest: AppRecord['manifest']): void {
    const version = this.#runtimes.find(manifest);
    if (version?.deprecated)
      throw new BundleError({
        code: 'RUNTIME_DEPRECATED',
        message: `the runtime version ${version.name} is deprecated`,
        remedy: 'Choose another Runtime.RuntimeVersion.',
      });
  }

  async #assertSecrets(
    actor: Actor,
    manifest: AppRecord['manifest'],
  ): Promise<void> {
    for (const entry of [...manifest.env, ...manifest.files]) {
      if (!entry.secret || entry.optional) continue;
      const secret = await this.#secrets.resolve(
        actor.userEntityRef,
        entry.secret,
      );
      if (!secret || !secret.keys.includes(entry.secretKey!))
        throw new BundleError({
          code: 'SECRET_MISSING',
          message: secret
            ? `the secret ${entry.secret} has no key ${entry.secretKey}`
            : `you have no secret ${entry.secret}, which the app needs`,
          remedy: `Create the secret ${entry.secret} with the key ${entry.secretKey} first, or set Optional = true.`,
        });
    }
  }

  /** A record that the actor sees; 404 otherwise. */
  async record(actor: Actor, id: string): Promise<AppRecord> {
    const record = await this.#apps.get(id);
    if (
      !record ||
      !(decideApp(actor, 'see', appFacts(record)).allowed || actor.admin)
    )
      throw notFound('app', id);
    return record;
  }

  async get(actor: Actor, id: string): Promise<App> {
    const record = await this.record(actor, id);
    const versions = await this.#apps.list(actor, { name: record.name });
    return this.#present(actor, record, newestOf(versions).has(record.id));
  }

  async list(actor: Actor, query: AppQuery): Promise<App[]> {
    const visitor = !actor.fullAccess && !actor.admin;
    const records = await this.#apps.list(
      actor,
      visitor ? { ...query, tag: undefined } : query,
    );
    const newest = newestOf(records);
    return Promise.all(
      records.map(record =>
        this.#present(actor, record, newest.has(record.id)),
      ),
    );
  }

  async listTags(actor: Actor): Promise<AppTag[]> {
    if (!actor.fullAccess && !actor.admin)
      throw notAllowed('Visitors do not see tags.', '3.5 tags');
    return this.#tags.list();
  }

  /** What keeps an app from being run here, whoever asks. */
  async problems(record: AppRecord): Promise<Problem[]> {
    const problems = this.#runtimes.problems(record.manifest);
    for (const entry of [...record.manifest.env, ...record.manifest.files]) {
      if (!entry.secret || entry.optional) continue;
      const secret = await this.#secrets.resolve(record.ownerRef, entry.secret);
      if (!secret?.keys.includes(entry.secretKey!)) {
        problems.push({
          code: 'SECRET_MISSING',
          message: `The app's owner has no secret ${entry.secret} with the key ${entry.secretKey}.`,
          owner: 'author',
          remedy: "The app's owner creates it.",
        });
      }
    }
    return problems;
  }

  async #present(
    actor: Actor,
    record: AppRecord,
    newest: boolean,
  ): Promise<App> {
    const { manifest } = record;
    const may = (action: AppAction) =>
      decideApp(actor, action, appFacts(record)).allowed;
    const problems = await this.problems(record);
    const runtime = this.#runtimes.find(manifest);
    return {
      id: record.id,
      name: record.name,
      version: record.version,
      title: manifest.title,
      description: manifest.description,
      longDescription: record.longDescription,
      keywords: manifest.keywords,
      visibility: record.visibility,
      lifecycle: manifest.lifecycle,
      ...(may('see-owner') ? { owner: record.ownerRef } : {}),
      ...(may('see-tags') ? { tags: record.tags } : {}),
      ...(record.icon
        ? { icon: `/apps/${record.id}/icon?v=${record.icon.slice(0, 12)}` }
        : {}),
      screenshots: record.screenshots.map(
        (name, i) =>
          `/apps/${record.id}/screenshots/${i}?v=${name.slice(0, 12)}`,
      ),
      requirements: {
        runtime:
          runtime?.name ??
          manifest.runtime.runtimeVersion ??
          manifest.runtime.mode,
        memoryLimit:
          manifest.runtime.memoryLimit ?? this.#config.resources.memoryLimit,
        memoryReservation:
          manifest.runtime.memoryReservation ??
          this.#config.resources.memoryReservation,
        cpuLimit: manifest.runtime.cpuLimit ?? this.#config.resources.cpuLimit,
        gpuCount: manifest.runtime.gpuCount,
        volumeSize: manifest.runtime.volumeSize,
        volumeMount: manifest.runtime.volumeMount,
        secrets: [
          ...new Set(
            [...manifest.env, ...manifest.files].flatMap(
              entry => entry.secret ?? [],
            ),
          ),
        ],
      },
      linkAddress: manifest.linkAddress,
      runnability: { runnable: !problems.length, problems },
      newest,
      createdAt: record.createdAt,
      updatedAt: record.updatedAt,
      can: {
        run: may('run') && !problems.length,
        delete: may('delete'),
        update: may('update'),
      },
    };
  }

  /** The icon or a screenshot. */
  async asset(
    actor: Actor,
    id: string,
    which: 'icon' | number,
  ): Promise<{ stream: Readable; size: number; type: string }> {
    const record = await this.record(actor, id);
    const name = which === 'icon' ? record.icon : record.screenshots[which];
    const asset = name && (await this.#bundles.openAsset(name));
    if (!asset) throw notFound('picture of app', id);
    return {
      ...asset,
      type: name.endsWith('.png') ? 'image/png' : 'image/jpeg',
    };
  }

  /** The content of an app's bundle as a tar stream; whoever calls has checked who asks. */
  async content(
    record: AppRecord,
  ): Promise<{ stream: Readable; close(): Promise<void> }> {
    const archive = await Archive.open(
      this.#bundles.bundlePath(record.bundleDigest),
    );
    return { stream: contentTar(archive), close: () => archive.close() };
  }

  async delete(actor: Actor, id: string): Promise<void> {
    const record = await this.record(actor, id);
    const decision = decideApp(actor, 'delete', appFacts(record));
    if (!decision.allowed)
      throw notAllowed('You may not delete this app.', decision.rule);
    if (!(await this.#apps.delete(id)))
      throw new StoreError({
        status: 409,
        code: 'APP_IN_USE',
        message: 'The app still has instances, suspended ones included.',
        owner: 'you',
        remedy:
          'Terminate them first; make the app PRIVATE so that no new ones come.',
      });
    if (!(await this.#apps.usesBundle(record.bundleDigest)))
      await this.#bundles.removeBundle(record.bundleDigest);
  }
}

/** The ids of the newest version of each name. */
function newestOf(records: AppRecord[]): Set<string> {
  const byName = new Map<string, AppRecord>();
  for (const record of records) {
    const best = byName.get(record.name);
    if (!best || compareVersions(record.version, best.version) > 0)
      byName.set(record.name, record);
  }
  return new Set([...byName.values()].map(record => record.id));
}
