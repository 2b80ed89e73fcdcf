/** Names that nobody may have as an alias. */
import type { Config } from '@backstage/config';
import { aliasNameProblem } from '@ai-app-store/backstage-plugin-app-store-common';
import { refuse } from './readers';

/**
 * Names that people or programs would take for something else: where one signs in, where
 * the operator speaks, and what computers look up by themselves (`wpad`, `isatap`,
 * `autodiscover`, `mta-sts` and the like). Names with "_" are no aliases at all.
 */
const RESERVED_ALIASES = [
  'abuse',
  'account',
  'accounts',
  'admin',
  'administrator',
  'api',
  'app',
  'app-store',
  'apps',
  'assets',
  'auth',
  'authorize',
  'autoconfig',
  'autodiscover',
  'backstage',
  'billing',
  'cdn',
  'config',
  'console',
  'dns',
  'ftp',
  'gateway',
  'health',
  'help',
  'hostmaster',
  'id',
  'identity',
  'idp',
  'imap',
  'instance',
  'instances',
  'isatap',
  'kerberos',
  'ldap',
  'localhost',
  'login',
  'logon',
  'logout',
  'mail',
  'mta-sts',
  'mx',
  'ns',
  'ns1',
  'ns2',
  'oauth',
  'oauth2',
  'oidc',
  'openid',
  'openpgpkey',
  'password',
  'passwords',
  'pay',
  'payment',
  'payments',
  'pop',
  'pop3',
  'portal',
  'postmaster',
  'proxy',
  'register',
  'root',
  'saml',
  'secure',
  'security',
  'sign-in',
  'sign-out',
  'sign-up',
  'signin',
  'signout',
  'signup',
  'smtp',
  'sso',
  'static',
  'status',
  'store',
  'support',
  'token',
  'verify',
  'webmail',
  'webmaster',
  'wpad',
  'www',
];

/**
 * The reserved names, with those of the configuration.
 *
 * @throws InputError for one that could not be an alias anyway
 */
export function readReservedAliases(config: Config): string[] {
  const own = config.getOptionalStringArray('aliases.reserved') ?? [];
  for (const name of own) {
    const problem = aliasNameProblem(name);
    if (problem)
      refuse(
        config,
        'aliases.reserved',
        `holds ${JSON.stringify(
          name,
        )}, which cannot be an alias: it ${problem}`,
      );
  }
  return [...RESERVED_ALIASES, ...own];
}
