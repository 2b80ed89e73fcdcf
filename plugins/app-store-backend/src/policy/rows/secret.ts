/** Who may do what to a secret: table 3.5 of the specification. */
import type { ActionOf } from '@ai-app-store/backstage-plugin-app-store-common';
import { admin, fullAccess, isRef } from '../conditions';
import { rule, type Condition, type Rule, type RuleTable } from '../rules';

/** Who a secret is for (specification 2.5). */
export type SecretScope = 'PRIVATE' | 'ALL_USERS' | 'APP';

/** What matters of a secret. */
export interface SecretFacts {
  name: string;
  ownerRef: string;
  visibility: SecretScope;
}

export type SecretAction = ActionOf<'secret'>;

const owner = isRef<SecretFacts>({
  text: 'the secret is yours',
  change: 'Its owner can do it.',
  of: secret => secret.ownerRef,
  column: 'secrets.owner_ref',
});

function scope(wanted: SecretScope): Condition<SecretFacts> {
  return {
    text: `the secret is ${wanted}`,
    change: `This rule is only for ${wanted} secrets.`,
    fixed: true,
    holds: ({ resource }) => resource.visibility === wanted,
    where: () => query => query.where('secrets.visibility', wanted),
  };
}
const ofOne = scope('PRIVATE');
const ofAll = scope('ALL_USERS');
const ofApp = scope('APP');

// A PRIVATE secret is its owner's alone; an admin does not even see it.
const seen: ReadonlyArray<Rule<SecretFacts>> = [
  rule('3.5 own secret', ofOne, owner, fullAccess),
  rule('3.5 full access', ofAll, fullAccess),
  rule('3.5 admin', ofAll, admin),
  rule('3.5 admin of APP secrets', ofApp, admin),
];
const changed: ReadonlyArray<Rule<SecretFacts>> = [
  rule('3.5 own secret', ofOne, owner, fullAccess),
  rule('3.5 admin', ofAll, admin),
  rule('3.5 admin of APP secrets', ofApp, admin),
];

export const SECRET_RULES: RuleTable<SecretAction, SecretFacts> = {
  read: seen,
  reveal: seen,
  create: changed,
  update: changed,
  delete: changed,
};
