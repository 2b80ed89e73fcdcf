/**
 * What a browser still has of the app that an alias led to before: storage, caches, service
 * workers, cookies. The next app of the alias has the same origin, and must neither be
 * run by it nor receive it.
 *
 * Clear-Site-Data is sent without "cookies": that would end the sessions of all apps of the
 * domain. Cookies are let expire one by one, those that the browser shows.
 */
import type { IncomingMessage } from 'node:http';
import type { GatewayConfig } from '../config';
import type { RouteTable } from '../routes/RouteTable';
import type { HandOff } from '../signIn/HandOff';
import { COOKIE_NAME, type AliasCookies } from './AliasCookies';
import { cookieValues } from './headers';
import { readHost, type HostKind } from './hosts';

/** Lines of an answer's head that let cookies expire, at most. */
const EXPIRED_LIMIT = 100;
/** Bytes of them: proxies in front bound the head of an answer. */
const EXPIRED_BYTES = 3000;
/** As long as browsers keep a cookie at most (RFC 6265bis, 5.5). */
const MARK_SECONDS = 400 * 24 * 3600;

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

/**
 * @param options - `ownCookies` are the gateway's, which stay; `known` are set for paths where the
 * browser does not show them now
 */
function clearing(
  request: IncomingMessage,
  options: {
    ownCookies: string[];
    known: Array<{ name: string; path: string }>;
    secure: boolean;
  },
): Clearing {
  const { pathname } = new URL(request.url!, 'http://gateway');
  const names = [...new Set(namesOfCookies(request))].filter(
    name => COOKIE_NAME.test(name) && !options.ownCookies.includes(name),
  );
  const shown = pathsAbove(pathname).flatMap(path =>
    names.map(name => ({ name, path })),
  );
  let bytes = 0;
  return {
    headers: { 'clear-site-data': '"cache", "storage"' },
    cookies: [...options.known, ...shown]
      .filter(({ name }) => !options.ownCookies.includes(name))
      .slice(0, EXPIRED_LIMIT)
      .map(
        ({ name, path }) =>
          `${name}=; Path=${path}; Max-Age=0${
            options.secure ? '; Secure' : ''
          }`,
      )
      .filter(line => {
        bytes += line.length;
        return bytes <= EXPIRED_BYTES;
      }),
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

/**
 * What is done where a browser was not yet rid of what a former app left. Only a navigation can
 * be answered so that it is: other requests may come without any cookie, though the browser has the mark.
 */
export function clearingFor(
  request: IncomingMessage,
  leftovers: Clearing,
  navigation: boolean,
): Clearing | undefined {
  if (navigation) return leftovers;
  // A page of the former app that is still open. Programs that are no browsers have nothing of it.
  return request.headers['sec-fetch-mode'] ? WITHHELD : undefined;
}

interface LeftoversOptions {
  config: GatewayConfig;
  routes: RouteTable;
  handOff: HandOff;
  aliasCookies?: AliasCookies;
  cookies: Record<'session' | 'nonce' | 'mark', string>;
  /** The cookie with the mark. */
  cookieOf(value: string, maxAgeSeconds: number): string;
}

/** Knows which browsers may have something of a former app of an alias. */
export class Leftovers {
  readonly #o: LeftoversOptions;

  constructor(options: LeftoversOptions) {
    this.#o = options;
  }

  /**
   * What rids the browser of what a former instance left at this host; undefined where
   * nothing can have been left, or the browser was rid of it.
   *
   * @param person - who is signed in at the host; undefined for nobody
   */
  async of(
    request: IncomingMessage,
    host: HostKind,
    person?: string,
  ): Promise<Clearing | undefined> {
    if (host.kind !== 'alias') return undefined;
    const { config, routes, handOff, aliasCookies, cookies } = this.#o;
    const rid = async () =>
      clearing(request, {
        ownCookies: Object.values(cookies),
        known: (await aliasCookies?.of(host.hostname)) ?? [],
        secure: config.secure,
      });
    const alias = routes.alias(host.name);
    const served =
      alias?.instanceId && routes.primaryOf(alias.instanceId) === host.name;
    // Where no app is served, nothing of the present one can be lost.
    if (!served) return rid();
    if (alias.moved === false) return undefined;
    const present = [host.hostname, alias.instanceId!] as const;
    for (const value of cookieValues(request.headers.cookie, cookies.mark))
      if (await handOff.isMark(value, ...present, person)) return undefined;
    const mark = await handOff.mark(...present, person);
    const found = await rid();
    return {
      headers: found.headers,
      cookies: [...found.cookies, this.#o.cookieOf(mark, MARK_SECONDS)],
    };
  }

  /** Takes note of what an app sets, where it may be another one's host later. */
  note(hostname: string, setCookies: string[], request: IncomingMessage): void {
    const { aliasCookies, config } = this.#o;
    if (readHost(hostname, config.appsUrl.hostname).kind === 'alias')
      aliasCookies?.note(
        hostname,
        setCookies,
        new URL(request.url!, 'http://gateway').pathname,
      );
  }
}
