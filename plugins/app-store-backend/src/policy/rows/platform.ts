/** What is done to the store as a whole: table 3.3 (import), 3.5 (policies) and section 11 of the specification. */
import type { ActionOf } from '@ai-app-store/backstage-plugin-app-store-common';
import { admin, appImporter, fullAccess, signedIn } from '../conditions';
import { rule, type RuleTable } from '../rules';

export type PlatformAction = ActionOf<'platform'>;

const admins = [rule<unknown>('3.5 admin', admin)];

export const PLATFORM_RULES: RuleTable<PlatformAction, unknown> = {
  import: [rule('3.3 full access', fullAccess), rule('3.3 admin', admin)],
  import_marketplace: [rule('6.6 admin', admin, appImporter)],
  use: [rule('3.5 signed in', signedIn)],
  list_all: admins,
  read_audit: admins,
  manage_iam: admins,
  explain_others: admins,
  recover: admins,
  diagnose: admins,
};
