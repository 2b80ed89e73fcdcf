/**
 * What is open between people and apps: sockets and answers under way. They end when
 * the right to them does: a session ended or over, an instance made private,
 * a group left.
 */
import type { Admissions } from '../routes/Admissions';
import type { RouteTable } from '../routes/RouteTable';
import type { Session, SessionStore } from '../signIn/SessionStore';

/** Groups change without anything here being told; hence a look now and then, in milliseconds. The store is asked only where its last answer holds no longer. */
const RECHECK_MS = 15_000;

/** One open connection. */
export interface OpenConnection {
  instanceId: string;
  session?: Session;
  close(): void;
}

/** See the module's comment. */
export class OpenConnections {
  readonly #open = new Set<OpenConnection>();
  readonly #admissions: Admissions;
  readonly #timer: NodeJS.Timeout;

  constructor(options: {
    admissions: Admissions;
    routes: RouteTable;
    sessions: SessionStore;
  }) {
    this.#admissions = options.admissions;
    options.routes.onChange((id, route, before) => {
      if (!route || route.terminating || route.revision !== before?.revision)
        this.#recheck(open => open.instanceId === id);
    });
    options.routes.onAccess(() => this.#recheck(() => true));
    options.sessions.onRevoked(hashes => {
      for (const open of this.#open)
        if (open.session && hashes.includes(open.session.hash)) open.close();
    });
    this.#timer = setInterval(() => this.#recheck(() => true), RECHECK_MS);
    this.#timer.unref();
  }

  /** Takes in a connection; returns how to let go of it when it is over. */
  add(connection: OpenConnection): () => void {
    this.#open.add(connection);
    return () => this.#open.delete(connection);
  }

  #recheck(concerns: (open: OpenConnection) => boolean): void {
    for (const open of this.#open) {
      if (!concerns(open)) continue;
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
  }

  closeAll(): void {
    clearInterval(this.#timer);
    for (const open of this.#open) open.close();
  }
}
