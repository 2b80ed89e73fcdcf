/**
 * Who somebody is to the store: the one place where roles become an actor. They come
 * from a source by entity ref, since those in a token are as old as the token.
 * Whoever no source knows has no role and no full access, and is out within a minute
 * wherever they were. Where a source or mapper fails nobody is taken for anybody.
 */
import type {
  BackstageCredentials,
  BackstageUserPrincipal,
} from '@backstage/backend-plugin-api';
import type {
  RoleMapper,
  RoleSource,
} from '@ai-app-store/backstage-plugin-app-store-node';
import { LRUCache } from 'lru-cache';
import type { Actor } from '../policy';
import { StoreError } from '../errors/StoreError';
import type { RoleRefs } from '../config/RoleRefs';

/**
 * How long an answer holds, in milliseconds. What stays open is looked at every 15 s
 * (streams here, sockets at the gateway): together that is the minute.
 */
const CACHE_MS = 45_000;
/** Somebody who has just been added is let in soon. */
const UNKNOWN_CACHE_MS = 5_000;
/** Answers that are kept; beyond it the one that was used least recently goes. */
const CACHE_SIZE = 10_000;

/** An actor, and how far that can be relied on. */
export interface ResolvedActor extends Actor {
  displayName: string;
  /** A source knows this person. */
  known: boolean;
  /** How much longer the answer holds, in milliseconds. */
  holdsForMs: number;
}

/** For somebody whom no source of people knows. */
function unknownPerson(userEntityRef: string): StoreError {
  return new StoreError({
    status: 401,
    code: 'PERSON_UNKNOWN',
    message: `The app store does not know ${userEntityRef}, or no longer does.`,
    owner: 'admin',
    remedy:
      'Sign out and in again. If that does not help, an admin adds this person to the catalog.',
  });
}

/** Finds out the roles and rights of a person. */
export interface RoleResolver {
  /** The actor with an entity ref; `known` where the source knows that person. */
  resolve(userEntityRef: string): Promise<ResolvedActor>;
  /** @throws StoreError 401 for somebody whom the source does not know (any more) */
  actorOf(
    credentials: BackstageCredentials<BackstageUserPrincipal>,
  ): Promise<ResolvedActor>;
  /** Asks anew the next time. */
  forget(userEntityRef: string): void;
}

interface Answer {
  known: boolean;
  roles: string[];
  displayName: string;
}

/** Asked once; those who ask meanwhile wait for the same answer. */
interface Question {
  /** When it was asked, in milliseconds since the epoch. */
  at: number;
  answer: Promise<Answer>;
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

/** Asks a source of roles, and keeps its answers for 45 seconds. */
export class DefaultRoleResolver implements RoleResolver {
  readonly #source: RoleSource;
  readonly #mappers: readonly RoleMapper[];
  readonly #refs: RoleRefs;
  readonly #adminGroups: string[];
  readonly #fullAccessGroups: string[];
  readonly #now: () => number;
  readonly #kept: LRUCache<string, Question>;

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
    this.#now = options.now ?? (() => Date.now());
    this.#kept = new LRUCache({
      max: options.cacheSize ?? CACHE_SIZE,
      ttl: CACHE_MS,
      ttlResolution: 0,
      perf: { now: this.#now },
    });
  }

  async #ask(userEntityRef: string): Promise<Answer> {
    const found = await this.#source.find(userEntityRef);
    const name = userEntityRef.replace(/^user:[^/]+\//, '');
    // No mapper gives roles to somebody who is not there.
    if (!found) return { known: false, roles: [], displayName: name };
    const { displayName } = found;
    let { roles } = found;
    for (const mapper of this.#mappers)
      roles = await mapper({
        userEntityRef,
        displayName,
        roles: Object.freeze([...roles]),
      });
    return {
      known: true,
      roles: [...new Set(roles.map(role => this.#refs.configured(role)))],
      displayName: displayName ?? name,
    };
  }

  #question(userEntityRef: string): Question {
    const kept = this.#kept.get(userEntityRef);
    if (kept) return kept;
    const question: Question = {
      at: this.#now(),
      answer: this.#answer(userEntityRef, () => question),
    };
    this.#kept.set(userEntityRef, question);
    return question;
  }

  async #answer(
    userEntityRef: string,
    question: () => Question,
  ): Promise<Answer> {
    const isKept = () => this.#kept.peek(userEntityRef) === question();
    try {
      const answer = await this.#ask(userEntityRef);
      if (!answer.known && isKept())
        this.#kept.set(userEntityRef, question(), {
          ttl: UNKNOWN_CACHE_MS,
          start: question().at,
        });
      return answer;
    } catch (cause) {
      if (isKept()) this.forget(userEntityRef);
      throw new StoreError({
        status: 503,
        code: 'ROLES_UNAVAILABLE',
        message: `Which roles ${userEntityRef} has could not be determined: ${
          (cause as Error).message
        }.`,
        owner: 'platform',
        remedy:
          'Try again in a moment. If the problem continues, tell an admin.',
      });
    }
  }

  async resolve(userEntityRef: string): Promise<ResolvedActor> {
    const { at, answer } = this.#question(userEntityRef);
    const { roles, displayName, known } = await answer;
    const holdsUntil = at + (known ? CACHE_MS : UNKNOWN_CACHE_MS);
    const holdsOneOf = (groups: string[]) =>
      groups.some(group => roles.includes(group));
    return {
      known,
      holdsForMs: Math.max(0, holdsUntil - this.#now()),
      userEntityRef,
      displayName,
      roles: [...roles],
      admin: holdsOneOf(this.#adminGroups),
      fullAccess:
        known &&
        (!this.#fullAccessGroups.length || holdsOneOf(this.#fullAccessGroups)),
    };
  }

  async actorOf(
    credentials: BackstageCredentials<BackstageUserPrincipal>,
  ): Promise<ResolvedActor> {
    const { userEntityRef } = credentials.principal;
    const actor = await this.resolve(userEntityRef);
    if (!actor.known) throw unknownPerson(userEntityRef);
    return actor;
  }

  forget(userEntityRef: string): void {
    this.#kept.delete(userEntityRef);
  }
}
