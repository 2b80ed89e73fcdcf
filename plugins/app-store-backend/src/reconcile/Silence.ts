/**
 * What a process does about instances while it cannot read the cluster: another replica may be able
 * to, so that one goes first.
 */
import type { InstanceCluster } from '../kubernetes/InstanceCluster';
import type { Unread } from '../kubernetes/view/InstanceWatches';

/** What was last seen of the cluster is not held to be true for longer than this. */
const UNREAD_AFTER_MS = 7000;
/** Another replica has this long to look. */
const WAIT_MS = 2000;

/** Whether the cluster can be read, and which instances are left to others until when. */
export class Silence {
  readonly #cluster: Pick<InstanceCluster, 'unread'>;
  readonly #now: () => Date;
  readonly #waits = new Map<string, number>();
  #endedAt: number | undefined;

  constructor(options: {
    cluster: Pick<InstanceCluster, 'unread'>;
    now: () => Date;
  }) {
    this.#cluster = options.cluster;
    this.#now = options.now;
  }

  /** Set where nothing was read of the cluster for too long. */
  get unread(): Unread | undefined {
    const unread = this.#cluster.unread();
    return unread && this.#now().getTime() - unread.since > UNREAD_AFTER_MS
      ? unread
      : undefined;
  }

  get isUnread(): boolean {
    return Boolean(this.unread);
  }

  /** The cluster answers again: what was tried before says nothing any more. */
  end(): void {
    this.#endedAt = this.#now().getTime();
  }

  /** Whether it was silent, or accepted nothing, since then (milliseconds since 1970). */
  hasEndedSince(at: number): boolean {
    return this.#endedAt !== undefined && at <= this.#endedAt;
  }

  /** Ids that are left to others. */
  get waiting(): string[] {
    return [...this.#waits.keys()];
  }

  /** Leaves an instance to others for a while; false where that was done before. */
  leave(id: string): boolean {
    if (this.#waits.delete(id)) return false;
    this.#waits.set(id, this.#now().getTime() + WAIT_MS);
    return true;
  }

  /** How long it is still left to others, in milliseconds; undefined where it is not. */
  remainingMs(id: string): number | undefined {
    const until = this.#waits.get(id);
    return until === undefined ? undefined : until - this.#now().getTime();
  }

  /** The next silence is another one. */
  forget(id: string): void {
    this.#waits.delete(id);
  }
}
