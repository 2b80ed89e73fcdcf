/** Recorded requests as they are sent here. */
import type { Sent } from './Client';
import { senderOf } from './identities';
import type { Exchange, Json } from './recording';
import type { Translation } from './Translation';

export class Requests {
  readonly #group: Exchange[];
  readonly #translation: Translation;
  readonly #adminToken: string;
  /** Of the group's service account. */
  accountToken: string | undefined;
  /** The version of the store before the exchange. */
  now: string | undefined;

  constructor(options: {
    group: Exchange[];
    translation: Translation;
    adminToken: string;
  }) {
    this.#group = options.group;
    this.#translation = options.translation;
    this.#adminToken = options.adminToken;
  }

  of(exchange: Exchange): Sent {
    const { method, path, headers, body } = exchange.request;
    const { 'Content-Length': _, Authorization, ...kept } = headers;
    const sender = senderOf(exchange, this.#group);
    return {
      method,
      path: this.#path(path),
      headers: {
        ...kept,
        ...(sender.who === 'as sent' ? { Authorization: Authorization! } : {}),
      },
      body: this.#body(body, exchange),
      token:
        sender.who === 'admin'
          ? this.#adminToken
          : sender.who === 'service account'
          ? this.accountToken
          : undefined,
    };
  }

  #path(path: string): string {
    const url = new URL(path, 'https://localhost');
    const translated = this.#translation.apply(url.pathname) as string;
    const version = url.searchParams.get('resourceVersion');
    const token = url.searchParams.get('continue');
    // Only what has to be another is written anew: how a query is escaped is part of what was recorded.
    let search = url.search;
    if (version && /^\d+$/.test(version))
      search = search.replace(
        `resourceVersion=${version}`,
        `resourceVersion=${this.#version(version)}`,
      );
    if (token) search = search.replace(token, this.#continueToken(token));
    return translated + search;
  }

  #version(recorded: string): string {
    const number = Number(recorded);
    // One that no server has yet, and one that all have forgotten, are so here, too.
    if (number <= 1 || number >= 99_999_999) return recorded;
    return (
      this.#translation.version(recorded) ??
      (number > this.#translation.newestVersion
        ? this.now
        : this.#translation.versionBefore(number)) ??
      recorded
    );
  }

  /** A token names the version that its list was read at (`v`, `rv`, `start`). */
  #continueToken(token: string): string {
    try {
      const parts = JSON.parse(Buffer.from(token, 'base64url').toString());
      if (parts.rv > 0) parts.rv = Number(this.#version(String(parts.rv)));
      return Buffer.from(JSON.stringify(parts)).toString('base64url');
    } catch {
      return token;
    }
  }

  #body(body: Json, exchange: Exchange): string | Buffer | undefined {
    if (body === null || body === undefined)
      return exchange.request.method === 'GET' ? undefined : '';
    if (typeof body !== 'string')
      return JSON.stringify(this.#translation.apply(body));
    return body.startsWith('base64:')
      ? Buffer.from(body.slice('base64:'.length), 'base64')
      : (this.#translation.apply(body) as string);
  }
}
