/**
 * Requests that may be repeated (`Idempotency-Key`): the first one is done, and those
 * after it are answered as it was. Nothing of a refused or failed request is kept:
 * it changed nothing, so it may be tried again.
 */
import { createHash, randomUUID } from 'node:crypto';
import type {
  IdempotencyKey,
  IdempotencyRepository,
  KnownRequest,
} from './IdempotencyRepository';
import type { DatabaseSession } from '../database/DatabaseSession';
import type { Caller } from '../auth/Caller';
import { StoreError } from '../errors/StoreError';

/** How long an answer is kept, in milliseconds. */
const KEPT_MS = 24 * 3600 * 1000;
/** Without a sign of life for this long a request's process is taken for dead, in milliseconds. */
const RUNNING_MS = 60_000;
const SIGN_OF_LIFE_MS = 10_000;

function lockOf(process: string): string {
  return `process/${process}`;
}

/** Does each request once. */
export class Idempotency {
  readonly #repository: IdempotencyRepository;
  readonly #now: () => number;
  readonly #session: Pick<DatabaseSession, 'tryLock' | 'isLocked'>;
  /** Locked for as long as this process lives. */
  readonly #process = randomUUID();

  constructor(options: {
    repository: IdempotencyRepository;
    session: Pick<DatabaseSession, 'tryLock' | 'isLocked'>;
    now?: () => number;
  }) {
    this.#repository = options.repository;
    this.#now = options.now ?? Date.now;
    this.#session = options.session;
  }

  /**
   * Does the work unless it was done.
   *
   * @param key - undefined where the caller does not repeat
   * @param request - all that makes the request what it is
   * @param onReplay - called where it was done before
   * @throws StoreError 409 while the first one is under way, 422 where it was another request
   */
  async once<T>(
    caller: Caller,
    operation: string,
    key: string | undefined,
    request: unknown,
    work: () => Promise<T>,
    onReplay: () => void,
  ): Promise<T> {
    if (key === undefined) return work();
    const id = { actorRef: caller.userEntityRef, operation, key };
    const digest = createHash('sha256')
      .update(JSON.stringify(request))
      .digest('hex');
    const holder = JSON.stringify({
      token: randomUUID(),
      process: this.#process,
    });
    const known = await this.#begin(id, digest, holder);
    if (known.state !== 'new' && known.bodyDigest !== digest)
      throw new StoreError({
        status: 422,
        code: 'IDEMPOTENCY_KEY_REUSED',
        message: 'This Idempotency-Key belongs to another request.',
        owner: 'you',
        remedy: 'Use a new key for each request.',
      });
    if (known.state === 'running')
      throw new StoreError({
        status: 409,
        code: 'IDEMPOTENCY_IN_PROGRESS',
        message:
          'The first request with this Idempotency-Key is still running.',
        owner: 'you',
        remedy: 'Repeat it in a moment to get its answer.',
      });
    if (known.state === 'done') {
      onReplay();
      return JSON.parse(known.body);
    }
    let answer: T;
    const timer = setInterval(
      () =>
        this.#repository
          .extend(id, holder, this.#now() + RUNNING_MS)
          .catch(() => {}),
      SIGN_OF_LIFE_MS,
    );
    try {
      answer = await work();
    } catch (error) {
      await this.#repository.giveUp(id, holder);
      throw error;
    } finally {
      clearInterval(timer);
    }
    await this.#repository.finish(
      id,
      holder,
      { status: 201, body: JSON.stringify(answer) },
      this.#now() + KEPT_MS,
    );
    return answer;
  }

  /** Takes the key; also from a process that is gone. */
  async #begin(
    id: IdempotencyKey,
    digest: string,
    holder: string,
  ): Promise<KnownRequest> {
    await this.#session.tryLock(lockOf(this.#process));
    const now = this.#now();
    const begin = () =>
      this.#repository.begin(id, digest, now, now + RUNNING_MS, holder);
    const known = await begin();
    if (known.state !== 'running' || !known.holder) return known;
    const { process } = JSON.parse(known.holder);
    // Of the release before this one: it is free once there is no sign of life.
    if (typeof process !== 'string' || process === this.#process) return known;
    if (await this.#session.isLocked(lockOf(process))) return known;
    await this.#repository.giveUp(id, known.holder);
    return begin();
  }

  async dropExpired(): Promise<void> {
    await this.#repository.dropExpired(this.#now());
  }
}
