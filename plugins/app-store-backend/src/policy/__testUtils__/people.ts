/** Everybody whom the tables of specification section 3 tell apart. */
import type {
  InstanceLifecycle,
  Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { ANONYMOUS, type Actor } from '../Actor';
import type { AppFacts } from '../rows/app';

const person = (name: string, change: Partial<Actor> = {}): Actor => ({
  userEntityRef: `user:default/${name}`,
  roles: [],
  fullAccess: true,
  admin: false,
  ...change,
});
const visitor = { fullAccess: false };

export const OWNER_REF = 'user:default/owner';
export const APP_OWNER_REF = 'user:default/app-owner';
export const INVITED = 'group:default/ra';

/** By the names of the tables' rows. */
export const people: Record<string, Actor> = {
  anonymous: ANONYMOUS,
  'visitor-': person('stranger', { ...visitor, roles: ['group:default/rx'] }),
  'visitor+': person('invited', { ...visitor, roles: [INVITED] }),
  full: person('full'),
  // A full-access user gains nothing by a visitor's role.
  'full with role': person('full-with-role', { roles: [INVITED] }),
  'app owner': person('app-owner'),
  'app owner, visitor': person('app-owner', visitor),
  owner: person('owner'),
  'owner, visitor': person('owner', { ...visitor, roles: [INVITED] }),
  'admin, full': person('admin', { admin: true }),
  'admin, visitor': person('visiting-admin', { ...visitor, admin: true }),
};

export function appOf(
  visibility: Visibility,
  lifecycle: InstanceLifecycle = 'ON_DEMAND',
  change: Partial<AppFacts> = {},
): AppFacts {
  return {
    name: 'app',
    ownerRef: APP_OWNER_REF,
    visibility,
    lifecycle,
    visitorRoles: [INVITED, 'group:default/rc'],
    ...change,
  };
}
