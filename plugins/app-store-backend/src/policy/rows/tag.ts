/** Who may do what to a tag: the first rows of table 3.5 of the specification. */
import type { ActionOf } from '@ai-app-store/backstage-plugin-app-store-common';
import { admin, fullAccess, openTags } from '../conditions';
import { rule, type Condition, type RuleTable } from '../rules';

/** What matters of a tag. */
export interface TagFacts {
  name: string;
  adminRoles: string[];
}

export type TagAction = ActionOf<'tag'>;

const forEverybody: Condition<TagFacts> = {
  text: 'the tag has no admin roles',
  change: "An admin can remove the tag's admin roles.",
  holds: ({ resource }) => resource.adminRoles.length === 0,
};

const holdsAdminRole: Condition<TagFacts> = {
  text: "you have one of the tag's admin roles",
  change: "An admin can give you one of the tag's admin roles.",
  holds: ({ actor, resource }) =>
    resource.adminRoles.some(role => actor.roles.includes(role)),
};

const tagAdmins = [
  rule<TagFacts>('3.5 admin', admin),
  rule<TagFacts>(
    '3.5 tag without admin roles',
    fullAccess,
    forEverybody,
    openTags,
  ),
  rule<TagFacts>('3.5 admin role of the tag', fullAccess, holdsAdminRole),
];

export const TAG_RULES: RuleTable<TagAction, TagFacts> = {
  read: [rule('3.5 full access', fullAccess), rule('3.5 admin', admin)],
  create: [rule('3.5 admin', admin)],
  delete: [rule('3.5 admin', admin)],
  update: tagAdmins,
  assign: tagAdmins,
};
