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
import type { RouteTable } from '../routing/RouteTable';
import type { HandOff } from '../sessions/HandOff';
import type { AliasCookies } from './AliasCookies';
import { expiring } from './expiringCookies';
import { cookieValues } from '../sessions/cookies';
import { readHost, type HostKind } from '../routing/hosts';

/** As long as browsers keep a cookie at most (RFC 6265bis, 5.5). */
const MARK_SECONDS = 400 * 24 * 3600;

/** What an answer has so that a browser forgets the former app, whose cookies the present one does not get. */
export interface Clearing {
  headers: { 'clear-site-data'?: string };
  cookies: string[];
  /** More is to be cleared, and the browser is known to come back with what it is given. */
  goesOn?: boolean;
}

/** The present app does not get the cookies of this request, and the browser keeps them. */
const WITHHELD: Clearing = { headers: {}, cookies: [] };

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
  formerApps: Clearing,
  navigation: boolean,
): Clearing | undefined {
  if (navigation) return formerApps;
  // A page of the former app that is still open. Programs that are no browsers have nothing of it.
  return request.headers['sec-fetch-mode'] ? WITHHELD : undefined;
}

/** Between a mark and the place up to which a browser was cleared, where more is left. */
const PLACE = '~';

/** What a mark speaks of: all that was left of others than an instance, or what comes up to a place. */
function upTo(instanceId: string, place: string | undefined): string {
  return place ? `${instanceId}${PLACE}${place}` : instanceId;
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
export class FormerApps {
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
    const clear = async (after?: string) => {
      const { lines, place } = expiring(request, {
        keep: Object.values(cookies),
        known: (await aliasCookies?.of(host.hostname)) ?? [],
        secure: config.secure,
        after,
      });
      return {
        headers: { 'clear-site-data': '"cache", "storage"' },
        cookies: lines,
        place,
      };
    };
    const alias = routes.alias(host.name);
    const served =
      alias?.instanceId && routes.primaryOf(alias.instanceId) === host.name;
    // Where no app is served, nothing of the present one can be lost.
    if (!served) return clear();
    if (alias.moved === false) return undefined;
    const instanceId = alias.instanceId!;
    let after: string | undefined;
    for (const value of cookieValues(request.headers.cookie, cookies.mark)) {
      const [mark, place] = value.split(PLACE);
      if (
        !(await handOff.isMark(
          mark,
          host.hostname,
          upTo(instanceId, place),
          person,
        ))
      )
        continue;
      if (!place) return undefined;
      if (!after || place > after) after = place;
    }
    const { place, ...found } = await clear(after);
    const mark = await handOff.mark(
      host.hostname,
      upTo(instanceId, place),
      person,
    );
    return {
      headers: found.headers,
      cookies: [
        ...found.cookies,
        this.#o.cookieOf(
          place ? `${mark}${PLACE}${place}` : mark,
          MARK_SECONDS,
        ),
      ],
      goesOn: Boolean(after && place),
    };
  }

  /** Takes note of what an app sets, where it may be another one's host later. */
  note(hostname: string, setCookies: string[], request: IncomingMessage): void {
    const { aliasCookies, config, routes } = this.#o;
    if (readHost(hostname, config.appsUrl.hostname, routes).kind === 'alias')
      aliasCookies?.note(
        hostname,
        setCookies,
        new URL(request.url!, 'http://gateway').pathname,
      );
  }
}
