/** Apps as people see them: who sees which, and what they are shown. */
import {
  versionKey,
  type App,
  type AppQuery,
  type ManagedInstance,
  type Page,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Readable } from 'node:stream';
import type { BundleStore } from '../artifacts/BundleStore';
import type { StoreConfig } from '../config/StoreConfig';
import type { AppLists } from './AppLists';
import { appFacts, type AppRecord, type AppRepository } from './AppRepository';
import type { InstanceRepository } from '../instances/InstanceRepository';
import type { OfferRepository } from './offers/OfferRepository';
import type { PreferenceRepository, Preferences } from './PreferenceRepository';
import {
  withoutAdmin,
  type AppAction,
  type Decision,
  type Policy,
} from '../policy';
import type { Audit, AuditContext } from '../audit/Audit';
import type { Caller } from '../auth/Caller';
import { isRestarting } from '../instances/presentInstance';
import type { AppPresenter } from './presentApp';
import { notFound, StoreError } from '../errors/StoreError';

/** Instances of a managed app that are looked through for one that the caller may open. */
const MANAGED_LIMIT = 100;

/** What the service stands on. */
export interface AppServiceOptions {
  config: StoreConfig;
  policy: Policy;
  audit: Audit;
  apps: AppRepository;
  lists: AppLists;
  instances: InstanceRepository;
  preferences: PreferenceRepository;
  offers: OfferRepository;
  bundles: BundleStore;
  presenter: AppPresenter;
  /** Where an instance is opened. */
  instanceUrl: (id: string, app: AppRecord, primaryAlias?: string) => string;
  primaries: (ids: string[]) => Promise<Map<string, string>>;
}

/** Lists and shows apps. */
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
    context: AuditContext,
    message: string,
  ): Promise<AppRecord> {
    const record = await this.#o.apps.get(id);
    if (!record) throw notFound('app', id);
    context.about({ id, name: `${record.name} ${record.version}` });
    // Whatever else somebody may do with apps: not with one whose existence is secret.
    if (!context.decided(this.#decide(caller, 'read', record)).allowed)
      throw notFound('app', id);
    this.assertMay(caller, record, action, context, message);
    return record;
  }

  /** @throws StoreError 403 where the caller, who sees the app, may not do something with it */
  assertMay(
    caller: Caller,
    record: AppRecord,
    action: AppAction,
    context: AuditContext,
    message: string,
  ): void {
    context.assertAllowed(this.#decide(caller, action, record), message);
  }

  /** A record as the caller sees it. */
  async present(caller: Caller, record: AppRecord): Promise<App> {
    const [newest, preferences, offers] = await Promise.all([
      this.#o.lists.newestOf(caller, [record.name]),
      this.#o.preferences.of(caller.userEntityRef, [record.id]),
      this.#offersOf(caller, [record]),
    ]);
    return this.#o.presenter.present(caller, record, {
      newest: newest.get(record.name) === versionKey(record.version),
      preferences: preferences.get(record.id),
      offer: offers.get(record.id),
    });
  }

  /** To whom apps are offered: for those who may offer them. */
  #offersOf(caller: Caller, records: AppRecord[]) {
    const ids = records
      .filter(record => this.#decide(caller, 'transfer', record).allowed)
      .map(record => record.id);
    return this.#o.offers.ofApps(ids, new Date().toISOString());
  }

  /** A record that somebody asks to see: refused where it is there and is not to be seen. */
  async #look(caller: Caller, id: string): Promise<AppRecord> {
    return this.#o.audit.look(caller, 'app:read', id, context =>
      this.require(
        caller,
        id,
        'read',
        context,
        'You are not allowed to see this app.',
      ),
    );
  }

  async get(caller: Caller, id: string): Promise<App> {
    return this.present(caller, await this.#look(caller, id));
  }

  /**
   * One page of apps.
   *
   * @throws StoreError 403 for `scope: all` of anybody but an admin
   */
  async list(caller: Caller, query: AppQuery): Promise<Page<App>> {
    const { scope = 'visible', limit = 50, ...rest } = query;
    if (scope === 'all')
      await this.#o.audit.assertAllowed(
        caller,
        'app:list_all',
        this.#o.policy.decide('platform', 'list_all', caller, undefined),
        'Only admins can list all apps.',
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
    const { items, nextCursor } = await this.#o.lists.list(actor, {
      ...rest,
      limit,
      tag: asked.tag,
      ownerRef: scope === 'mine' ? me : asked.owner,
      likedBy: query.liked ? me : undefined,
      pinnedBy: query.pinned ? me : undefined,
      listedOnly,
    });
    const [newest, preferences, offers] = await Promise.all([
      this.#o.lists.newestOf(
        actor,
        items.map(record => record.name),
        listedOnly,
      ),
      this.#o.preferences.of(
        me,
        items.map(record => record.id),
      ),
      this.#offersOf(caller, items),
    ]);
    return {
      items: items.map(record =>
        this.#o.presenter.present(caller, record, {
          newest: newest.get(record.name) === versionKey(record.version),
          preferences: preferences.get(record.id),
          offer: offers.get(record.id),
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
    const record = await this.#look(caller, id);
    const name = which === 'icon' ? record.icon : record.screenshots[which];
    const asset = name && (await this.#o.bundles.openAsset(name));
    if (!asset) throw notFound('picture of app', id);
    return {
      ...asset,
      type: name.endsWith('.png') ? 'image/png' : 'image/jpeg',
    };
  }

  /** Likes or pins, for the caller alone. */
  async setPreferences(
    caller: Caller,
    id: string,
    change: Partial<Preferences>,
  ): Promise<App> {
    return this.#o.audit.run(caller, 'app:prefer', id, async context => {
      context.detail = { ...change };
      await this.require(
        caller,
        id,
        'prefer',
        context,
        'You are not allowed to like or pin this app.',
      );
      await this.#o.preferences.set(caller.userEntityRef, id, change);
      return this.get(caller, id);
    });
  }

  /**
   * The newest instance of a managed app that the caller may open: one that runs
   * before one that is suspended (specification 4.3 and 13, no. 16).
   */
  async managedInstance(caller: Caller, id: string): Promise<ManagedInstance> {
    const record = await this.#look(caller, id);
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
      candidates.find(
        instance => isRestarting(instance) && instance.endpoint,
      ) ??
      candidates.find(instance => instance.status === 'SUSPENDED');
    if (!found)
      throw new StoreError({
        status: 404,
        code: 'NO_INSTANCE',
        message: 'This app has no instance that you can open.',
        owner: 'author',
        remedy: 'Its owner or an admin must run one for all users.',
      });
    const primaries = await this.#o.primaries([found.id]);
    return {
      id: found.id,
      status: found.status,
      ...(isRestarting(found) ? { up: true } : {}),
      url: this.#o.instanceUrl(found.id, record, primaries.get(found.id)),
    };
  }
}
