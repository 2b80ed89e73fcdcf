/** Conditions on who asks, shared by all tables. */
import type { Condition } from './rules';
import { ofActor } from './rules';

export const signedIn: Condition<unknown> = ofActor({
  text: 'you are signed in',
  change: 'Sign in.',
  holds: actor => actor.userEntityRef !== '',
});

export const fullAccess: Condition<unknown> = ofActor({
  text: 'you have full access',
  change: 'An admin adds you to a group with full access.',
  holds: actor => actor.fullAccess,
});

export const visitor: Condition<unknown> = ofActor({
  text: 'you are a visitor',
  change: 'This way is for visitors only.',
  fixed: true,
  holds: actor => actor.userEntityRef !== '' && !actor.fullAccess,
});

export const admin: Condition<unknown> = ofActor({
  text: 'you are an admin',
  change: 'Somebody adds you to an admin group, or an admin does it for you.',
  holds: actor => actor.admin,
});

export const publicMode: Condition<unknown> = ofActor({
  text: 'the store lists PUBLIC apps for everybody',
  change: 'An admin sets appStore.publicMode.',
  holds: (_, settings) => settings.publicMode,
});

export const downloads: Condition<unknown> = ofActor({
  text: 'downloads are switched on',
  change: 'An admin sets appStore.downloads.',
  holds: (_, settings) => settings.downloads,
});

/** The actor's ref equals a column, `facts => ref` for a single resource. */
export function isRef<R>(options: {
  text: string;
  change: string;
  of(resource: R): string | undefined;
  column?: string;
}): Condition<R> {
  return {
    text: options.text,
    change: options.change,
    holds: ({ actor, resource }) =>
      actor.userEntityRef !== '' &&
      options.of(resource) === actor.userEntityRef,
    where: options.column
      ? actor =>
          actor.userEntityRef !== '' &&
          (query => query.where(options.column!, actor.userEntityRef))
      : undefined,
  };
}
