/**
 * People by what their identity provider said of them when they signed in, or when
 * their session was refreshed. What was said lapses: whoever has not been there for
 * long is not known, and their access tokens hold no longer.
 */
import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import {
  entityNameOf,
  type PersonRoles,
  type RoleSource,
} from '@ai-app-store/backstage-plugin-app-store-node';
import type { PeopleRepository } from './PeopleRepository';
import type { SettingsRepository } from '../database/SettingsRepository';
import { StoreError } from '../errors/StoreError';
import type { RoleRefs } from '../config/RoleRefs';

/** What the sign-in says of a person. */
export interface SignIn {
  userEntityRef: string;
  displayName: string;
  roles: string[];
  /**
   * Whose subjects the names in the person's namespace are: the issuer, and the
   * addresses that it had before. Missing where the person comes out of the catalog.
   */
  issuers?: string[];
}

/** The roles that people had at their last sign-in. */
export class SignedInPeople implements RoleSource {
  readonly #people: PeopleRepository;
  readonly #settings: SettingsRepository;
  readonly #refs: RoleRefs;
  readonly #lapseSeconds: number;
  readonly #now: () => Date;

  static create(options: {
    people: PeopleRepository;
    settings: SettingsRepository;
    refs: RoleRefs;
    /** -1: never. */
    lapseSeconds: number;
    now?: () => Date;
  }): SignedInPeople {
    return new SignedInPeople(options);
  }

  private constructor(options: {
    people: PeopleRepository;
    settings: SettingsRepository;
    refs: RoleRefs;
    lapseSeconds: number;
    now?: () => Date;
  }) {
    this.#people = options.people;
    this.#settings = options.settings;
    this.#refs = options.refs;
    this.#lapseSeconds = options.lapseSeconds;
    this.#now = options.now ?? (() => new Date());
  }

  /** Nobody who signed in before this is known. */
  #lapsedBefore(): string | undefined {
    return this.#lapseSeconds < 0
      ? undefined
      : new Date(
          this.#now().getTime() - this.#lapseSeconds * 1000,
        ).toISOString();
  }

  async find(userEntityRef: string): Promise<PersonRoles | undefined> {
    const person = await this.#people.find(userEntityRef);
    const lapsed = this.#lapsedBefore();
    if (!person || (lapsed && person.signedInAt < lapsed)) return undefined;
    return {
      displayName: person.displayName,
      roles: person.roles.flatMap(role => this.#refs.claimed(role) ?? []),
    };
  }

  /**
   * Keeps what a sign-in said.
   *
   * @returns whether the person is new, or has other roles than before
   * @throws StoreError where the subjects are those of another issuer than before: they
   *   could be other people, who would have what belongs to the former ones
   */
  async remember(signIn: SignIn): Promise<boolean> {
    const { kind, namespace, name } = parseEntityRef(signIn.userEntityRef);
    const [issuer] = signIn.issuers ?? [];
    if (issuer) {
      const first = await this.#settings.getOrSet(
        entityNameOf(`issuer-of-${namespace}`),
        issuer,
      );
      if (!signIn.issuers!.includes(first))
        throw new StoreError({
          status: 409,
          code: 'ISSUER_CHANGED',
          message: `People in the namespace ${namespace} signed in through ${first} until now. With ${issuer}, the same subjects may be other people.`,
          owner: 'admin',
          remedy: `Set another oidcSignIn.namespace for the new issuer. If it is the same issuer at a new address, add ${first} to oidcSignIn.formerIssuers.`,
        });
    }
    const userRef = stringifyEntityRef({ kind, namespace, name });
    const before = await this.#people.find(userRef);
    await this.#people.put({
      userRef,
      displayName: signIn.displayName,
      roles: signIn.roles,
      signedInAt: this.#now().toISOString(),
    });
    const lapsed = this.#lapsedBefore();
    if (lapsed) await this.#people.deleteBefore(lapsed);
    return (
      !before ||
      [...before.roles].sort().join('\n') !==
        [...signIn.roles].sort().join('\n')
    );
  }
}
