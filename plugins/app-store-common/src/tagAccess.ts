/** What a tag lets whom do, in one sentence for pages and commands. */
import type { Tag } from './types';

/** `store-users` for `group:default/store-users`; other refs as they are. */
function shortRole(ref: string): string {
  return ref.replace(/^group:default\//, '');
}

function listOf(refs: string[]): string {
  const names = refs.map(shortRole);
  return names.length < 2
    ? names.join('')
    : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/**
 * Who can show apps to whom with a tag.
 *
 * @public
 */
export function tagAccess(
  tag: Pick<Tag, 'adminRoles' | 'visitorRoles' | 'assigners'>,
): string {
  const who = {
    FULL_ACCESS: 'Everybody with full access',
    ADMIN_ROLES: `Members of ${listOf(tag.adminRoles)}`,
    ADMINS: 'Only admins',
  }[tag.assigners];
  return tag.visitorRoles.length
    ? `${who} can show apps to ${listOf(tag.visitorRoles)} with this tag.`
    : `${who} can put this tag on apps. It does not show apps to visitors.`;
}
