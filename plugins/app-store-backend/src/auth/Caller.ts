/** Who calls a service, and from where. */
import type { Actor } from '../policy';

/** Somebody who calls a service. */
export interface Caller extends Actor {
  displayName?: string;
  /** The access token that the request came with; absent in a session of the portal. */
  token?: { id: string; kind: 'login' | 'machine' };
  /** Where the request came from, for the audit. */
  address?: string;
  /** What sent it, in its own words. */
  client?: string;
}

/** What the store does by itself. */
export const STORE: Caller = {
  userEntityRef: 'store',
  roles: [],
  fullAccess: true,
  admin: true,
};
