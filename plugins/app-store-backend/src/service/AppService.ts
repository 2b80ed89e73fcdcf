/** Apps: every rule about them is applied here. */
import {
  compareVersions,
  type App,
  type AppTag,
  type Problem,
  type AppChange,
  type AppQuery,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Readable } from 'node:stream';
import type { BundleStore } from '../bundle/BundleStore';
import type { EnvironmentStore } from '../bundle/EnvironmentStore';
import type { StoreConfig } from '../config/StoreConfig';
import {
  appFacts,
  type AppRecord,
  type AppRepository,
} from '../database/AppRepository';
import type { SecretRepository } from '../database/SecretRepository';
import type { TagRepository } from '../database/TagRepository';
import {
  decideApp,
  decideTagAssignment,
  type Actor,
  type AppAction,
} from '../policy/policy';
import { notAllowed, notFound, StoreError } from './StoreError';
import type { KeyedLock } from './KeyedLock';
import type { Runtimes } from './Runtimes';

/** See the module's comment. */
export class AppService {
  readonly #config: StoreConfig;
  readonly #apps: AppRepository;
  readonly #tags: TagRepository;
  readonly #secrets: SecretRepository;
  readonly #bundles: BundleStore;
  readonly #environments: EnvironmentStore;
  readonly #runtimes: Runtimes;
  readonly #files: KeyedLock;

  constructor(options: {
    config: StoreConfig;
    apps: AppRepository;
    tags: TagRepository;
    secrets: SecretRepository;
    bundles: BundleStore;
    environments: EnvironmentStore;
    runtimes: Runtimes;
    files: KeyedLock;
  }) {
    this.#config = options.config;
    this.#apps = options.apps;
    this.#tags = options.tags;
    this.#secrets = options.secrets;
    this.#bundles = options.bundles;
    this.#environments = options.environments;
    this.#runtimes = options.runtimes;
    this.#files = options.files;
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
    const apps = await Promise.all(
      records.map(record =>
        this.#present(actor, record, newest.has(record.id)),
      ),
    );
    return query.runnable === undefined
      ? apps
      : apps.filter(app => app.runnability.runnable === query.runnable);
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
        osPackages: manifest.osPackages ?? [],
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
        download: this.#config.downloads && may('download'),
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

  /**
   * Changes visibility or tags (specification 3.3): running instances stay as they are.
   *
   * @throws StoreError 403 for tags that the actor may not assign or remove; nothing is changed then
   */
  async update(actor: Actor, id: string, change: AppChange): Promise<App> {
    const record = await this.record(actor, id);
    const decision = decideApp(actor, 'update', appFacts(record));
    const byTags =
      change.tags && decideApp(actor, 'see-tags', appFacts(record));
    // Tags have a rule of their own (3.5); visitors know nothing of them.
    if (!decision.allowed && (change.visibility || !byTags?.allowed))
      throw notAllowed('You may not change this app.', decision.rule);
    const tagIds =
      change.tags && (await this.#newTags(actor, record, change.tags));
    await this.#apps.update(id, {
      visibility: change.visibility,
      tagIds,
      updatedAt: new Date().toISOString(),
    });
    return this.get(actor, id);
  }

  /** The ids of the tags an app is to have. */
  async #newTags(
    actor: Actor,
    record: AppRecord,
    names: string[],
  ): Promise<string[]> {
    const found = await this.#tags.findByNames(names);
    const unknown = names.filter(name => !found.some(tag => tag.name === name));
    if (unknown.length)
      throw new StoreError({
        status: 400,
        code: 'UNKNOWN_TAG',
        message: `There is no tag ${unknown.join(', ')}.`,
        owner: 'you',
        remedy: 'Choose from the tags of this store.',
      });
    const before = new Set(record.tags.map(tag => tag.id));
    const after = new Set(found.map(tag => tag.id));
    const touched = [
      ...found.filter(tag => !before.has(tag.id)),
      ...(await this.#tags.findByNames(
        record.tags.filter(tag => !after.has(tag.id)).map(tag => tag.name),
      )),
    ];
    for (const tag of touched) {
      const decision = decideTagAssignment(actor, tag);
      if (!decision.allowed)
        throw notAllowed(
          `You may not assign or remove the tag ${tag.title}.`,
          decision.rule,
        );
    }
    return [...after];
  }

  async delete(actor: Actor, id: string): Promise<void> {
    const record = await this.record(actor, id);
    const decision = decideApp(actor, 'delete', appFacts(record));
    if (!decision.allowed)
      throw notAllowed('You may not delete this app.', decision.rule);
    await this.#files.run(record.bundleDigest, () => this.#remove(record));
    await this.#environments.remove(id);
  }

  async #remove({ id, bundleDigest }: AppRecord): Promise<void> {
    if (!(await this.#apps.delete(id)))
      throw new StoreError({
        status: 409,
        code: 'APP_IN_USE',
        message: 'The app still has instances, suspended ones included.',
        owner: 'you',
        remedy:
          'Terminate them first; make the app PRIVATE so that no new ones come.',
      });
    if (!(await this.#apps.usesBundle(bundleDigest)))
      await this.#bundles.removeBundle(bundleDigest);
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
