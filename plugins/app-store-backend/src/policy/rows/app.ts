/** Who may do what to an app: tables 3.1, 3.2 and 3.3 of the specification. */
import type {
  ActionOf,
  InstanceLifecycle,
  Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import {
  admin,
  downloads,
  fullAccess,
  isRef,
  publicMode,
  signedIn,
} from '../conditions';
import { rule, type Condition, type RuleTable } from '../rules';

/** What matters of an app version. */
export interface AppFacts {
  name: string;
  ownerRef: string;
  visibility: Visibility;
  lifecycle: InstanceLifecycle;
  /** `visitorRoles` of all its tags together. */
  visitorRoles: string[];
}

export type AppAction = ActionOf<'app'>;

const owner = isRef<AppFacts>({
  text: 'you own the app',
  change: 'The owner can do it, or transfer the app to you.',
  of: app => app.ownerRef,
  column: 'apps.owner_ref',
});

const notPrivate: Condition<AppFacts> = {
  text: 'the app is not PRIVATE',
  change: 'The owner can make the app visible to ALL_USERS.',
  holds: ({ resource }) => resource.visibility !== 'PRIVATE',
  where: () => query => query.whereNot('apps.visibility', 'PRIVATE'),
};

const isPublic: Condition<AppFacts> = {
  text: 'the app is PUBLIC',
  change: 'The owner can make the app PUBLIC.',
  holds: ({ resource }) => resource.visibility === 'PUBLIC',
  where: () => query => query.where('apps.visibility', 'PUBLIC'),
};

/** "Visitor+" of the specification: a visitor with a role in `visitorRoles` of a tag on the app. */
const invited: Condition<AppFacts> = {
  text: 'you are a visitor with a visitor role of a tag on the app',
  change:
    'Somebody can put a tag on the app whose visitor roles include one of yours.',
  holds: ({ actor, resource }) =>
    !actor.fullAccess &&
    resource.visitorRoles.some(role => actor.roles.includes(role)),
  where: actor =>
    !actor.fullAccess &&
    actor.roles.length > 0 &&
    (query =>
      query.whereExists(tags => {
        tags
          .from('app_tags')
          .join(
            'tag_visitor_roles',
            'tag_visitor_roles.tag_id',
            'app_tags.tag_id',
          )
          .whereRaw('app_tags.app_id = apps.id')
          .whereIn('tag_visitor_roles.role', actor.roles);
      })),
};

function lifecycle(wanted: InstanceLifecycle): Condition<AppFacts> {
  return {
    text: `the app is ${wanted}`,
    change:
      wanted === 'MANAGED'
        ? 'This rule is only for MANAGED apps.'
        : 'This rule is only for ON_DEMAND apps. The owner runs a MANAGED app, and nobody runs a LINK app.',
    fixed: true,
    holds: ({ resource }) => resource.lifecycle === wanted,
  };
}
const onDemand = lifecycle('ON_DEMAND');
const managed = lifecycle('MANAGED');

/** Whoever the app belongs to, while they are full-access, and admins. */
const governed = (table: string) => [
  rule<AppFacts>(`${table} owner`, owner, fullAccess),
  rule<AppFacts>(`${table} admin`, admin),
];

export const APP_RULES: RuleTable<AppAction, AppFacts> = {
  read: [
    rule('3.1 owner', owner),
    rule('3.1 full access', notPrivate, fullAccess),
    rule('3.1 invited visitor', notPrivate, invited),
    rule('3.1 public mode', isPublic, publicMode),
    rule('3.1 admin', admin),
  ],
  // An admin runs as itself (3.2 note 1), but for managed apps (note 2).
  run: [
    rule('3.2 owner', onDemand, owner, fullAccess),
    rule('3.2 full access', onDemand, notPrivate, fullAccess),
    rule('3.2 invited visitor', onDemand, notPrivate, invited),
    rule('3.2 owner of a managed app', managed, owner, fullAccess),
    rule('3.2 admin of managed apps', managed, admin),
  ],
  update: governed('3.3'),
  delete: governed('3.3'),
  transfer: governed('3.3'),
  download: [
    rule('3.3 owner', owner, fullAccess, downloads),
    rule('3.3 admin', admin, downloads),
  ],
  read_meta: [
    rule('3.3 owner', owner),
    rule('3.3 full access', notPrivate, fullAccess),
    rule('3.3 admin', admin),
  ],
  read_owner: [rule('3.3 full access', fullAccess), rule('3.3 admin', admin)],
  read_tags: [rule('3.5 full access', fullAccess), rule('3.5 admin', admin)],
  prefer: [
    rule('3.3 owner', owner),
    rule('3.3 full access', notPrivate, fullAccess),
    rule('3.3 invited visitor', notPrivate, invited),
    rule('3.3 public mode', isPublic, publicMode, signedIn),
    rule('3.3 admin', admin),
  ],
  set_profile: governed('3.3'),
  set_image: governed('3.3'),
  set_service_account: [rule('3.3 admin', admin)],
  refresh: governed('3.3'),
};

/** Whether a visitor may see the app: what a managed app's instances go by (3.4 note 3). */
export const appConditions = { notPrivate, invited, isPublic, managed, owner };
