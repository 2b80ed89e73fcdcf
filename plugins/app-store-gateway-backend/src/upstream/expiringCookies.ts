/**
 * Lets cookies of a former app expire. One answer has no room for all that an app can set, so
 * they come in an order that stays while they expire, and the next answer goes on where this one
 * ended. That reaches the end whatever else is set meanwhile, and though some never expire: those
 * that a neighbour set for the common domain.
 */
import type { IncomingMessage } from 'node:http';
import { createHash } from 'node:crypto';
import { COOKIE_NAME, type KnownCookie } from './AliasCookies';

/** Of lines that let cookies expire, in one answer: proxies in front take heads of 4096 bytes at least. */
const BYTES = 3000;
const FRAME_BYTES = 'set-cookie: \r\n'.length;
/** Paths above a page, the uppermost, and how long they are at most: cookies are shown for each of them. */
const PATHS = 16;
const PATH_LENGTH = 255;
const PLACE_LENGTH = 16;

/** Names of the cookies of a request. */
export function namesOfCookies(request: IncomingMessage): string[] {
  return (request.headers.cookie ?? '')
    .split(';')
    .map(pair => pair.split('=')[0].trim());
}

/** Paths under which a cookie of this request may have been set (RFC 6265, 5.1.4), the uppermost. */
export function pathsAbove(request: IncomingMessage): string[] {
  const { pathname } = new URL(request.url!, 'http://gateway');
  const paths = new Set(['/']);
  for (let i = 1; i < Math.min(pathname.length, PATH_LENGTH); i++)
    if (pathname[i] === '/')
      paths.add(pathname.slice(0, i)).add(pathname.slice(0, i + 1));
  if (pathname.length <= PATH_LENGTH) paths.add(pathname);
  return [...paths].filter(path => !path.includes(';')).slice(0, PATHS);
}

/** Each text once, in an order in which no app has a say. */
function inPlace(texts: string[]): Array<{ text: string; place: string }> {
  return [...new Set(texts)]
    .map(text => ({
      text,
      place: createHash('sha256')
        .update(text)
        .digest('hex')
        .slice(0, PLACE_LENGTH),
    }))
    .sort((a, b) => (a.place < b.place ? -1 : 1));
}

/** What of a browser's cookies expires by one answer. */
export interface Expiring {
  lines: string[];
  /** Where the next answer goes on; undefined where nothing is left. */
  place?: string;
}

/**
 * The cookies that a request shows, and others that are known of its host.
 *
 * @param options - `keep` are names that stay; `known` are set for paths where the browser does
 * not show them now; `after` is where the answer before ended
 */
export function expiring(
  request: IncomingMessage,
  options: {
    keep: string[];
    known: KnownCookie[];
    secure: boolean;
    after?: string;
  },
): Expiring {
  const { keep, known, secure, after = '' } = options;
  const above = pathsAbove(request);
  const shown = new Set(namesOfCookies(request));
  const names = [...shown, ...known.map(({ name }) => name)].filter(
    name => COOKIE_NAME.test(name) && !keep.includes(name),
  );
  const lines: string[] = [];
  let bytes = 0;
  let place = after;
  for (const name of inPlace(names)) {
    if (name.place < after.slice(0, PLACE_LENGTH)) continue;
    const paths = known
      .filter(cookie => cookie.name === name.text)
      .map(cookie => cookie.path);
    if (shown.has(name.text)) paths.push(...above);
    for (const path of inPlace(paths)) {
      const at = name.place + path.place;
      const line = `${name.text}=; Path=${path.text}; Max-Age=0${
        secure ? '; Secure' : ''
      }`;
      // No app reads a cookie of a name so long that one does not fit.
      if (at <= after || line.length + FRAME_BYTES > BYTES) continue;
      bytes += line.length + FRAME_BYTES;
      if (bytes > BYTES) return { lines, place };
      lines.push(line);
      place = at;
    }
  }
  return { lines };
}
