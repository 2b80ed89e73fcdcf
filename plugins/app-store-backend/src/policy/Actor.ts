/** Somebody who asks, as the policy sees them (specification 2.1). */

/** A person as the rules see them. */
export interface Actor {
  /** Entity ref of the person; empty for somebody who is not signed in. */
  userEntityRef: string;
  /** Role refs: entity refs of the groups the person belongs to. */
  roles: string[];
  /** Holds a full-access group, or none is configured. A visitor otherwise. */
  fullAccess: boolean;
  /** Orthogonal to full access: an admin may be a visitor. */
  admin: boolean;
}

/** Somebody who is not signed in. */
export const ANONYMOUS: Actor = {
  userEntityRef: '',
  roles: [],
  fullAccess: false,
  admin: false,
};

/**
 * The same person without the admin's rights: ordinary pages and lists follow the
 * base status (specification 2.1, 13 no. 14).
 */
export function withoutAdmin<A extends Actor>(actor: A): A {
  return { ...actor, admin: false };
}
