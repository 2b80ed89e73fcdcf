/**
 * What the identity provider says of a person: subject, name, roles. Roles come from
 * a claim that may be nested (`realm_access.roles`). A claim that is not what it
 * should be is refused as a whole; one that is not there means no roles.
 */
import type { OidcAuthResult } from '@backstage/plugin-auth-backend-module-oidc-provider';
import { SignInRefusal } from './SignInRefusal';

/** As many roles as the store takes. */
const ROLES = 500;
const LENGTH = 255;
/** In characters, of which each may count twice in the store. */
const NAME_LENGTH = 100;
/** Control and format characters, halves of surrogate pairs: in no name that a person reads. */
const HIDDEN = /\p{C}/u;

type Claims = Record<string, unknown>;

/** What the identity provider says of a person, after all checks. */
export interface SaidOfPerson {
  subject: string;
  /** Unknown after a refresh by an issuer that sends no ID token with it. */
  issuer?: string;
  displayName: string;
  roles: string[];
}

function isClaims(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The claims of a token. It came from the issuer's token endpoint itself, over TLS,
 * which stands for its signature (OpenID Connect Core 3.1.3.7).
 */
function claimsOf(token: string | undefined): Claims | undefined {
  const parts = token?.split('.') ?? [];
  if (parts.length !== 3) return undefined;
  try {
    const claims = JSON.parse(Buffer.from(parts[1], 'base64url').toString());
    return isClaims(claims) ? claims : undefined;
  } catch {
    return undefined;
  }
}

/** The value at a path; names of claims may themselves hold dots, as URLs do. */
function valueAt(value: unknown, path: string[]): unknown {
  if (!path.length) return value;
  if (!isClaims(value)) return undefined;
  for (let n = path.length; n > 0; n--) {
    const key = path.slice(0, n).join('.');
    if (!Object.hasOwn(value, key)) continue;
    const found = valueAt(value[key], path.slice(n));
    if (found !== undefined) return found;
  }
  return undefined;
}

function rolesOf(value: unknown, path: string): string[] {
  const refuse = (what: string) =>
    new SignInRefusal({
      code: 'ROLES_CLAIM_INVALID',
      message: `The identity provider sends your roles in a form that the portal does not accept: the claim ${path} ${what}.`,
      owner: 'admin',
      remedy: `make the claim a list of at most ${ROLES} names of at most ${LENGTH} characters, or set oidcSignIn.rolesClaim to another claim.`,
    });
  if (!Array.isArray(value)) throw refuse('is not a list');
  if (value.length > ROLES) throw refuse(`holds ${value.length} roles`);
  for (const role of value) {
    if (typeof role !== 'string')
      throw refuse('contains something that is not a string');
    if (!role || role.length > LENGTH || HIDDEN.test(role))
      throw refuse('contains a name that is empty, too long or not printable');
  }
  return [...new Set<string>(value)];
}

function readable(value: unknown): string {
  const characters = typeof value === 'string' ? [...value] : [];
  return characters
    .filter(character => !HIDDEN.test(character))
    .slice(0, NAME_LENGTH)
    .join('')
    .trim();
}

/**
 * Reads what a sign-in or a refresh came with.
 *
 * @throws SignInRefusal where it says nothing of one person, or roles of a wrong form
 */
export function readClaims(
  result: OidcAuthResult,
  options: { rolesClaim: string },
): SaidOfPerson {
  const { tokenset, userinfo } = result;
  const idToken = claimsOf(tokenset.id_token);
  const subject = userinfo.sub;
  if (
    typeof subject !== 'string' ||
    !subject ||
    subject.length > LENGTH ||
    (idToken && idToken.sub !== subject)
  )
    throw new SignInRefusal({
      code: 'SUBJECT_INVALID',
      message:
        'The identity provider does not identify you: the subject (sub) is missing, too long, or not the same in the ID token and at the userinfo endpoint.',
      owner: 'admin',
      remedy: 'check what the identity provider sends for this client.',
    });
  const accessToken = claimsOf(tokenset.access_token);
  // The newest first: userinfo is asked at each refresh. Keycloak has roles in the access token alone unless told otherwise.
  const sources: Array<Claims | undefined> = [
    userinfo,
    idToken,
    accessToken?.sub === subject ? accessToken : undefined,
  ];
  const path = options.rolesClaim.split('.');
  const value = sources
    .map(source => valueAt(source, path))
    .find(found => found !== undefined);
  const claims: Claims = { ...idToken, ...userinfo };
  return {
    subject,
    issuer: typeof idToken?.iss === 'string' ? idToken.iss : undefined,
    displayName:
      [claims.name, claims.preferred_username, claims.email, subject]
        .map(readable)
        .find(Boolean) ?? 'somebody',
    roles: value === undefined ? [] : rolesOf(value, options.rolesClaim),
  };
}
