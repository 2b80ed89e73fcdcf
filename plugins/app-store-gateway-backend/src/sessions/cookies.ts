/** The gateway's own cookies, and how a request's cookies are read. */
import { parse as parseCookies } from 'cookie';

/** Names of the gateway's own cookies on a host. */
export function cookieNames(secure: boolean): {
  session: string;
  nonce: string;
  mark: string;
} {
  // `__Host-` cookies are the host's own (RFC 6265bis, 4.1.3.2) and need a secure origin. Without
  // one a neighbour can add a cookie of the same name: see cookieValues.
  const prefix = secure ? '__Host-' : '';
  return {
    session: `${prefix}app-store-session`,
    nonce: `${prefix}app-store-nonce`,
    mark: `${prefix}app-store-mark`,
  };
}

/** Where a request has more cookies of one name, none of them counts. */
export const COOKIE_VALUES = 8;

/**
 * All values of a cookie. A page of a neighbour can set one for the common domain, and the
 * browser sends both, without a word on which is whose (RFC 6265, 5.4 and 8.6).
 */
export function cookieValues(
  header: string | undefined,
  name: string,
): string[] {
  return (
    (header ?? '')
      .split(';')
      .map(pair => parseCookies(pair)[name])
      .filter((value): value is string => Boolean(value))
      // One more tells that there are too many.
      .slice(0, COOKIE_VALUES + 1)
  );
}
