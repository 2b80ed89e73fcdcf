/**
 * What is open between people and apps: sockets and answers under way. They end when
 * the right to them does: a session ended or over, an instance made private,
 * a group left.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Admissions } from '../authorize/Admissions';
import type { RouteTable } from '../routing/RouteTable';
import type { Session, SessionStore } from '../sessions/SessionStore';

/** Groups change without anything here being told; hence a look now and then, in milliseconds. The store is asked only where its last answer holds no longer. */
const RECHECK_MS = 15_000;

/** One open connection. */
export interface OpenConnection {
  instanceId: string;
  session?: Session;
  /** Ends when somebody leaves, not by itself: the end of the process does not wait for it. */
  endless?: boolean;
  close(): void;
}

/** Sockets and answers under way, which end when the right to them does. */
export class OpenConnections {
  readonly #open = new Set<OpenConnection>();
  readonly #admissions: Admissions;
  readonly #sessions: SessionStore;
  readonly #logger: LoggerService;
  readonly #timer: NodeJS.Timeout;
  #ending = false;

  constructor(options: {
    admissions: Admissions;
    routes: RouteTable;
    sessions: SessionStore;
    logger: LoggerService;
  }) {
    this.#admissions = options.admissions;
    this.#sessions = options.sessions;
    this.#logger = options.logger;
    options.routes.onChange((id, route, before) => {
      if (!route || route.terminating || route.revision !== before?.revision)
        this.#recheck(open => open.instanceId === id);
    });
    options.routes.onAccess(() => this.#recheck(() => true));
    options.sessions.onRevoked(hashes => {
      if (!hashes) {
        this.#recheck(() => true);
        return;
      }
      const ended = new Set(hashes);
      for (const open of this.#open)
        if (open.session && ended.has(open.session.hash)) open.close();
    });
    this.#timer = setInterval(() => this.#recheck(() => true), RECHECK_MS);
    this.#timer.unref();
  }

  /** Takes in a connection; returns how to let go of it when it is over. */
  add(connection: OpenConnection): () => void {
    this.#open.add(connection);
    if (connection.endless) this.setEndless(connection);
    // It may have ended while the connection was let in.
    if (connection.session && this.#sessions.hasEnded(connection.session.hash))
      connection.close();
    return () => this.#open.delete(connection);
  }

  /** Says of a connection that it will not end by itself. */
  setEndless(connection: OpenConnection): void {
    connection.endless = true;
    if (this.#ending) connection.close();
  }

  #recheck(concerns: (open: OpenConnection) => boolean): void {
    const concerned = [...this.#open].filter(concerns);
    for (const open of concerned) {
      if (open.session && open.session.expiresAt < Date.now()) {
        open.close();
        continue;
      }
      this.#admissions
        .decide(open.instanceId, open.session?.userEntityRef)
        .then(
          admission => {
            if (!admission.allowed) open.close();
          },
          // The store is away and never said: what was admitted stays until it says otherwise.
          () => undefined,
        );
    }
    this.#closeEnded(concerned).catch(error =>
      this.#logger.warn(
        `sessions of open connections cannot be read: ${error.message}`,
      ),
    );
  }

  /** Whatever was not heard of: a session that is no more in the database has ended. */
  async #closeEnded(concerned: OpenConnection[]): Promise<void> {
    const hashes = new Set<string>();
    for (const { session } of concerned) if (session) hashes.add(session.hash);
    if (!hashes.size) return;
    const living = await this.#sessions.living([...hashes]);
    for (const open of concerned)
      if (open.session && !living.has(open.session.hash)) open.close();
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size;
  }

  /** Ends what does not end by itself, now and from now on. */
  closeEndless(): void {
    this.#ending = true;
    for (const open of this.#open) if (open.endless) open.close();
  }

  closeAll(): void {
    clearInterval(this.#timer);
    for (const open of this.#open) open.close();
  }
}
