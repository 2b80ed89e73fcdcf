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
} from '../database/IdempotencyRepository';
import { hasEnded, ownMark, type ProcessMark } from '../storage/processMark';
import type { Caller } from './Caller';
import { StoreError } from './StoreError';

/** How long an answer is kept, in milliseconds. */
const KEPT_MS = 24 * 3600 * 1000;
/** Without a sign of life for this long a request's process is taken for dead, in milliseconds. */
const RUNNING_MS = 60_000;
const SIGN_OF_LIFE_MS = 10_000;

/** See the module's comment. */
export class Idempotency {
  readonly #repository: IdempotencyRepository;
  readonly #now: () => number;
  readonly #process: ProcessMark;

  constructor(options: {
    repository: IdempotencyRepository;
    now?: () => number;
    process?: ProcessMark;
  }) {
    this.#repository = options.repository;
    this.#now = options.now ?? Date.now;
    this.#process = options.process ?? ownMark();
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

  /** Takes the key; also from a process of this machine that is gone. */
  async #begin(
    id: IdempotencyKey,
    digest: string,
    holder: string,
  ): Promise<KnownRequest> {
    const now = this.#now();
    const begin = () =>
      this.#repository.begin(id, digest, now, now + RUNNING_MS, holder);
    const known = await begin();
    if (known.state !== 'running' || !known.holder) return known;
    if (!hasEnded(JSON.parse(known.holder).process, this.#process))
      return known;
    await this.#repository.giveUp(id, known.holder);
    return begin();
  }

  async dropExpired(): Promise<void> {
    await this.#repository.dropExpired(this.#now());
  }
}
