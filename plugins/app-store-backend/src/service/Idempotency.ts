/**
 * Requests that may be repeated (`Idempotency-Key`): the first one is done, and those
 * after it are answered as it was. Nothing of a refused or failed request is kept:
 * it changed nothing, so it may be tried again.
 */
import { createHash } from 'node:crypto';
import type { IdempotencyRepository } from '../database/IdempotencyRepository';
import type { Caller } from './Caller';
import { StoreError } from './StoreError';

/** How long an answer is kept, in milliseconds. */
const KEPT_MS = 24 * 3600 * 1000;
/** After this long a request that never ended is taken for dead, in milliseconds. */
const RUNNING_MS = 30 * 60_000;

/** See the module's comment. */
export class Idempotency {
  readonly #repository: IdempotencyRepository;
  readonly #now: () => number;

  constructor(options: {
    repository: IdempotencyRepository;
    now?: () => number;
  }) {
    this.#repository = options.repository;
    this.#now = options.now ?? Date.now;
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
    const now = this.#now();
    const known = await this.#repository.begin(
      id,
      digest,
      now,
      now + RUNNING_MS,
    );
    if (known.state !== 'new' && known.bodyDigest !== digest)
      throw new StoreError({
        status: 422,
        code: 'IDEMPOTENCY_KEY_REUSED',
        message: 'This Idempotency-Key belongs to another request.',
        owner: 'you',
        remedy: 'Send each request with a key of its own.',
      });
    if (known.state === 'running')
      throw new StoreError({
        status: 409,
        code: 'IDEMPOTENCY_IN_PROGRESS',
        message: 'The first request with this Idempotency-Key is under way.',
        owner: 'you',
        remedy: 'Repeat it in a moment to get its answer.',
      });
    if (known.state === 'done') {
      onReplay();
      return JSON.parse(known.body);
    }
    let answer: T;
    try {
      answer = await work();
    } catch (error) {
      await this.#repository.giveUp(id);
      throw error;
    }
    await this.#repository.finish(
      id,
      { status: 201, body: JSON.stringify(answer) },
      this.#now() + KEPT_MS,
    );
    return answer;
  }

  async dropExpired(): Promise<void> {
    await this.#repository.dropExpired(this.#now());
  }
}
