/** Tickets and sessions. Only digests are kept, so that what is read from the database opens nothing. */
import { createHash, randomBytes } from 'node:crypto';
import type { Knex } from 'knex';

const TICKET_MS = 30_000;
/** How long a session that was found is trusted without asking the database. */
const CACHE_MS = 10_000;

/** A signed-in browser. */
export interface Session {
  hash: string;
  host: string;
  userEntityRef: string;
  expiresAt: number;
}

interface SessionRow {
  hash: string;
  host: string;
  user_ref: string;
  created_at: number;
  expires_at: number | string;
}

interface TicketRow {
  hash: string;
  nonce_hash: string;
  host: string;
  user_ref: string;
  path: string;
  expires_at: number | string;
}

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/** See the module's comment. */
export class SessionStore {
  readonly #knex: Knex;
  readonly #cache = new Map<string, { session: Session; until: number }>();
  readonly #revoked = new Set<(hashes: string[]) => void>();

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  /** Calls back with sessions that were ended before their time. */
  onRevoked(listener: (hashes: string[]) => void): void {
    this.#revoked.add(listener);
  }

  /** A ticket for one host and the browser with this nonce. */
  async createTicket(options: {
    host: string;
    nonceHash: string;
    userEntityRef: string;
    path: string;
  }): Promise<string> {
    const ticket = randomToken();
    const row: TicketRow = {
      hash: digest(ticket),
      nonce_hash: options.nonceHash,
      host: options.host,
      user_ref: options.userEntityRef,
      path: options.path,
      expires_at: Date.now() + TICKET_MS,
    };
    await this.#knex<TicketRow>('tickets').insert(row);
    return ticket;
  }

  /**
   * Spends a ticket. It is gone afterwards, whether or not it fitted.
   *
   * @returns the person and the path, or undefined
   */
  async redeem(options: {
    ticket: string;
    host: string;
    nonces: string[];
  }): Promise<{ userEntityRef: string; path: string } | undefined> {
    const hash = digest(options.ticket);
    const row = await this.#knex<TicketRow>('tickets').where({ hash }).first();
    if (!row) return undefined;
    // Of two that come with one ticket the one whose deletion counts is first.
    if ((await this.#knex<TicketRow>('tickets').where({ hash }).delete()) !== 1)
      return undefined;
    const fits =
      row.host === options.host &&
      Number(row.expires_at) > Date.now() &&
      options.nonces.some(nonce => digest(nonce) === row.nonce_hash);
    return fits ? { userEntityRef: row.user_ref, path: row.path } : undefined;
  }

  /** Begins a session; returns the cookie's value. */
  async create(
    host: string,
    userEntityRef: string,
    durationMs: number,
  ): Promise<string> {
    const token = randomToken();
    const now = Date.now();
    const row: SessionRow = {
      hash: digest(token),
      host,
      user_ref: userEntityRef,
      created_at: now,
      expires_at: now + durationMs,
    };
    await this.#knex<SessionRow>('sessions').insert(row);
    return token;
  }

  /** The session behind the first of these cookies that is one of this host and not over. */
  async find(tokens: string[], host: string): Promise<Session | undefined> {
    for (const token of tokens) {
      const session = await this.#find(token, host);
      if (session) return session;
    }
    return undefined;
  }

  async #find(token: string, host: string): Promise<Session | undefined> {
    const hash = digest(token);
    const now = Date.now();
    let cached = this.#cache.get(hash);
    if (!cached || cached.until < now) {
      const row = await this.#knex<SessionRow>('sessions')
        .where({ hash })
        .first();
      if (!row) {
        this.#cache.delete(hash);
        return undefined;
      }
      cached = {
        session: {
          hash,
          host: row.host,
          userEntityRef: row.user_ref,
          expiresAt: Number(row.expires_at),
        },
        until: now + CACHE_MS,
      };
      if (this.#cache.size > 50_000) this.#cache.clear();
      this.#cache.set(hash, cached);
    }
    const { session } = cached;
    return session.host === host && session.expiresAt > now
      ? session
      : undefined;
  }

  async #end(where: Partial<SessionRow>): Promise<void> {
    const hashes = (
      await this.#knex<SessionRow>('sessions').where(where).select('hash')
    ).map(row => row.hash);
    await this.#knex<SessionRow>('sessions').where(where).delete();
    hashes.forEach(hash => this.#cache.delete(hash));
    this.#revoked.forEach(listener => listener(hashes));
  }

  /** Ends every session of a person. */
  async revokeAll(userEntityRef: string): Promise<void> {
    await this.#end({ user_ref: userEntityRef });
  }

  async revoke(hash: string): Promise<void> {
    await this.#end({ hash });
  }

  /** Drops what is over. */
  async sweep(): Promise<void> {
    const now = Date.now();
    await this.#knex('tickets').where('expires_at', '<', now).delete();
    await this.#knex('sessions').where('expires_at', '<', now).delete();
  }

  /** A key that is made once and kept. Racing starters agree on one. */
  async key(name: string, make: () => Promise<string>): Promise<string> {
    const find = async () =>
      (await this.#knex('keys').where({ name }).first('value'))?.value as
        | string
        | undefined;
    const known = await find();
    if (known) return known;
    await this.#knex('keys')
      .insert({ name, value: await make() })
      .onConflict('name')
      .ignore();
    return (await find())!;
  }
}
