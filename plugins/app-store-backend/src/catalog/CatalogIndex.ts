/**
 * What the catalog holds of the store, and who may read what of it. Everybody who is
 * signed in reads the catalog, so it holds what all of them may see; more only where
 * the portal's permission policy was confirmed to ask here for each reader.
 */
import type {
  CatalogApp,
  CatalogReader,
  CatalogTag,
  CatalogText,
  Page,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { StoreConfig } from '../config/StoreConfig';
import type { CatalogRepository, CatalogScope } from './CatalogRepository';
import type { DeclarationLists } from '../declarations/DeclarationLists';
import type { TagRepository } from '../tags/TagRepository';
import type { RoleResolver } from '../auth/RoleResolver';
import { withoutAdmin, type Policy } from '../policy';

/** Apps that a tag's entity names: an entity with thousands of relations slows the catalog. */
const TAG_APPS = 500;

type Settings = Pick<
  StoreConfig,
  'fullAccessGroups' | 'publicMode' | 'iamEnabled' | 'catalogPolicyWired'
>;

/** Which apps the catalog may hold; none where nothing is for everybody. */
export function catalogScope(config: Settings): CatalogScope | undefined {
  if (config.catalogPolicyWired) return 'listed';
  // Policies may hide any app from anybody.
  if (config.iamEnabled) return undefined;
  if (!config.fullAccessGroups.length) return 'listed';
  return config.publicMode ? 'public' : undefined;
}

/** Answers what the catalog and the permission framework ask of the store. */
export class CatalogIndex {
  readonly #config: Settings;
  readonly #policy: Policy;
  readonly #catalog: CatalogRepository;
  readonly #declarations: DeclarationLists;
  readonly #tags: TagRepository;
  readonly #roles: RoleResolver;
  readonly #scope: CatalogScope | undefined;

  constructor(options: {
    config: Settings;
    policy: Policy;
    catalog: CatalogRepository;
    declarationLists: DeclarationLists;
    tags: TagRepository;
    roles: RoleResolver;
  }) {
    this.#config = options.config;
    this.#policy = options.policy;
    this.#catalog = options.catalog;
    this.#declarations = options.declarationLists;
    this.#tags = options.tags;
    this.#roles = options.roles;
    this.#scope = catalogScope(options.config);
  }

  /** Whether everybody who reads the catalog has full access: owners and tags are not for visitors (3.3, 3.5). */
  get #open(): boolean {
    return !this.#config.fullAccessGroups.length && !this.#config.iamEnabled;
  }

  /** Whether the policy that keeps entities with owners and tags from visitors is there. Policies of an admin may hide owners from anybody. */
  get #keptApart(): boolean {
    return this.#config.catalogPolicyWired && !this.#config.iamEnabled;
  }

  async apps(query: {
    limit: number;
    cursor?: string;
    name?: string;
  }): Promise<Page<CatalogApp>> {
    if (!this.#scope) return { items: [] };
    const page = await this.#catalog.page(this.#scope, query);
    if (this.#open) return page;
    if (this.#keptApart)
      return {
        ...page,
        items: page.items.map(app => ({
          ...app,
          // Visitors see what a tag invites them to, or what is PUBLIC (3.3). Whom a tag invites changes at any time.
          visitors: app.tags.length > 0 || app.visibility === 'PUBLIC',
        })),
      };
    return {
      ...page,
      items: page.items.map(({ owner: _, tags: __, ...app }) => app),
    };
  }

  /** Long descriptions, for those of the app versions that the catalog may hold. */
  async texts(ids: string[]): Promise<CatalogText[]> {
    return this.#scope ? this.#catalog.texts(this.#scope, ids) : [];
  }

  async tags(): Promise<CatalogTag[]> {
    const visible = this.#config.catalogPolicyWired || this.#open;
    if (!visible || !this.#scope) return [];
    const [tags, apps] = await Promise.all([
      this.#tags.list(),
      // Who may read a tag may not read every app that bears it, where policies say so.
      this.#config.iamEnabled
        ? undefined
        : this.#catalog.appsOfTags(this.#scope),
    ]);
    return tags.map(({ id, name, title, color, description }) => ({
      name,
      title,
      color,
      description,
      apps: (apps?.get(id) ?? []).slice(0, TAG_APPS),
    }));
  }

  /** What somebody may read, as on ordinary pages: an admin has no more there (2.1). */
  async readableBy(userEntityRef: string): Promise<CatalogReader> {
    const person = await this.#roles.resolve(userEntityRef);
    const actor = withoutAdmin(person);
    const [tags, only, except, declarations] = await Promise.all([
      this.#tags.list(),
      this.#catalog.idsFor(actor, true),
      this.#catalog.idsFor(actor, false),
      person.known ? this.#declarations.refsFor(actor) : [],
    ]);
    return {
      ...(declarations.length ? { declarations } : {}),
      ...(only.length < except.length ? { only } : { except }),
      tags:
        person.known &&
        tags.every(
          tag => this.#policy.decide('tag', 'read', actor, tag).allowed,
        ),
      admin: person.admin,
      ...(person.known ? {} : { unknown: true }),
      // Who is not there is told nothing, also where everybody has full access.
      owners:
        person.known && (this.#open || (this.#keptApart && actor.fullAccess)),
    };
  }
}
