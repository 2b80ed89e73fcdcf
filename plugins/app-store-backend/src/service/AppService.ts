/** Apps: every rule about them is applied here. */
import {
  versionKey,
  type App,
  type AppChange,
  type AppQuery,
  type ManagedInstance,
  type Page,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BundleStore } from '../bundle/BundleStore';
import type { EnvironmentStore } from '../bundle/EnvironmentStore';
import type { StoreConfig } from '../config/StoreConfig';
import {
  appFacts,
  type AppRecord,
  type AppRecordChange,
  type AppRepository,
} from '../database/AppRepository';
import type { InstanceRepository } from '../database/InstanceRepository';
import type {
  PreferenceRepository,
  Preferences,
} from '../database/PreferenceRepository';
import type { SecretRepository } from '../database/SecretRepository';
import type { TagRecord, TagRepository } from '../database/TagRepository';
import type { RoleResolver } from '../identity/RoleResolver';
import {
  withoutAdmin,
  type AppAction,
  type Decision,
  type Policy,
} from '../policy';
import type { Audit, Trail } from './Audit';
import type { Caller } from './Caller';
import type { ChangeFeed } from './ChangeFeed';
import type { KeyedLock } from './KeyedLock';
import type { Preconditions } from './Preconditions';
import type { AppPresenter } from './presentApp';
import type { Runtimes } from './Runtimes';
import { notAllowed, notFound, stale, StoreError } from './StoreError';

/** Instances of a managed app that are looked through for one that the caller may open. */
const MANAGED_LIMIT = 100;
/** How long a deletion waits for what is left of terminated instances, in milliseconds. */
const PURGE_WAIT_MS = 20_000;
const PURGE_LOOK_MS = 100;

/** What the service stands on. */
export interface AppServiceOptions {
  config: StoreConfig;
  policy: Policy;
  audit: Audit;
  apps: AppRepository;
  instances: InstanceRepository;
  preferences: PreferenceRepository;
  tags: TagRepository;
  secrets: SecretRepository;
  roles: RoleResolver;
  bundles: BundleStore;
  environments: EnvironmentStore;
  preconditions: Preconditions;
  presenter: AppPresenter;
  runtimes: Runtimes;
  /** By the digest of a bundle: held while its file and the rows that speak of it change. */
  files: KeyedLock;
  /** Told of each app that changed. */
  feed: ChangeFeed;
  /** Told of instances that are to be purged. */
  onPurge: (instanceId: string) => void;
  /** Where an instance is opened. */
  instanceUrl: (id: string, app: AppRecord, primaryAlias?: string) => string;
  primaries: (ids: string[]) => Promise<Map<string, string>>;
}

/** See the module's comment. */
export class AppService {
  readonly #o: AppServiceOptions;

  constructor(options: AppServiceOptions) {
    this.#o = options;
  }

  #decide(caller: Caller, action: AppAction, record: AppRecord): Decision {
    return this.#o.policy.decide('app', action, caller, appFacts(record));
  }

  /** A record that the caller sees; 404 otherwise. */
  async record(caller: Caller, id: string): Promise<AppRecord> {
    const record = await this.#o.apps.get(id);
    if (!record || !this.#decide(caller, 'read', record).allowed)
      throw notFound('app', id);
    return record;
  }

  /**
   * A record with which the caller may do something.
   *
   * @throws StoreError 404 where its existence is secret, 403 otherwise
   */
  async require(
    caller: Caller,
    id: string,
    action: AppAction,
    trail: Trail,
    message: string,
  ): Promise<AppRecord> {
    const record = await this.#o.apps.get(id);
    if (!record) throw notFound('app', id);
    trail.about({ id, name: `${record.name} ${record.version}` });
    // Whatever else somebody may do with apps: not with one whose existence is secret.
    if (!trail.decided(this.#decide(caller, 'read', record)).allowed)
      throw notFound('app', id);
    const decision = trail.decided(this.#decide(caller, action, record));
    if (!decision.allowed) throw notAllowed(message, decision);
    return record;
  }

  async #presentOne(caller: Caller, record: AppRecord): Promise<App> {
    const [newest, preferences] = await Promise.all([
      this.#o.apps.newestOf(caller, [record.name]),
      this.#o.preferences.of(caller.userEntityRef, [record.id]),
    ]);
    return this.#o.presenter.present(caller, record, {
      newest: newest.get(record.name) === versionKey(record.version),
      preferences: preferences.get(record.id),
    });
  }

  async get(caller: Caller, id: string): Promise<App> {
    return this.#presentOne(caller, await this.record(caller, id));
  }

  /**
   * One page of apps.
   *
   * @throws StoreError 403 for `scope: all` of anybody but an admin
   */
  async list(caller: Caller, query: AppQuery): Promise<Page<App>> {
    const { scope = 'visible', limit = 50, ...rest } = query;
    if (scope === 'all')
      await this.#o.audit.look(
        caller,
        'app:list_all',
        undefined,
        async trail => {
          const decision = trail.decided(
            this.#o.policy.decide('platform', 'list_all', caller, undefined),
          );
          if (!decision.allowed)
            throw notAllowed('Only admins list all apps.', decision);
        },
      );
    // Ordinary lists follow the base status of an admin, too (specification 2.1).
    const actor = scope === 'all' ? caller : withoutAdmin(caller);
    const me = caller.userEntityRef;
    const seesTags = this.#o.policy.decide('tag', 'read', caller, {
      name: '',
      adminRoles: [],
    }).allowed;
    // What visitors do not see they cannot ask for either.
    const asked = seesTags ? query : {};
    // PRIVATE ones are not on the store's page, not even for their owner (specification 3.1).
    const listedOnly = scope === 'visible' && !query.name;
    const { items, nextCursor } = await this.#o.apps.list(actor, {
      ...rest,
      limit,
      tag: asked.tag,
      ownerRef: scope === 'mine' ? me : asked.owner,
      likedBy: query.liked ? me : undefined,
      pinnedBy: query.pinned ? me : undefined,
      listedOnly,
    });
    const [newest, preferences] = await Promise.all([
      this.#o.apps.newestOf(
        actor,
        items.map(record => record.name),
        listedOnly,
      ),
      this.#o.preferences.of(
        me,
        items.map(record => record.id),
      ),
    ]);
    return {
      items: items.map(record =>
        this.#o.presenter.present(caller, record, {
          newest: newest.get(record.name) === versionKey(record.version),
          preferences: preferences.get(record.id),
        }),
      ),
      nextCursor,
    };
  }

  /** How many versions the caller owns, and may own. */
  async ownedVersions(caller: Caller): Promise<{
    ownedAppVersions: number;
    appVersionLimit?: number;
  }> {
    const owned = await this.#o.apps.countOwned(caller.userEntityRef);
    return {
      ownedAppVersions: owned,
      ...(caller.admin
        ? {}
        : { appVersionLimit: this.#o.config.limits.appVersions }),
    };
  }

  /** The icon or a screenshot. */
  async asset(
    caller: Caller,
    id: string,
    which: 'icon' | number,
  ): Promise<{ stream: Readable; size: number; type: string }> {
    const record = await this.record(caller, id);
    const name = which === 'icon' ? record.icon : record.screenshots[which];
    const asset = name && (await this.#o.bundles.openAsset(name));
    if (!asset) throw notFound('picture of app', id);
    return {
      ...asset,
      type: name.endsWith('.png') ? 'image/png' : 'image/jpeg',
    };
  }

  /**
   * Changes what may be changed (specification 2.2): running instances stay as they are.
   *
   * @param revision - what the change was made from
   * @throws StoreError 403 for what the caller may not change, tags one by one; nothing is changed then
   */
  async update(
    caller: Caller,
    id: string,
    change: AppChange,
    revision?: number,
  ): Promise<App> {
    return this.#o.audit.run(caller, 'app:update', id, async trail => {
      trail.detail = { ...change };
      const record = await this.#mayChange(caller, id, change, trail);
      const profile = change.defaultLaunchProfile;
      if (profile) this.#o.runtimes.requireProfile(profile);
      if (change.customImage)
        this.#o.runtimes.requireImage(
          change.customImage,
          record.manifest.runtime.mode,
        );
      const tagIds =
        change.tags && (await this.#newTags(caller, record, change.tags));
      return this.#write(
        caller,
        record,
        {
          visibility: change.visibility,
          defaultProfile: profile,
          customImage: change.customImage,
          serviceAccount: change.serviceAccount,
          tagIds,
        },
        revision,
      );
    });
  }

  /** Each member of a change has a rule of its own. */
  async #mayChange(
    caller: Caller,
    id: string,
    change: AppChange,
    trail: Trail,
  ): Promise<AppRecord> {
    const needed: AppAction[] = [
      ...(change.visibility ? (['update'] as const) : []),
      ...(change.defaultLaunchProfile !== undefined
        ? (['set_profile'] as const)
        : []),
      ...(change.customImage !== undefined ? (['set_image'] as const) : []),
      ...(change.serviceAccount !== undefined
        ? (['set_service_account'] as const)
        : []),
      // Tags have a rule for each of them (3.5); visitors know nothing of them.
      ...(change.tags ? (['read_tags'] as const) : []),
    ];
    let record = await this.record(caller, id);
    for (const action of needed)
      record = await this.require(
        caller,
        id,
        action,
        trail,
        'You may not change this app.',
      );
    return record;
  }

  async #write(
    caller: Caller,
    record: AppRecord,
    change: AppRecordChange,
    revision?: number,
  ): Promise<App> {
    const done = await this.#o.apps.update(
      record.id,
      { ...change, updatedAt: new Date().toISOString() },
      revision,
    );
    if (!done) {
      if (await this.#o.apps.get(record.id)) throw stale('app');
      throw notFound('app', record.id);
    }
    this.#o.feed.changed(record.id);
    const after = await this.#o.apps.get(record.id);
    if (!after) throw notFound('app', record.id);
    if (change.customImage !== undefined || change.defaultProfile !== undefined)
      after.problems = await this.#o.preconditions.refresh(after);
    return this.#presentOne(caller, after);
  }

  #mayAssign(caller: Caller, tag: TagRecord, trail?: Trail): void {
    const decision = this.#o.policy.decide('tag', 'assign', caller, tag);
    trail?.decided(decision);
    if (!decision.allowed)
      throw notAllowed(
        `You may not assign or remove the tag ${tag.title}.`,
        decision,
      );
  }

  /** The ids of the tags an app is to have. */
  async #newTags(
    caller: Caller,
    record: AppRecord,
    names: string[],
  ): Promise<string[]> {
    const found = await this.#o.tags.findByNames(names);
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
      ...(await this.#o.tags.findByNames(
        record.tags.filter(tag => !after.has(tag.id)).map(tag => tag.name),
      )),
    ];
    touched.forEach(tag => this.#mayAssign(caller, tag));
    return [...after];
  }

  /** Puts one tag on an app, or takes it off. */
  async setTag(
    caller: Caller,
    id: string,
    tagId: string,
    assigned: boolean,
  ): Promise<App> {
    const action = assigned ? 'tag:assign' : 'tag:remove';
    return this.#o.audit.run(caller, action, id, async trail => {
      const record = await this.require(
        caller,
        id,
        'read_tags',
        trail,
        'Visitors do not see tags.',
      );
      const tag = await this.#o.tags.find(tagId);
      if (!tag) throw notFound('tag', tagId);
      trail.detail = { tag: tag.name };
      this.#mayAssign(caller, tag, trail);
      return this.#write(
        caller,
        record,
        assigned ? { addTagId: tag.id } : { removeTagId: tag.id },
      );
    });
  }

  /** Likes or pins, for the caller alone. */
  async setPreferences(
    caller: Caller,
    id: string,
    change: Partial<Preferences>,
  ): Promise<App> {
    return this.#o.audit.run(caller, 'app:prefer', id, async trail => {
      trail.detail = { ...change };
      await this.require(
        caller,
        id,
        'prefer',
        trail,
        'You may not like or pin this app.',
      );
      await this.#o.preferences.set(caller.userEntityRef, id, change);
      return this.get(caller, id);
    });
  }

  /**
   * Hands an app over.
   *
   * @throws StoreError 400 where the receiver is not known or is a visitor, 409 where they own as many versions as they may
   */
  async transfer(
    caller: Caller,
    id: string,
    to: { owner: string; allVersions?: boolean },
    revision?: number,
  ): Promise<App> {
    return this.#o.audit.run(caller, 'app:transfer', id, async trail => {
      trail.detail = { ...to };
      const record = await this.require(
        caller,
        id,
        'transfer',
        trail,
        'You may not hand this app over.',
      );
      if (revision !== undefined && revision !== record.revision)
        throw stale('app');
      trail.detail.from = record.ownerRef;
      const receiver = await this.#o.roles.resolve(to.owner);
      if (!receiver.known || !(receiver.fullAccess || receiver.admin))
        throw new StoreError({
          status: 400,
          code: 'NO_SUCH_OWNER',
          message: receiver.known
            ? `${to.owner} is a visitor, and visitors own no apps.`
            : `There is nobody called ${to.owner}.`,
          owner: 'you',
          remedy:
            'Name the entity ref of somebody with full access, such as user:default/name.',
        });
      await this.#assertRoom(receiver, record, to.allVersions ?? false);
      const at = new Date().toISOString();
      if (to.allVersions) {
        const ids = await this.#o.apps.transferName(
          record.name,
          record.ownerRef,
          to.owner,
          at,
        );
        await this.#afterTransfer(ids);
      } else {
        await this.#o.apps.update(id, { ownerRef: to.owner, updatedAt: at });
        await this.#afterTransfer([id]);
      }
      const after = await this.#o.apps.get(id);
      if (!after) throw notFound('app', id);
      // Whoever gave a PRIVATE app away no longer sees it; this last look is theirs.
      return this.#presentOne(caller, after);
    });
  }

  /** A gift does not lift the limit of versions. */
  async #assertRoom(
    receiver: Caller,
    record: AppRecord,
    allVersions: boolean,
  ): Promise<void> {
    if (receiver.admin || receiver.userEntityRef === record.ownerRef) return;
    const { appVersions: limit } = this.#o.config.limits;
    const coming = allVersions
      ? await this.#o.apps.countOwned(record.ownerRef, record.name)
      : 1;
    const owned = await this.#o.apps.countOwned(receiver.userEntityRef);
    if (owned + coming > limit)
      throw new StoreError({
        status: 409,
        code: 'APP_VERSION_LIMIT',
        message: `${receiver.userEntityRef} owns ${owned} app versions; with ${coming} more that would be over the limit of ${limit}.`,
        owner: 'admin',
        remedy:
          'They delete versions that nobody uses, or an admin raises appStore.limits.appVersions.',
      });
  }

  /** What an app names of secrets is its new owner's from now on. */
  async #afterTransfer(ids: string[]): Promise<void> {
    await this.#o.secrets.resolveApps(ids);
    await this.#o.preconditions.refreshUsersOf(ids);
    ids.forEach(id => this.#o.feed.changed(id));
  }

  /** Decides anew whether the app can be run here (specification 7.1). */
  async refresh(caller: Caller, id: string): Promise<App> {
    return this.#o.audit.run(caller, 'app:refresh', id, async trail => {
      const record = await this.require(
        caller,
        id,
        'refresh',
        trail,
        'Only its owner and admins have an app checked.',
      );
      record.problems = await this.#o.preconditions.refresh(record);
      record.checkedAt = new Date().toISOString();
      return this.#presentOne(caller, record);
    });
  }

  /**
   * The newest instance of a managed app that the caller may open: one that runs
   * before one that is suspended (specification 4.3 and 13, no. 16).
   */
  async managedInstance(caller: Caller, id: string): Promise<ManagedInstance> {
    const record = await this.record(caller, id);
    const facts = appFacts(record);
    const candidates = (
      record.manifest.lifecycle === 'MANAGED'
        ? await this.#o.instances.ofApp([id], MANAGED_LIMIT)
        : []
    ).filter(
      instance =>
        this.#o.policy.decide('instance', 'open', caller, {
          id: instance.id,
          ownerRef: instance.ownerRef,
          visibility: instance.visibility,
          app: facts,
        }).allowed,
    );
    const found =
      candidates.find(instance => instance.status === 'DEPLOYED') ??
      candidates.find(instance => instance.status === 'SUSPENDED');
    if (!found)
      throw new StoreError({
        status: 404,
        code: 'NO_INSTANCE',
        message: 'No instance of this app is there to be opened.',
        owner: 'author',
        remedy: 'Its owner or an admin runs one for all users.',
      });
    const primaries = await this.#o.primaries([found.id]);
    return {
      id: found.id,
      status: found.status,
      url: this.#o.instanceUrl(found.id, record, primaries.get(found.id)),
    };
  }

  /**
   * Deletes an app version without instances.
   *
   * @param purgeTerminated - gives up volumes of terminated instances
   * @throws StoreError 409 while instances are there, suspended ones included, or volumes that could be taken back
   */
  async delete(
    caller: Caller,
    id: string,
    { purgeTerminated = false }: { purgeTerminated?: boolean } = {},
  ): Promise<void> {
    return this.#o.audit.run(caller, 'app:delete', id, async trail => {
      const record = await this.require(
        caller,
        id,
        'delete',
        trail,
        'You may not delete this app.',
      );
      if (await this.#o.instances.hasLive(id)) throw inUse();
      if (purgeTerminated) await this.#purge(id);
      else await this.#waitForEnded(id);
      await this.#o.files.run(record.bundleDigest, () => this.#remove(record));
      await this.#o.environments.remove(id);
      this.#o.feed.changed(id);
    });
  }

  async #purge(id: string): Promise<void> {
    const ids = await this.#o.instances.releasedOf(id);
    (await this.#o.instances.purge({ ids })).forEach(this.#o.onPurge);
    await this.#waitForEnded(id);
  }

  /** Instances that are being ended are gone in a moment. */
  async #waitForEnded(id: string): Promise<void> {
    const until = Date.now() + PURGE_WAIT_MS;
    for (;;) {
      const { kept, ending } = await this.#o.instances.leftOf(id);
      if (kept)
        throw new StoreError({
          status: 409,
          code: 'VOLUMES_KEPT',
          message: `Volumes of ${kept} terminated instance${
            kept > 1 ? 's' : ''
          } of this app are kept and can still be taken back.`,
          owner: 'you',
          remedy:
            'Wait until they are purged, or delete with purgeTerminated (`--purge-terminated`) to give them up now.',
        });
      if (!ending) return;
      if (Date.now() > until) throw inUse();
      await sleep(PURGE_LOOK_MS);
    }
  }

  async #remove({ id, bundleDigest }: AppRecord): Promise<void> {
    if (!(await this.#o.apps.delete(id))) throw inUse();
    if (!(await this.#o.apps.usesBundle(bundleDigest)))
      await this.#o.bundles.removeBundle(bundleDigest);
  }
}

function inUse(): StoreError {
  return new StoreError({
    status: 409,
    code: 'APP_IN_USE',
    message: 'The app still has instances, suspended ones included.',
    owner: 'you',
    remedy:
      'Terminate them first; make the app PRIVATE so that no new ones come.',
  });
}
