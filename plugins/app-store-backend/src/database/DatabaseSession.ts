/**
 * What holds for as long as this process is connected to the database: locks that end with it,
 * and notifications of other processes.
 */

/** A connection of this process to the database. */
export interface DatabaseSession {
  /**
   * Takes a lock unless somebody else holds it; it ends with the process. What is held already stays held.
   *
   * @param options.shared - several may hold it at once, while nobody holds it alone
   */
  tryLock(name: string, options?: { shared?: boolean }): Promise<boolean>;
  unlock(name: string): Promise<void>;
  /** Whether another process holds a lock. */
  isLocked(name: string): Promise<boolean>;
  /** Calls back when another process has told something by `pg_notify` on the channel of changes, or may have. */
  onNotify(listener: () => void): void;
  close(): Promise<void>;
}
