/**
 * Who somebody is to the store: the one place where roles become an actor. They come
 * from a source by entity ref, since those in a token are as old as the token, and
 * hold for a minute. Where a source or mapper fails nobody is taken for anybody.
 */
import type {
  BackstageCredentials,
  BackstageUserPrincipal,
} from '@backstage/backend-plugin-api';
import type {
  RoleMapper,
  RoleSource,
} from '@ai-app-store/backstage-plugin-app-store-node';
import type { Actor } from '../policy';
import { StoreError } from '../service/StoreError';
import type { RoleRefs } from './RoleRefs';

/** How long an answer holds, in milliseconds. */
const CACHE_MS = 60_000;
/** Answers that are kept; beyond it the oldest goes. */
const CACHE_SIZE = 10_000;

/** See the module's comment. */
export interface RoleResolver {
  /** The actor with an entity ref; `known` where the source knows that person. */
  resolve(
    userEntityRef: string,
  ): Promise<Actor & { displayName: string; known: boolean }>;
  actorOf(
    credentials: BackstageCredentials<BackstageUserPrincipal>,
  ): Promise<Actor & { displayName: string }>;
  /** Asks anew the next time. */
  forget(userEntityRef: string): void;
}

interface Answer {
  known: boolean;
  roles: string[];
  displayName: string;
}

/** What a resolver stands on. */
export interface RoleResolverOptions {
  source: RoleSource;
  mappers?: readonly RoleMapper[];
  refs: RoleRefs;
  /** Refs, or names as {@link RoleRefs} reads them. */
  adminGroups: string[];
  fullAccessGroups: string[];
  now?: () => number;
  cacheSize?: number;
}

/** See the module's comment. */
export class DefaultRoleResolver implements RoleResolver {
  readonly #source: RoleSource;
  readonly #mappers: readonly RoleMapper[];
  readonly #refs: RoleRefs;
  readonly #adminGroups: string[];
  readonly #fullAccessGroups: string[];
  readonly #now: () => number;
  readonly #cacheSize: number;
  /** The oldest first. */
  readonly #cache = new Map<
    string,
    { until: number; answer: Promise<Answer> }
  >();

  static create(options: RoleResolverOptions): DefaultRoleResolver {
    return new DefaultRoleResolver(options);
  }

  private constructor(options: RoleResolverOptions) {
    const refsOf = (names: string[]) =>
      names.map(name => options.refs.configured(name));
    this.#source = options.source;
    this.#mappers = options.mappers ?? [];
    this.#refs = options.refs;
    this.#adminGroups = refsOf(options.adminGroups);
    this.#fullAccessGroups = refsOf(options.fullAccessGroups);
    this.#now = options.now ?? Date.now;
    this.#cacheSize = options.cacheSize ?? CACHE_SIZE;
  }

  async #ask(userEntityRef: string): Promise<Answer> {
    const found = await this.#source.find(userEntityRef);
    const displayName = found?.displayName;
    let roles: readonly string[] = found?.roles ?? [];
    for (const mapper of this.#mappers)
      roles = await mapper({
        userEntityRef,
        displayName,
        roles: Object.freeze([...roles]),
      });
    return {
      known: Boolean(found),
      roles: [...new Set(roles.map(role => this.#refs.configured(role)))],
      displayName: displayName ?? userEntityRef.replace(/^user:[^/]+\//, ''),
    };
  }

  #answerFor(userEntityRef: string): Promise<Answer> {
    const now = this.#now();
    const cached = this.#cache.get(userEntityRef);
    if (cached && cached.until >= now) return cached.answer;
    const answer = this.#ask(userEntityRef).catch(cause => {
      if (this.#cache.get(userEntityRef)?.answer === answer)
        this.#cache.delete(userEntityRef);
      throw new StoreError({
        status: 503,
        code: 'ROLES_UNAVAILABLE',
        message: `Which roles ${userEntityRef} has could not be found out: ${cause.message}.`,
        owner: 'platform',
        remedy: 'Try again in a moment; tell an admin if it stays.',
      });
    });
    this.#cache.delete(userEntityRef);
    this.#cache.set(userEntityRef, { until: now + CACHE_MS, answer });
    if (this.#cache.size > this.#cacheSize)
      this.#cache.delete(this.#cache.keys().next().value!);
    return answer;
  }

  async resolve(
    userEntityRef: string,
  ): Promise<Actor & { displayName: string; known: boolean }> {
    const { roles, displayName, known } = await this.#answerFor(userEntityRef);
    const holdsOneOf = (groups: string[]) =>
      groups.some(group => roles.includes(group));
    return {
      known,
      userEntityRef,
      displayName,
      roles: [...roles],
      admin: holdsOneOf(this.#adminGroups),
      fullAccess:
        !this.#fullAccessGroups.length || holdsOneOf(this.#fullAccessGroups),
    };
  }

  actorOf(
    credentials: BackstageCredentials<BackstageUserPrincipal>,
  ): Promise<Actor & { displayName: string }> {
    return this.resolve(credentials.principal.userEntityRef);
  }

  forget(userEntityRef: string): void {
    this.#cache.delete(userEntityRef);
  }
}
