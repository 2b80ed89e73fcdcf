/**
 * Which names aliases may have. The name of a deleted alias rests: for a while only its last
 * owner can use it again, because links and browsers may still use it.
 */
import {
  aliasNameProblem,
  isServedAlias,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Audit } from '../audit/Audit';
import type { Caller } from '../auth/Caller';
import { isUuid } from '../database/isUuid';
import { StoreError } from '../errors/StoreError';
import type { Policy } from '../policy';
import type { AliasHistory, RestingName } from './AliasHistory';

/** What the names stand on. */
export interface AliasNamesOptions {
  policy: Policy;
  audit: Audit;
  history: AliasHistory;
  /** Names that nobody may have. */
  reserved: string[];
  /** Host names outside the apps' domain that an admin lists. */
  hosts: readonly string[];
  /** How long the name of a deleted alias is its last owner's alone. */
  restSeconds: number;
}

/** For a name that another alias has. */
export function nameTaken(name: string): StoreError {
  return new StoreError({
    status: 409,
    code: 'ALIAS_EXISTS',
    message: `The alias ${name} is taken.`,
    owner: 'you',
    remedy: 'Choose another name.',
  });
}

/** Checks and frees names of aliases. */
export class AliasNames {
  readonly #o: AliasNamesOptions;

  constructor(options: AliasNamesOptions) {
    this.#o = options;
  }

  /** @throws StoreError 400 for a name that nobody may have */
  assert(name: string): void {
    const problem = this.#problem(name);
    if (problem)
      throw new StoreError({
        status: 400,
        code: 'BAD_ALIAS',
        message: `${JSON.stringify(
          name.slice(0, 80),
        )} cannot be an alias: it ${problem}.`,
        owner: 'you',
        remedy: 'Choose another name, such as my-app.',
      });
    const { hosts } = this.#o;
    if (!isServedAlias(name, hosts))
      throw new StoreError({
        status: 400,
        code: 'ALIAS_HOST_NOT_LISTED',
        message: `${name} is not among the host names that this store serves.`,
        owner: 'you',
        remedy: hosts.length
          ? `Choose one of ${hosts.join(
              ', ',
            )}, or a name without dots. Only an admin can add a host name (appStore.aliases.hosts).`
          : 'Choose a name without dots. Only an admin can add a host name (appStore.aliases.hosts).',
      });
  }

  #problem(name: string): string | undefined {
    if (isUuid(name)) return 'looks like the ID of an instance';
    if (this.#isReserved(name)) return 'is reserved';
    return aliasNameProblem(name);
  }

  /** Below a wildcard the names are reserved that are so below the apps' domain. */
  #isReserved(name: string): boolean {
    const { reserved, hosts } = this.#o;
    if (reserved.includes(name)) return true;
    return (
      name.includes('.') &&
      !hosts.includes(name) &&
      reserved.includes(name.split('.')[0])
    );
  }

  /** Names of aliases that were deleted after this rest (RFC 3339). */
  restSince(): string {
    return new Date(Date.now() - this.#o.restSeconds * 1000).toISOString();
  }

  #restsUntil(freedAt: string): string {
    return new Date(
      Date.parse(freedAt) + this.#o.restSeconds * 1000,
    ).toISOString();
  }

  /** Which change let the name of an alias rest, and until when it does. */
  async restOf(
    aliasId: string,
  ): Promise<{ changeId: string; until: string } | undefined> {
    const resting = await this.#o.history.resting(aliasId, this.restSince());
    return (
      resting && {
        changeId: resting.changeId,
        until: this.#restsUntil(resting.freedAt),
      }
    );
  }

  /** For a name that rests. */
  refusal({ name, freedAt }: RestingName): StoreError {
    return new StoreError({
      status: 409,
      code: 'ALIAS_NAME_RESTS',
      message: `The alias ${name} was deleted a short time ago. Until ${this.#restsUntil(
        freedAt,
      )} only its former owner can use the name again, because links and browsers may still use it.`,
      owner: 'you',
      remedy: `Choose another name, or ask an admin to release this one (app-store admin alias free ${name}).`,
    });
  }

  /**
   * Lets anybody take the name of a deleted alias before its rest is over.
   *
   * @throws StoreError 403 for everybody but admins, 409 where the name does not rest
   */
  async free(caller: Caller, idOrName: string): Promise<void> {
    return this.#o.audit.run(caller, 'alias:free', undefined, async context => {
      const since = this.restSince();
      const resting = await this.#o.history.resting(idOrName, since);
      context.resourceName = idOrName;
      if (resting) context.about({ id: resting.aliasId, name: resting.name });
      context.assertAllowed(
        this.#o.policy.decide('alias', 'free', caller, {
          name: resting?.name ?? idOrName,
          creatorRef: resting?.lastOwnerRef ?? '',
        }),
        'Only admins can release the names of aliases.',
      );
      const done =
        resting &&
        (await this.#o.history.free(idOrName, since, {
          actorRef: caller.userEntityRef,
          at: new Date().toISOString(),
        }));
      if (!done)
        throw new StoreError({
          status: 409,
          code: 'ALIAS_NAME_FREE',
          message: `The name ${idOrName} is not reserved by a deleted alias.`,
          owner: 'you',
          remedy:
            'Nothing to do. If you expected another result, check the name.',
        });
    });
  }
}
