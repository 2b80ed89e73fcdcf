/** Who may do what to an instance: table 3.4 of the specification. */
import type {
  ActionOf,
  Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { appConditions, type AppFacts } from './app';
import { admin, fullAccess, isRef, publicMode, visitor } from '../conditions';
import { rule, type Condition, type Rule, type RuleTable } from '../rules';

/** What matters of an instance. */
export interface InstanceFacts {
  id: string;
  ownerRef: string;
  visibility: Visibility;
  app: AppFacts;
}

export type InstanceAction = ActionOf<'instance'>;

const owner = isRef<InstanceFacts>({
  text: 'you own the instance',
  change: 'Its owner can do it.',
  of: instance => instance.ownerRef,
  column: 'instances.owner_ref',
});

const appOwner = isRef<InstanceFacts>({
  text: 'you own its app',
  change: "The app's owner can do it.",
  of: instance => instance.app.ownerRef,
  column: 'apps.owner_ref',
});

const notPrivate: Condition<InstanceFacts> = {
  text: 'the instance is not PRIVATE',
  change: 'Its owner can share the instance with ALL_USERS.',
  holds: ({ resource }) => resource.visibility !== 'PRIVATE',
  where: () => query => query.whereNot('instances.visibility', 'PRIVATE'),
};

const isPublic: Condition<InstanceFacts> = {
  text: 'the instance is PUBLIC',
  change: 'Its owner can make the instance PUBLIC.',
  holds: ({ resource }) => resource.visibility === 'PUBLIC',
};

/** A condition on the instance's app. */
function ofApp(condition: Condition<AppFacts>): Condition<InstanceFacts> {
  return {
    text: condition.text,
    change: condition.change,
    holds: question =>
      condition.holds({ ...question, resource: question.resource.app }),
  };
}
const managed = ofApp(appConditions.managed);
const appNotPrivate = ofApp(appConditions.notPrivate);
const appInvites = ofApp(appConditions.invited);
const appIsPublic = ofApp(appConditions.isPublic);

const governed: ReadonlyArray<Rule<InstanceFacts>> = [
  rule('3.4 instance owner', owner),
  rule('3.4 admin', admin),
];

export const INSTANCE_RULES: RuleTable<InstanceAction, InstanceFacts> = {
  read: [
    rule('3.4 instance owner', owner),
    rule('3.4 full access', notPrivate, fullAccess),
    rule('3.4 app owner', appOwner, fullAccess),
    rule('3.4 admin', admin),
  ],
  // Neither the app's owner nor an admin opens what is PRIVATE.
  open: [
    rule('3.4 instance owner', owner),
    rule('3.4 public instance', isPublic),
    rule('3.4 full access', notPrivate, fullAccess),
    rule(
      '3.4 (3) visitor of a managed app',
      notPrivate,
      managed,
      visitor,
      appNotPrivate,
      appInvites,
    ),
    rule(
      '3.4 (3) visitor of a managed app, public mode',
      notPrivate,
      managed,
      visitor,
      appIsPublic,
      publicMode,
    ),
  ],
  read_owner: [
    rule('3.3 full access', fullAccess),
    rule('3.4 instance owner', owner),
    rule('3.3 admin', admin),
  ],
  read_status: [
    rule('3.4 instance owner', owner),
    rule('3.4 app owner', appOwner, fullAccess),
    rule('3.4 admin', admin),
  ],
  // A visitor does not read logs, not even of an own instance.
  view_log: [
    rule('3.4 instance owner', owner, fullAccess),
    rule('3.4 app owner', appOwner, fullAccess),
    rule('3.4 admin', admin),
  ],
  update: governed,
  suspend: governed,
  resume: governed,
  extend: governed,
  terminate: governed,
  restore: governed,
  // An alias is for those who may have aliases at all (3.5).
  alias: [
    rule('3.5 instance owner', owner, fullAccess),
    rule('3.5 admin', admin),
  ],
  redeploy: [rule('3.4 admin', admin)],
  disable_autosuspend: [rule('3.4 admin', admin)],
};
