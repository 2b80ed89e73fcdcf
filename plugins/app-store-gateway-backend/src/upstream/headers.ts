/** Which headers pass between a browser and an app. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** RFC 9110, 7.6.1, and what speaks of the connection to the gateway itself. */
const HOP_BY_HOP = new Set([
  'connection',
  // Answered by the gateway's own server before the body comes.
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);
/** Headers that a `Connection` token must never take away. */
const PROTECTED = new Set([
  'host',
  'cookie',
  'content-length',
  'authorization',
]);
const IDENTITY_PREFIX = 'x-app-store-';
/**
 * What only a proxy says: who somebody is, where they come from, what they asked for. Apps
 * behind one believe it, so no client may say it. The names are those of common proxies and
 * sign-in gateways, of CGI (`Proxy` becomes HTTP_PROXY) and of what reads `Remote-User`.
 */
const PROXY_ONLY =
  /^(?:x-app-store-|forwarded$|x-forwarded(?:-|$)|x-original-|x-rewrite-|x-real-ip$|x-client-ip$|x-cluster-client-ip$|true-client-ip$|proxy$|remote-|x-remote-|x-auth-request-|x-authenticated-|x-webauth-|x-ssl-client-|ssl-client-|x-client-cert|client-cert|x-goog-authenticated-|x-goog-iap-|x-ms-client-principal|x-amzn-oidc-|cf-access-|cf-connecting-ip$|x-consumer-(?:id|custom-id|username|groups)$|x-authentik-|x-pomerium-|x-vouch-|x-userinfo$)/;
/** Servers take every other character in a name for "-" or "_" (RFC 3875, 4.1.18). */
const PLAIN_NAME = /^[a-z0-9-]+$/;

/** What was found out about names of headers: browsers send the same few again and again. */
const known = new Map<string, string | undefined>();
const KNOWN = 1000;

/** A name in lower case; undefined where no client may send it to an app. */
function passing(raw: string): string | undefined {
  if (known.has(raw)) return known.get(raw);
  const name = raw.toLocaleLowerCase('en-US');
  const passes =
    PLAIN_NAME.test(name) && !HOP_BY_HOP.has(name) && !PROXY_ONLY.test(name);
  if (known.size >= KNOWN) known.clear();
  known.set(raw, passes ? name : undefined);
  return passes ? name : undefined;
}

/** Who the visitor is, for the app. */
export interface IdentityHeaders {
  userEntityRef?: string;
  displayName?: string;
  assertion?: string;
}

function withoutOwnCookies(cookie: string, own: string[]): string {
  return cookie
    .split(';')
    .map(part => part.trim())
    .filter(part => part && !own.includes(part.split('=')[0].trim()))
    .join('; ');
}

/**
 * The headers of a request as the app gets them, as a flat list.
 *
 * Identity headers come from the gateway alone: what a client sends under their names,
 * under those of other proxies, or under names that some servers take for them, is dropped.
 */
export function requestHeaders(
  request: IncomingMessage,
  options: { identity: IdentityHeaders; secure: boolean; ownCookies: string[] },
): string[] {
  const { identity, secure, ownCookies } = options;
  const named = (request.headers.connection ?? '')
    .split(',')
    .map(token => token.trim().toLocaleLowerCase('en-US'));
  const dropped = new Set(named.filter(name => !PROTECTED.has(name)));
  const out: string[] = [];
  const raw = request.rawHeaders;
  for (let i = 0; i < raw.length; i += 2) {
    const name = passing(raw[i]);
    if (!name || dropped.has(name)) continue;
    if (name === 'cookie') {
      const rest = withoutOwnCookies(raw[i + 1], ownCookies);
      if (rest) out.push(raw[i], rest);
    } else out.push(raw[i], raw[i + 1]);
  }
  const host = request.headers.host ?? '';
  out.push(
    'x-forwarded-for',
    request.socket.remoteAddress ?? '',
    'x-forwarded-host',
    host,
    'x-forwarded-proto',
    secure ? 'https' : 'http',
  );
  if (identity.userEntityRef) {
    out.push(`${IDENTITY_PREFIX}user`, identity.userEntityRef);
    if (identity.displayName)
      out.push(
        `${IDENTITY_PREFIX}user-name`,
        encodeURIComponent(identity.displayName),
      );
    if (identity.assertion)
      out.push(`${IDENTITY_PREFIX}assertion`, identity.assertion);
  }
  return out;
}

/**
 * `Clear-Site-Data` without what reaches beyond the app: a browser deletes the cookies of
 * the whole site, which all apps are, and perhaps the portal too. What is stored is of the host alone.
 */
function withoutCookies(value: string | string[]): string | undefined {
  const kinds = String(value)
    .split(',')
    .map(kind => kind.trim())
    .flatMap(kind => (kind === '"*"' ? ['"cache"', '"storage"'] : kind))
    .filter(kind => kind && kind !== '"cookies"');
  return kinds.length ? kinds.join(', ') : undefined;
}

/**
 * The headers of an answer as the browser gets them. An app sets and deletes cookies for
 * its own host only: neither the gateway's, nor ones of its neighbours.
 */
export function responseHeaders(
  headers: IncomingHttpHeaders,
  ownCookies: string[],
): Record<string, string | string[]> {
  const named = String(headers.connection ?? '')
    .split(',')
    .map(token => token.trim().toLocaleLowerCase('en-US'));
  const out: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (
      value === undefined ||
      HOP_BY_HOP.has(name) ||
      (named.includes(name) && !PROTECTED.has(name))
    )
      continue;
    if (name === 'set-cookie') {
      const kept = ([] as string[])
        .concat(value)
        .filter(cookie => !ownCookies.includes(cookie.split('=')[0].trim()))
        .map(cookie => cookie.replace(/;\s*domain\s*=[^;]*/gi, ''));
      if (kept.length) out[name] = kept;
    } else if (name === 'clear-site-data') {
      const kept = withoutCookies(value);
      if (kept) out[name] = kept;
    } else out[name] = value;
  }
  return out;
}
