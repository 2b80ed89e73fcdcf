/**
 * Who somebody is to the store: groups come from the catalog by entity ref, since
 * those in a token are as old as the token.
 */
import type {
  AuthService,
  BackstageCredentials,
  BackstageUserPrincipal,
} from '@backstage/backend-plugin-api';
import {
  parseEntityRef,
  stringifyEntityRef,
  type Entity,
} from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { Actor } from '../policy/policy';

/** How long an answer of the catalog holds, in milliseconds. */
const CACHE_MS = 60_000;

/** See the module's comment. */
export interface RoleResolver {
  /** The actor with an entity ref; `known` where the catalog has that person. */
  resolve(
    userEntityRef: string,
  ): Promise<Actor & { displayName: string; known: boolean }>;
  actorOf(
    credentials: BackstageCredentials<BackstageUserPrincipal>,
  ): Promise<Actor & { displayName: string }>;
}

interface LookedUp {
  known: boolean;
  roles: string[];
  displayName: string;
}

function groupsOf(entity: Entity | undefined): string[] {
  return (entity?.relations ?? [])
    .filter(relation => relation.type === 'memberOf')
    .map(relation => relation.targetRef);
}

/** Reads groups from the catalog. */
export class CatalogRoleResolver implements RoleResolver {
  readonly #catalog: CatalogService;
  readonly #auth: AuthService;
  readonly #adminGroups: string[];
  readonly #fullAccessGroups: string[];
  readonly #cache = new Map<
    string,
    { until: number; answer: Promise<LookedUp> }
  >();

  static create(options: {
    catalog: CatalogService;
    auth: AuthService;
    adminGroups: string[];
    fullAccessGroups: string[];
  }): CatalogRoleResolver {
    return new CatalogRoleResolver(options);
  }

  private constructor(options: {
    catalog: CatalogService;
    auth: AuthService;
    adminGroups: string[];
    fullAccessGroups: string[];
  }) {
    const canonical = (ref: string) =>
      stringifyEntityRef(
        parseEntityRef(ref, {
          defaultKind: 'group',
          defaultNamespace: 'default',
        }),
      );
    this.#catalog = options.catalog;
    this.#auth = options.auth;
    this.#adminGroups = options.adminGroups.map(canonical);
    this.#fullAccessGroups = options.fullAccessGroups.map(canonical);
  }

  async #lookUp(userEntityRef: string): Promise<LookedUp> {
    const credentials = await this.#auth.getOwnServiceCredentials();
    const user = await this.#catalog.getEntityByRef(userEntityRef, {
      credentials,
    });
    const profile = user?.spec?.profile as { displayName?: string } | undefined;
    const direct = groupsOf(user);
    const roles = new Set(direct);
    let level = direct;
    // A member of a group is one of its parents too; cycles end where nothing new comes.
    while (level.length) {
      const { items } = await this.#catalog.getEntitiesByRefs(
        { entityRefs: level },
        { credentials },
      );
      level = items
        .flatMap(group =>
          (group?.relations ?? [])
            .filter(r => r.type === 'childOf')
            .map(r => r.targetRef),
        )
        .filter(ref => !roles.has(ref));
      level.forEach(ref => roles.add(ref));
    }
    return {
      known: Boolean(user),
      roles: [...roles],
      displayName:
        profile?.displayName ??
        user?.metadata.title ??
        userEntityRef.replace(/^user:[^/]+\//, ''),
    };
  }

  async resolve(
    userEntityRef: string,
  ): Promise<Actor & { displayName: string; known: boolean }> {
    const now = Date.now();
    let cached = this.#cache.get(userEntityRef);
    if (!cached || cached.until < now) {
      const answer = this.#lookUp(userEntityRef);
      cached = { until: now + CACHE_MS, answer };
      this.#cache.set(userEntityRef, cached);
      answer.catch(() => this.#cache.delete(userEntityRef));
      if (this.#cache.size > 10_000)
        for (const [key, { until }] of this.#cache)
          if (until < now) this.#cache.delete(key);
    }
    const { roles, displayName, known } = await cached.answer;
    return {
      known,
      userEntityRef,
      displayName,
      roles,
      admin: this.#adminGroups.some(group => roles.includes(group)),
      fullAccess:
        !this.#fullAccessGroups.length ||
        this.#fullAccessGroups.some(group => roles.includes(group)),
    };
  }

  actorOf(
    credentials: BackstageCredentials<BackstageUserPrincipal>,
  ): Promise<Actor & { displayName: string }> {
    return this.resolve(credentials.principal.userEntityRef);
  }
}
