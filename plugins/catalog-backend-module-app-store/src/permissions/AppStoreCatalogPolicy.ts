/**
 * A permission policy that keeps the store's entities from those who may not see them,
 * for `appStore.catalog.policyWired`, and from being changed by anybody but the store.
 * It asks the store about each person; where the store does not answer, none of its
 * entities is shown, and nobody is an admin.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { CatalogReader } from '@ai-app-store/backstage-plugin-app-store-common';
import {
  catalogEntityReadPermission,
  RESOURCE_TYPE_CATALOG_ENTITY,
} from '@backstage/plugin-catalog-common/alpha';
import {
  AuthorizeResult,
  isResourcePermission,
  type PolicyDecision,
} from '@backstage/plugin-permission-common';
import type {
  PermissionPolicy,
  PolicyQuery,
  PolicyQueryUser,
} from '@backstage/plugin-permission-node';
import { LRUCache } from 'lru-cache';
import type { CatalogIndexClient } from '@ai-app-store/backstage-plugin-app-store-node';
import { both, CHANGE_DECISION, readDecision } from './decision';

/** A search asks about each of its results: one answer of the store for all of them. */
const CACHE_MS = 2000;
const CACHE_SIZE = 10_000;
/** A portal token lives as long, in milliseconds: who is unknown gets no other. */
const TOKEN_MS = 3_600_000;
const UNKNOWN: CatalogReader = {
  unknown: true,
  tags: false,
  admin: false,
  owners: false,
};
/** What everybody who is signed in may do; all else is for admins of the store, permissions that come with a later plugin included. */
const FOR_EVERYBODY = new Set([catalogEntityReadPermission.name]);

/**
 * A permission policy that shows entities of the store only to people who may see them, and lets only the store change them.
 *
 * @public
 */
export class AppStoreCatalogPolicy implements PermissionPolicy {
  readonly #source: Pick<CatalogIndexClient, 'reader'>;
  readonly #policy: PermissionPolicy | undefined;
  readonly #logger: LoggerService;
  readonly #readers: LRUCache<string, Promise<CatalogReader | undefined>>;
  /** Of whom the store said that they are unknown, which stands while it is away. */
  readonly #unknown: LRUCache<string, true>;

  /**
   * @param options - `policy` decides on everything, and the store narrows what it grants on
   * entities; without it everybody reads the catalog and all else is for admins of the store
   */
  static create(options: {
    source: Pick<CatalogIndexClient, 'reader'>;
    logger: LoggerService;
    policy?: PermissionPolicy;
    now?: () => number;
  }): AppStoreCatalogPolicy {
    return new AppStoreCatalogPolicy(options);
  }

  private constructor(
    options: Parameters<typeof AppStoreCatalogPolicy.create>[0],
  ) {
    this.#source = options.source;
    this.#policy = options.policy;
    this.#logger = options.logger;
    const clock = {
      perf: { now: options.now ?? (() => Date.now()) },
      ttlResolution: 0,
    };
    this.#readers = new LRUCache({ max: CACHE_SIZE, ttl: CACHE_MS, ...clock });
    this.#unknown = new LRUCache({ max: CACHE_SIZE, ttl: TOKEN_MS, ...clock });
  }

  async #reader(user?: PolicyQueryUser): Promise<CatalogReader | undefined> {
    const ref = user?.info.userEntityRef;
    return ref ? this.#known(ref) : undefined;
  }

  #known(userEntityRef: string): Promise<CatalogReader | undefined> {
    const known = this.#readers.get(userEntityRef);
    if (known) return known;
    const reader = this.#ask(userEntityRef);
    this.#readers.set(userEntityRef, reader);
    return reader;
  }

  async #ask(userEntityRef: string): Promise<CatalogReader | undefined> {
    try {
      const reader = await this.#source.reader(userEntityRef);
      this.#unknown.delete(userEntityRef);
      if (reader.unknown) this.#unknown.set(userEntityRef, true);
      return reader;
    } catch (error) {
      this.#readers.delete(userEntityRef);
      this.#logger.warn(
        `the app store's entities are hidden from ${userEntityRef}, who is no admin for now: ${
          (error as Error).message
        }`,
      );
      return this.#unknown.get(userEntityRef) && UNKNOWN;
    }
  }

  async #own(
    request: PolicyQuery,
    user?: PolicyQueryUser,
  ): Promise<PolicyDecision> {
    const granted =
      FOR_EVERYBODY.has(request.permission.name) ||
      (await this.#reader(user))?.admin;
    return { result: granted ? AuthorizeResult.ALLOW : AuthorizeResult.DENY };
  }

  async handle(
    request: PolicyQuery,
    user?: PolicyQueryUser,
  ): Promise<PolicyDecision> {
    const decision = this.#policy
      ? await this.#policy.handle(request, user)
      : await this.#own(request, user);
    const { permission } = request;
    if (
      decision.result === AuthorizeResult.DENY ||
      !isResourcePermission(permission, RESOURCE_TYPE_CATALOG_ENTITY)
    )
      return decision;
    if (permission.attributes.action !== 'read')
      return both(CHANGE_DECISION, decision);
    const reader = await this.#reader(user);
    // A token lasts longer than the person: who is gone reads nothing.
    return reader?.unknown
      ? { result: AuthorizeResult.DENY }
      : both(readDecision(reader), decision);
  }
}
