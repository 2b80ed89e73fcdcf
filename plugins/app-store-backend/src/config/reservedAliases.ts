/** Names that nobody may have as an alias. */
import { z } from 'zod';
import { aliasNameProblem } from '@ai-app-store/backstage-plugin-app-store-common';
import { text } from './values';

/**
 * Names that people or programs would take for something else: where one signs in, where
 * the operator speaks, and what computers look up by themselves (`wpad`, `isatap`,
 * `autodiscover`, `mta-sts` and the like). Names with "_" are no aliases at all.
 */
const RESERVED_ALIASES = `
  abuse account accounts admin administrator api app app-store apps assets
  auth authorize autoconfig autodiscover backstage billing cdn config
  console dns ftp gateway health help hostmaster id identity idp imap
  instance instances isatap kerberos ldap localhost login logon logout mail
  mta-sts mx ns ns1 ns2 oauth oauth2 oidc openid openpgpkey password
  passwords pay payment payments pop pop3 portal postmaster proxy register
  root saml secure security sign-in sign-out sign-up signin signout signup
  smtp sso static status store support token verify webmail webmaster wpad
  www
`
  .trim()
  .split(/\s+/);

/** `aliases.reserved`, with those that are reserved everywhere. */
export const reservedAliases = z
  .array(
    text.refine(name => !aliasNameProblem(name), {
      error: ({ input }) =>
        `cannot be an alias (it ${aliasNameProblem(
          String(input),
        )}), so nobody need reserve it; it is ${JSON.stringify(input)}`,
    }),
  )
  .default([])
  .transform(own => [...RESERVED_ALIASES, ...own]);
