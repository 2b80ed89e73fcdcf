/** Conditions on who asks, shared by all tables. */
import { ofActor, type Filterable } from './rules';

export const signedIn: Filterable<unknown> = ofActor({
  text: 'you are signed in',
  change: 'Sign in.',
  holds: actor => actor.userEntityRef !== '',
});

export const fullAccess: Filterable<unknown> = ofActor({
  text: 'you have full access',
  change: 'An admin can add you to a group with full access.',
  holds: actor => actor.fullAccess,
});

export const visitor: Filterable<unknown> = ofActor({
  text: 'you are a visitor',
  change: 'This rule is only for visitors.',
  fixed: true,
  holds: actor => actor.userEntityRef !== '' && !actor.fullAccess,
});

export const admin: Filterable<unknown> = ofActor({
  text: 'you are an admin',
  change: 'An admin can add you to an admin group, or do it for you.',
  holds: actor => actor.admin,
});

export const appImporter: Filterable<unknown> = ofActor({
  text: 'you are allowed to import apps of the marketplace',
  change: 'An admin can add you to a group of appStore.roles.appImporter.',
  holds: ({ roles }, { appImporters = [] }) =>
    appImporters.length === 0 ||
    roles.some(role => appImporters.includes(role)),
});

export const publicMode: Filterable<unknown> = ofActor({
  text: 'the store lists PUBLIC apps for everybody',
  change: 'An admin can set appStore.publicMode.',
  holds: (_, settings) => settings.publicMode,
});

export const downloads: Filterable<unknown> = ofActor({
  text: 'downloads are enabled',
  change: 'An admin can set appStore.downloads.',
  holds: (_, settings) => settings.downloads,
});

export const openTags: Filterable<unknown> = ofActor({
  text: 'tags without admin roles are for everybody with full access',
  change: 'An admin can set appStore.tags.emptyAdminRoles to everyone.',
  holds: (_, settings) => settings.emptyAdminRoles !== 'admins',
});

/** A value of a resource, and the column that holds it. */
export interface Field<R> {
  of(resource: R): string | undefined;
  column: string;
}

/** The actor is the one whom a field of the resource names. */
export function isRef<R>(
  options: Field<R> & { text: string; change: string },
): Filterable<R> {
  const { text, change, of, column } = options;
  return {
    text,
    change,
    holds: ({ actor, resource }) =>
      actor.userEntityRef !== '' && of(resource) === actor.userEntityRef,
    where: ({ userEntityRef }) =>
      userEntityRef !== '' && (query => query.where(column, userEntityRef)),
  };
}
