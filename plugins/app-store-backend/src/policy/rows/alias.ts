/**
 * Who may do what to an alias: table 3.5 of the specification and decision 3 of
 * its section 13. Whom an alias may lead to is asked of the instance (`alias`).
 */
import type { ActionOf } from '@ai-app-store/backstage-plugin-app-store-common';
import { admin, fullAccess, isRef } from '../conditions';
import { rule, type Rule, type RuleTable } from '../rules';

/** What matters of an alias. */
export interface AliasFacts {
  name: string;
  creatorRef: string;
  /** Owner of the instance it leads to. */
  instanceOwnerRef?: string;
}

export type AliasAction = ActionOf<'alias'>;

const creator = isRef<AliasFacts>({
  text: 'you created the alias',
  change: 'Its creator can do it.',
  of: alias => alias.creatorRef,
  column: 'aliases.creator_ref',
});

const instanceOwner = isRef<AliasFacts>({
  text: 'you own the instance that it points to',
  change: 'The owner of the instance that it points to can do it.',
  of: alias => alias.instanceOwnerRef,
  column: 'instances.owner_ref',
});

const created: Rule<AliasFacts> = rule('3.5 creator', creator, fullAccess);
const leadsToOwn: Rule<AliasFacts> = rule(
  '3.5 instance owner',
  instanceOwner,
  fullAccess,
);
const admins: Rule<AliasFacts> = rule('3.5 admin', admin);

export const ALIAS_RULES: RuleTable<AliasAction, AliasFacts> = {
  read: [created, leadsToOwn, admins],
  create: [rule('3.5 full access', fullAccess), admins],
  assign: [created, admins],
  unassign: [created, leadsToOwn, admins],
  // The address of an instance is its owner's to choose.
  promote: [leadsToOwn, admins],
  delete: [created, admins],
  // The name of a deleted one, before its rest is over.
  free: [admins],
};
