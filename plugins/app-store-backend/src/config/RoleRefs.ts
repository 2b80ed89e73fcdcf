/**
 * Roles as entity refs. A role of a token's claim is `role:oidc/<name>`, so that an
 * identity provider cannot make anybody a member of one of the catalog's groups, unless
 * the configuration has it so. Two roles never have one ref.
 */
import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import {
  entityNameOf,
  isDigestedName,
} from '@ai-app-store/backstage-plugin-app-store-node';

const CLAIMED = 'role:oidc/';
const GROUPS = { defaultKind: 'group', defaultNamespace: 'default' };

function canonical(text: string): string {
  const ref = parseEntityRef(text, GROUPS);
  // The parser takes "a:b:c" for a name with a colon.
  if (/[:/]/.test(`${ref.namespace}${ref.name}`))
    throw new Error(`${JSON.stringify(text)} is not an entity ref`);
  return stringifyEntityRef(ref);
}

/** What is configured of it. */
export interface RoleRefsOptions {
  /** What a name without kind and namespace in the configuration is. */
  names: 'groups' | 'claims';
  /** What the roles of a claim are: roles of their own, or groups of the catalog. */
  claimsAre: 'roles' | 'groups';
}

/** Turns names of roles into entity refs. */
export class RoleRefs {
  readonly #names: RoleRefsOptions['names'];
  readonly #claimsAre: RoleRefsOptions['claimsAre'];

  static create(options: RoleRefsOptions): RoleRefs {
    return new RoleRefs(options);
  }

  private constructor(options: RoleRefsOptions) {
    this.#names = options.names;
    this.#claimsAre = options.claimsAre;
  }

  /** The ref of a role of a claim; undefined for one that no group can have as its name. */
  claimed(role: string): string | undefined {
    const name = entityNameOf(role);
    if (this.#claimsAre === 'roles') return `${CLAIMED}${name}`;
    return name === role ? `group:default/${name}` : undefined;
  }

  /**
   * The ref that a text of the configuration means: a ref in full, or a name alone.
   *
   * @throws Error where it is neither
   */
  configured(text: string): string {
    if (text.startsWith(CLAIMED)) {
      const role = text.slice(CLAIMED.length);
      // As a page shows it, or as the identity provider calls it.
      return isDigestedName(role) ? text : `${CLAIMED}${entityNameOf(role)}`;
    }
    const claimed =
      this.#names === 'claims' && !/[:/]/.test(text)
        ? this.claimed(text)
        : undefined;
    return claimed ?? canonical(text);
  }
}
