/** The configuration of the sign-in through OpenID Connect, checked when the portal starts. */
import {
  configValue,
  readConfig,
} from '@ai-app-store/backstage-plugin-app-store-node';
import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { z } from 'zod';

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
const NEEDED =
  'must not be empty, since the sign-in through OpenID Connect needs it';
const AUTHENTIC =
  'must be an https URL, since whoever answers there says who people are';

const { section, text, secret, converted } = configValue;

const needed = secret(NEEDED, value => Boolean(value.trim()));

const provider = section({
  clientId: needed,
  clientSecret: needed,
  metadataUrl: converted(AUTHENTIC, value => {
    const { protocol, hostname } = new URL(value);
    if (protocol === 'https:') return value;
    if (protocol === 'http:' && LOOPBACK.test(hostname)) return value;
    throw new Error(AUTHENTIC);
  }),
  // The provider's default asks for a session at the issuer and never lets anybody sign in.
  prompt: needed,
  signIn: z
    .undefined(
      'is not allowed; remove it: e-mail addresses and user names can pass from one person to another, together with what these people own here. This portal identifies people by their subject; for people in the catalog see oidcSignIn.catalogAnnotation',
    )
    .optional(),
});

const oidcSignIn = section({
  rolesClaim: text.default('realm_access.roles'),
  namespace: text
    .refine(
      value => NAMESPACE.test(value) && value !== 'default',
      'must be a namespace of its own, of at most 63 lower-case letters, digits and hyphens',
    )
    .default('oidc'),
  formerIssuers: z.array(text).default([]),
  catalogAnnotation: text.optional(),
});

/**
 * Reads `oidcSignIn`, and checks what it stands on.
 *
 * @returns undefined where `auth.providers.oidc` is not configured
 * @throws InputError naming every key that is wrong
 */
export function readOidcSignIn(config: Config): OidcSignInConfig | undefined {
  if (!config.has(PROVIDER)) {
    if (config.has('oidcSignIn'))
      throw new InputError(
        `oidcSignIn is configured, but ${PROVIDER} is not: nobody could sign in`,
      );
    return undefined;
  }
  const environment =
    config.getOptionalString('auth.environment') ?? 'development';
  if (!config.has(`${PROVIDER}.${environment}`))
    throw new InputError(
      `${PROVIDER}.${environment} is missing: auth.environment says which of the entries below ${PROVIDER} counts`,
    );
  const oidc = section({ [environment]: provider });
  return readConfig(
    config,
    z.object({
      auth: section({
        session: section({ secret: needed }),
        providers: section({ oidc }),
      }),
      oidcSignIn,
    }),
  ).oidcSignIn;
}
