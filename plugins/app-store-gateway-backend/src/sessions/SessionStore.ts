/**
 * Tickets and sessions. Only digests are kept, so that what is read from the database opens
 * nothing. A session belongs to a host and to the instance that the host led to when it began.
 */
import { LRUCache } from 'lru-cache';
import type { Knex } from 'knex';
import { KeyStore, passingKey, type SealingKey } from './KeyStore';
import { endSessions } from './Revocations';
import { digest, randomToken } from './tokens';

const TICKET_MS = 30_000;
/** How long a session that was found is trusted without asking the database. */
const CACHE_MS = 10_000;
/** A request that was let in before its session ended is under way for less than this. */
const ENDED_MS = 120_000;
/** Sessions that one query asks about. */
const CHUNK = 500;

/** A signed-in browser. */
export interface Session {
  hash: string;
  host: string;
  /** Undefined in sessions of the release before. */
  instanceId?: string;
  userEntityRef: string;
  expiresAt: number;
}

interface SessionRow {
  hash: string;
  host: string;
  instance_id: string | null;
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

/** Told of sessions that were ended before their time; of undefined where it is not known which. */
export type RevocationListener = (hashes: string[] | undefined) => void;

/** Whether a session lets its browser in to what its host leads to now. */
function isOf(session: Session, host: string, instanceId: string): boolean {
  if (session.host !== host) return false;
  // A host that bears the instance's id leads to no other.
  return session.instanceId
    ? session.instanceId === instanceId
    : host.startsWith(`${instanceId}.`);
}

/** Tickets and sessions in the database, by their digests. */
export class SessionStore {
  readonly #knex: Knex;
  readonly #keys: KeyStore;
  readonly #cache = new LRUCache<string, Session>({
    max: 50_000,
    ttl: CACHE_MS,
  });
  readonly #ended = new LRUCache<string, true>({ max: 50_000, ttl: ENDED_MS });
  readonly #revoked = new Set<RevocationListener>();

  /** @param sealing - what seals the gateway's keys; without it they last as long as the process */
  constructor(knex: Knex, sealing?: () => Promise<SealingKey>) {
    this.#knex = knex;
    const passing = passingKey();
    this.#keys = new KeyStore({
      knex,
      sealing: sealing ?? (async () => passing),
    });
  }

  /** Calls back with sessions that were ended before their time, by any gateway. */
  onRevoked(listener: RevocationListener): void {
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

  /**
   * Begins a session; returns the cookie's value.
   *
   * @param instanceId - what the host leads to; may be left out where the host bears the id
   */
  async create(
    host: string,
    userEntityRef: string,
    durationMs: number,
    instanceId?: string,
  ): Promise<string> {
    const token = randomToken();
    const now = Date.now();
    const row: SessionRow = {
      hash: digest(token),
      host,
      instance_id: instanceId ?? null,
      user_ref: userEntityRef,
      created_at: now,
      expires_at: now + durationMs,
    };
    await this.#knex<SessionRow>('sessions').insert(row);
    return token;
  }

  /**
   * The session behind the first of these cookies that is one of this host and not over.
   *
   * @param instanceId - what the host leads to now
   */
  async find(
    tokens: string[],
    host: string,
    instanceId: string,
  ): Promise<Session | undefined> {
    for (const token of tokens) {
      const session = await this.#find(digest(token));
      if (session && isOf(session, host, instanceId)) return session;
    }
    return undefined;
  }

  async #find(hash: string): Promise<Session | undefined> {
    let session = this.#cache.get(hash);
    if (!session) {
      const row = await this.#knex<SessionRow>('sessions')
        .where({ hash })
        .first();
      // It may have ended while the database was asked.
      if (!row || this.#ended.has(hash)) return undefined;
      session = {
        hash,
        host: row.host,
        instanceId: row.instance_id ?? undefined,
        userEntityRef: row.user_ref,
        expiresAt: Number(row.expires_at),
      };
      this.#cache.set(hash, session);
    }
    return session.expiresAt > Date.now() ? session : undefined;
  }

  /** Whether a session was ended before its time, as far as this gateway has heard. */
  hasEnded(hash: string): boolean {
    return this.#ended.has(hash);
  }

  /** Those of these sessions that are still there, as the database has it now. */
  async living(hashes: string[]): Promise<Set<string>> {
    const living = new Set<string>();
    for (let i = 0; i < hashes.length; i += CHUNK)
      for (const { hash } of await this.#knex<SessionRow>('sessions')
        .whereIn('hash', hashes.slice(i, i + CHUNK))
        .where('expires_at', '>', Date.now())
        .select('hash'))
        living.add(hash);
    return living;
  }

  /** Lets go of sessions that any gateway ended; of all that is remembered where it is not known which. */
  forget(hashes: string[] | undefined): void {
    if (!hashes) this.#cache.clear();
    for (const hash of hashes ?? []) {
      this.#ended.set(hash, true);
      this.#cache.delete(hash);
    }
    this.#revoked.forEach(listener => listener(hashes));
  }

  async #end(where: Partial<SessionRow>): Promise<void> {
    this.forget(await endSessions(this.#knex, where));
  }

  /** Ends every session of a person, and what would become one. */
  async revokeAll(userEntityRef: string): Promise<void> {
    await this.#knex<TicketRow>('tickets')
      .where({ user_ref: userEntityRef })
      .delete();
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
    await this.#keys.dropClear();
  }

  /** A key that is made once and kept, sealed. Racing starters agree on one. */
  async key(name: string, make: () => Promise<string>): Promise<string> {
    return this.#keys.get(name, make);
  }
}
