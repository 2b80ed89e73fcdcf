/** For whom declarations act, with which rights. */
import type { Caller } from '../auth/Caller';
import type { RoleResolver } from '../auth/RoleResolver';
import { StoreError } from '../errors/StoreError';
import { digestOf, type DeclarationRecord } from './declarationRows';

/** What somebody accepts, and what of an app stands in its source. */
export function acceptanceDigest(row: DeclarationRecord): string {
  const { content } = row;
  return digestOf([
    row.declaration,
    content && [content.name, content.version, content.contentDigest],
  ]);
}

/** Finds out for whom declarations act. */
export class Acting {
  readonly #roles: RoleResolver;

  constructor(options: { roles: RoleResolver }) {
    this.#roles = options.roles;
  }

  /** For whom it acts: whom the configuration names, or who accepted just this. */
  personOf(row: DeclarationRecord): string | undefined {
    if (row.ownerRef) return row.ownerRef;
    return row.acceptedDigest === acceptanceDigest(row)
      ? row.acceptedBy
      : undefined;
  }

  /** The person for whom something acts, with the rights that they have now. */
  async callerFor(userEntityRef: string, entityRef: string): Promise<Caller> {
    const person = await this.#roles.resolve(userEntityRef);
    if (!person.known)
      throw new StoreError({
        status: 409,
        code: 'PERSON_UNKNOWN',
        message: `It acts for ${userEntityRef}, whom the app store does not know, or no longer does. Nothing was changed.`,
        owner: 'admin',
        remedy:
          'An admin names somebody else in appStore.declarations.trust, or adds this person to the catalog.',
      });
    const { displayName, roles, fullAccess, admin } = person;
    return {
      userEntityRef,
      displayName,
      roles,
      fullAccess,
      admin,
      client: `declaration ${entityRef}`,
    };
  }
}
