/**
 * The configuration of the sign-in through OpenID Connect, checked when the portal
 * starts: what is missing or wrong is said with its key.
 */
import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';

/** The settings of the sign-in through OpenID Connect, after all checks. */
export interface OidcSignInConfig {
  /** Where in a token the roles are. */
  rolesClaim: string;
  /** The namespace of people who are not looked up in the catalog. */
  namespace: string;
  formerIssuers: string[];
  /** The annotation in which the catalog has a person's subject; then only people of the catalog sign in. */
  catalogAnnotation?: string;
}

const PROVIDER = 'auth.providers.oidc';
const NAMESPACE = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

function required(config: Config, key: string): string {
  const value = config.getOptionalString(key)?.trim();
  if (!value)
    throw new InputError(
      `${key} is missing or empty: the sign-in through OpenID Connect needs it (see docs/operate.md)`,
    );
  return value;
}

function checkProvider(config: Config): void {
  const key = `${PROVIDER}.${
    config.getOptionalString('auth.environment') ?? 'development'
  }`;
  if (!config.has(key))
    throw new InputError(
      `${key} is missing: auth.environment says which of the entries below ${PROVIDER} counts`,
    );
  for (const name of ['clientId', 'clientSecret'])
    required(config, `${key}.${name}`);
  const metadataUrl = required(config, `${key}.metadataUrl`);
  const url = URL.canParse(metadataUrl) ? new URL(metadataUrl) : undefined;
  if (
    url?.protocol !== 'https:' &&
    !(url?.protocol === 'http:' && LOOPBACK.test(url.hostname))
  )
    throw new InputError(
      `${key}.metadataUrl must be an https URL, since whoever answers there says who people are; it is ${JSON.stringify(
        metadataUrl,
      )}`,
    );
  // The provider's default asks for a session at the issuer and never lets anybody sign in.
  required(config, `${key}.prompt`);
  if (config.has(`${key}.signIn`))
    throw new InputError(
      `${key}.signIn must be removed: e-mail addresses and user names can pass from one person to another, together with what these people own here. This portal identifies people by their subject; for people in the catalog see oidcSignIn.catalogAnnotation`,
    );
  required(config, 'auth.session.secret');
}

/**
 * Reads `oidcSignIn`, and checks what it stands on.
 *
 * @returns undefined where `auth.providers.oidc` is not configured
 * @throws InputError naming the key
 */
export function readOidcSignIn(config: Config): OidcSignInConfig | undefined {
  if (!config.has(PROVIDER)) {
    if (config.has('oidcSignIn'))
      throw new InputError(
        `oidcSignIn is configured, but ${PROVIDER} is not: nobody could sign in`,
      );
    return undefined;
  }
  checkProvider(config);
  const namespace = config.getOptionalString('oidcSignIn.namespace') ?? 'oidc';
  if (!NAMESPACE.test(namespace) || namespace === 'default')
    throw new InputError(
      `oidcSignIn.namespace must be a namespace of its own, of at most 63 lower-case letters, digits and hyphens; it is ${JSON.stringify(
        namespace,
      )}`,
    );
  return {
    rolesClaim:
      config.getOptionalString('oidcSignIn.rolesClaim') ?? 'realm_access.roles',
    namespace,
    formerIssuers:
      config.getOptionalStringArray('oidcSignIn.formerIssuers') ?? [],
    catalogAnnotation: config.getOptionalString('oidcSignIn.catalogAnnotation'),
  };
}
