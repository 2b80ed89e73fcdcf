/**
 * What a browser still has of the app that an alias led to before: storage, caches, service
 * workers, cookies. The next app of the alias has the same origin, and must neither be
 * run by it nor receive it.
 *
 * Clear-Site-Data is sent without "cookies": that would end the sessions of all apps of the
 * domain. Cookies are let expire one by one, those that the browser shows.
 */
import type { IncomingMessage } from 'node:http';

/** RFC 6265, 4.1.1. */
const COOKIE_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Lines of an answer's head that let cookies expire, at most. */
const EXPIRED_LIMIT = 100;

/** What an answer has so that a browser forgets the former app, whose cookies the present one does not get. */
export interface Clearing {
  headers: { 'clear-site-data'?: string };
  cookies: string[];
}

/** The present app does not get the cookies of this request, and the browser keeps them. */
export const WITHHELD: Clearing = { headers: {}, cookies: [] };

/** Names of the cookies of a request. */
export function namesOfCookies(request: IncomingMessage): string[] {
  return (request.headers.cookie ?? '')
    .split(';')
    .map(pair => pair.split('=')[0].trim());
}

/** Paths under which a cookie of this request may have been set (RFC 6265, 5.1.4). */
function pathsAbove(pathname: string): string[] {
  const paths = ['/'];
  for (let i = 1; i < pathname.length; i++) {
    if (pathname[i] === '/') paths.push(pathname.slice(0, i));
    if (pathname[i] === '/' && i + 1 < pathname.length)
      paths.push(pathname.slice(0, i + 1));
  }
  if (pathname !== '/') paths.push(pathname);
  return [...new Set(paths)].filter(path => !path.includes(';'));
}

/** @param ownCookies - the gateway's, which stay */
export function clearing(
  request: IncomingMessage,
  options: { ownCookies: string[]; secure: boolean },
): Clearing {
  const { pathname } = new URL(request.url!, 'http://gateway');
  const names = [...new Set(namesOfCookies(request))].filter(
    name => COOKIE_NAME.test(name) && !options.ownCookies.includes(name),
  );
  const paths = pathsAbove(pathname);
  return {
    headers: { 'clear-site-data': '"cache", "storage"' },
    cookies: names
      .flatMap(name =>
        paths.map(
          path =>
            `${name}=; Path=${path}; Max-Age=0${
              options.secure ? '; Secure' : ''
            }`,
        ),
      )
      .slice(0, EXPIRED_LIMIT),
  };
}

/** The head of an app's answer that rids the browser of what the former app left. */
export function withClearing(
  headers: Record<string, string | string[]>,
  clears: Clearing | undefined,
): Record<string, string | string[]> {
  if (!clears) return headers;
  // A cookie that the app sets comes after the one of its name that expires.
  const cookies = clears.cookies.concat(headers['set-cookie'] ?? []);
  return {
    ...headers,
    ...(clears.headers as Record<string, string>),
    ...(cookies.length ? { 'set-cookie': cookies } : {}),
  };
}

/** A request for the script of a service worker. No page can send the header otherwise. */
export function isServiceWorkerScript(request: IncomingMessage): boolean {
  return (
    request.headers['service-worker'] === 'script' ||
    request.headers['sec-fetch-dest'] === 'serviceworker'
  );
}
