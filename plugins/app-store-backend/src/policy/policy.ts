/**
 * Who may do what (specification section 3): pure functions of an actor, an
 * action and a resource. Services ask here; nothing else decides.
 */
import type {
  InstanceLifecycle,
  Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';

/** Somebody who asks. */
export interface Actor {
  userEntityRef: string;
  /** Entity refs of the groups the person belongs to. */
  roles: string[];
  /** Holds a full-access group, or none is configured. */
  fullAccess: boolean;
  admin: boolean;
}

/** What matters of an app. */
export interface AppFacts {
  ownerRef: string;
  visibility: Visibility;
  lifecycle: InstanceLifecycle;
  /** `visitorRoles` of all its tags together. */
  visitorRoles: string[];
}

/** What matters of an instance. */
export interface InstanceFacts {
  ownerRef: string;
  visibility: Visibility;
  app: AppFacts;
}

/** An answer, with the rule that gave it. */
export interface Decision {
  allowed: boolean;
  rule: string;
}

const allow = (rule: string): Decision => ({ allowed: true, rule });
const deny = (rule: string): Decision => ({ allowed: false, rule });

export type AppAction =
  | 'see'
  | 'run'
  | 'update'
  | 'delete'
  | 'download'
  | 'see-owner'
  | 'see-meta'
  | 'see-tags';
export type InstanceAction =
  | 'see'
  | 'open'
  | 'status'
  | 'logs'
  | 'update'
  | 'suspend'
  | 'terminate';
export type SecretAction = 'create' | 'see' | 'update' | 'delete';

/** "Visitor+" of the specification: holds a role in `visitorRoles` of a tag on this app. */
export function isInvitedVisitor(actor: Actor, app: AppFacts): boolean {
  return (
    !actor.fullAccess &&
    app.visitorRoles.some(role => actor.roles.includes(role))
  );
}

/** Specification 3.1 (public mode off), 3.2 and 3.3. */
export function decideApp(
  actor: Actor,
  action: AppAction,
  app: AppFacts,
): Decision {
  const owner = actor.userEntityRef === app.ownerRef;
  switch (action) {
    case 'see':
      if (owner) return allow('3.1 owner');
      if (app.visibility === 'PRIVATE') return deny('3.1 private');
      if (actor.fullAccess) return allow('3.1 full access');
      if (isInvitedVisitor(actor, app))
        return allow('3.1 visitor with a role of a tag');
      return deny('3.1 visitor without a role of a tag');
    case 'run': {
      if (app.lifecycle === 'LINK')
        return deny('3.2 link apps are opened, not run');
      if (app.lifecycle === 'MANAGED') {
        if (owner) return allow('3.2 owner of a managed app');
        if (actor.admin) return allow('3.2 admin starts managed apps');
        return deny('3.2 managed apps are run by their owner or an admin');
      }
      const seen = decideApp(actor, 'see', app);
      return seen.allowed
        ? allow(`3.2 who sees an on-demand app may run it (${seen.rule})`)
        : deny(seen.rule);
    }
    case 'update':
    case 'delete':
    case 'download':
      if (owner && actor.fullAccess) return allow('3.3 owner');
      if (actor.admin) return allow('3.3 admin');
      return deny('3.3 owner or admin');
    case 'see-meta': {
      if (owner) return allow('3.3 owner');
      if (actor.admin) return allow('3.3 admin');
      if (!actor.fullAccess) return deny('3.3 hidden from visitors');
      return decideApp(actor, 'see', app);
    }
    case 'see-owner':
    case 'see-tags':
      return actor.fullAccess || actor.admin
        ? allow('3.3 full access or admin')
        : deny('3.3 hidden from visitors');
    default:
      return deny('no rule');
  }
}

/** Whether a tag may be put on apps and taken off them (specification 3.5). */
export function decideTagAssignment(
  actor: Actor,
  tag: { adminRoles: string[] },
): Decision {
  if (actor.admin) return allow('3.5 admin');
  if (!actor.fullAccess) return deny('3.5 visitors do not see tags');
  if (!tag.adminRoles.length) return allow('3.5 a tag without admin roles');
  return tag.adminRoles.some(role => actor.roles.includes(role))
    ? allow('3.5 holds an admin role of the tag')
    : deny('3.5 holds no admin role of the tag');
}

/** Specification 3.4. */
export function decideInstance(
  actor: Actor,
  action: InstanceAction,
  instance: InstanceFacts,
): Decision {
  const owner = actor.userEntityRef === instance.ownerRef;
  const appOwner =
    actor.userEntityRef === instance.app.ownerRef && actor.fullAccess;
  const shared = instance.visibility !== 'PRIVATE';
  switch (action) {
    case 'see':
      if (owner) return allow('3.4 instance owner');
      if (actor.admin) return allow('3.4 admin');
      if (appOwner) return allow('3.4 app owner sees metadata');
      if (actor.fullAccess && shared)
        return allow('3.4 full access, shared instance');
      return deny(
        actor.fullAccess
          ? '3.4 private instance'
          : '3.4 visitors see their own instances',
      );
    case 'open':
      if (owner) return allow('3.4 instance owner');
      if (instance.visibility === 'PUBLIC') return allow('3.4 public instance');
      if (instance.visibility === 'PRIVATE')
        return deny('3.4 private instance, for its owner only');
      if (actor.fullAccess) return allow('3.4 full access, shared instance');
      if (
        instance.app.lifecycle === 'MANAGED' &&
        decideApp(actor, 'see', instance.app).allowed
      )
        return allow('3.4 (3) visitor, managed app that they may see');
      return deny('3.4 visitors open their own instances');
    case 'logs':
      if (actor.admin) return allow('3.4 admin');
      if (owner && actor.fullAccess) return allow('3.4 instance owner');
      if (owner)
        return deny(
          '3.4 visitors do not read logs, not even of their own instances',
        );
      if (appOwner) return allow('3.4 app owner');
      return deny('3.4 logs are for the owners and admins');
    case 'status':
      if (owner) return allow('3.4 instance owner');
      if (actor.admin) return allow('3.4 admin');
      if (appOwner) return allow('3.4 app owner');
      return deny('3.4 status is for the owners and admins');
    case 'update':
    case 'suspend':
    case 'terminate':
      if (owner) return allow('3.4 instance owner');
      if (actor.admin) return allow('3.4 admin');
      return deny('3.4 instance owner or admin');
    default:
      return deny('no rule');
  }
}

/** Who may open an instance without signing in (specification 3.4). */
export function decideAnonymous(
  instance: Pick<InstanceFacts, 'visibility'>,
): Decision {
  return instance.visibility === 'PUBLIC'
    ? allow('3.4 public instance')
    : deny('3.4 sign in first');
}

/** Specification 3.5, PRIVATE secrets. */
export function decideSecret(
  actor: Actor,
  action: SecretAction,
  secret: { ownerRef: string },
): Decision {
  if (!actor.fullAccess) return deny('3.5 visitors have no secrets');
  if (action === 'create') return allow('3.5 full access');
  return secret.ownerRef === actor.userEntityRef
    ? allow('3.5 own secret')
    : deny('3.5 private secret of somebody else');
}
