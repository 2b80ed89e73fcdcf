/**
 * The part of a permission policy that keeps the store's entities from those who may
 * not see them, for `appStore.catalog.policyWired`. It asks the store about each
 * reader; where the store does not answer none of its entities is shown.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { CatalogReader } from '@ai-app-store/backstage-plugin-app-store-common';
import { RESOURCE_TYPE_CATALOG_ENTITY } from '@backstage/plugin-catalog-common/alpha';
import {
  isResourcePermission,
  type ConditionalPolicyDecision,
} from '@backstage/plugin-permission-common';
import type {
  PolicyQuery,
  PolicyQueryUser,
} from '@backstage/plugin-permission-node';
import type { StoreClient } from '../StoreClient';
import { catalogDecision } from './decision';

/** A search asks about each of its results: one answer of the store for all of them. */
const CACHE_MS = 2000;
const CACHE_SIZE = 10_000;

/**
 * See the module's comment.
 *
 * @public
 */
export class AppStoreCatalogPolicy {
  readonly #source: Pick<StoreClient, 'reader'>;
  readonly #logger: LoggerService;
  readonly #now: () => number;
  /** The oldest first. */
  readonly #cache = new Map<
    string,
    { until: number; reader: Promise<CatalogReader | undefined> }
  >();

  static create(options: {
    source: Pick<StoreClient, 'reader'>;
    logger: LoggerService;
    now?: () => number;
  }): AppStoreCatalogPolicy {
    return new AppStoreCatalogPolicy(options);
  }

  private constructor(
    options: Parameters<typeof AppStoreCatalogPolicy.create>[0],
  ) {
    this.#source = options.source;
    this.#logger = options.logger;
    this.#now = options.now ?? Date.now;
  }

  #reader(userEntityRef: string): Promise<CatalogReader | undefined> {
    const now = this.#now();
    const cached = this.#cache.get(userEntityRef);
    if (cached && cached.until > now) return cached.reader;
    const reader = this.#source.reader(userEntityRef).catch((error: Error) => {
      this.#cache.delete(userEntityRef);
      this.#logger.warn(
        `the app store's entities are hidden from ${userEntityRef}: ${error.message}`,
      );
      return undefined;
    });
    this.#cache.delete(userEntityRef);
    this.#cache.set(userEntityRef, { until: now + CACHE_MS, reader });
    if (this.#cache.size > CACHE_SIZE)
      this.#cache.delete(this.#cache.keys().next().value!);
    return reader;
  }

  /** The decision on entities of the catalog, to read or to do anything else with; undefined for all other permissions. */
  async decide(
    request: PolicyQuery,
    user?: PolicyQueryUser,
  ): Promise<ConditionalPolicyDecision | undefined> {
    if (!isResourcePermission(request.permission, RESOURCE_TYPE_CATALOG_ENTITY))
      return undefined;
    const ref = user?.info.userEntityRef;
    return catalogDecision(ref ? await this.#reader(ref) : undefined);
  }
}
