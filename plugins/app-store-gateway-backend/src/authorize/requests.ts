/** What a request tells of who made it, and what for. */
import type { IncomingMessage } from 'node:http';

/** A person who follows a link, rather than a script or a program. */
export function isNavigation(request: IncomingMessage): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const mode = request.headers['sec-fetch-mode'];
  return mode
    ? mode === 'navigate'
    : (request.headers.accept ?? '').includes('text/html');
}

/**
 * True for a request that a page of another origin made. All apps are one site to
 * a browser, so its cookie rules do not keep neighbours apart.
 */
export function isForeign(request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  if (!origin) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host;
}

/** Path and query of this host, whatever a browser may read in them. */
export function localPath(text: string): string {
  const { pathname, search } = new URL(
    URL.canParse(text, 'http://gateway') ? text : '/',
    'http://gateway',
  );
  // A path that begins with two slashes would lead to another host.
  return `${pathname.replace(/^\/+/, '/')}${search}`;
}
