/**
 * Cookies that apps set below a path of an alias. A browser shows them under that path only, so
 * whoever has to let them expire when the alias leads elsewhere must know of them.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { LRUCache } from 'lru-cache';
import type { Knex } from 'knex';

/** RFC 6265, 4.1.1. */
export const COOKIE_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Of one alias; whatever an app makes up beyond is its own. */
const HOST_LIMIT = 50;
const TEXT_LIMIT = 255;

/** A cookie of a host, without its value. */
export interface KnownCookie {
  name: string;
  path: string;
}

/** RFC 6265, 5.2.4 and 5.1.4. */
function cookieOf(setCookie: string, pathname: string): KnownCookie {
  const [pair, ...attributes] = setCookie.split(';');
  const name = pair.split('=')[0].trim();
  const path = attributes
    .map(attribute => /^\s*path\s*=(.*)$/i.exec(attribute)?.[1].trim())
    .filter(value => value !== undefined)
    .at(-1);
  return {
    name,
    path: path?.startsWith('/')
      ? path
      : pathname.slice(0, Math.max(pathname.lastIndexOf('/'), 1)),
  };
}

/** Remembers which cookies an app set below a path of an alias. */
export class AliasCookies {
  readonly #knex: Knex;
  readonly #logger: LoggerService;
  readonly #known = new LRUCache<string, true>({ max: 10_000 });

  constructor(options: { knex: Knex; logger: LoggerService }) {
    this.#knex = options.knex;
    this.#logger = options.logger;
  }

  /** Takes note of what an answer sets under an alias. */
  note(host: string, setCookies: string[], pathname: string): void {
    for (const setCookie of setCookies) {
      const { name, path } = cookieOf(setCookie, pathname);
      const key = JSON.stringify([host, name, path]);
      if (path === '/' || this.#known.has(key) || !COOKIE_NAME.test(name))
        continue;
      if (name.length > TEXT_LIMIT || path.length > TEXT_LIMIT) continue;
      this.#known.set(key, true);
      this.#keep({ host, name, path }).catch(error => {
        this.#known.delete(key);
        this.#logger.warn(`a cookie of ${host} is not noted: ${error.message}`);
      });
    }
  }

  async #keep(row: KnownCookie & { host: string }): Promise<void> {
    if ((await this.of(row.host)).length >= HOST_LIMIT) return;
    await this.#knex('alias_cookies')
      .insert(row)
      .onConflict(['host', 'name', 'path'])
      .ignore();
  }

  /** What apps set under an alias, whichever it led to. */
  async of(host: string): Promise<KnownCookie[]> {
    return this.#knex('alias_cookies')
      .where({ host })
      .select('name', 'path')
      .limit(HOST_LIMIT);
  }
}
