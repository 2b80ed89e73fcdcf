/** Tries of one thing after the other: when it is time, and what is noted of a failure. */
import type { InstanceRecord } from '../instances/instanceRows';
import { isConflict } from '../kubernetes/client/KubeError';
import { failedAttempt } from './backOff';
import type { Claim } from './InstanceQueue';
import type { ReconcileContext } from './ReconcileContext';

/** A silent API is asked again once it answers; should that not be told, after this long, in milliseconds. */
const SILENT_MS = 10_000;

/** Keeps the back-off of what the cluster refused. */
export class Attempts {
  readonly #o: Pick<ReconcileContext, 'rows' | 'silence' | 'logger' | 'now'>;

  constructor(
    options: Pick<ReconcileContext, 'rows' | 'silence' | 'logger' | 'now'>,
  ) {
    this.#o = options;
  }

  /** How long what was refused still waits; the API may have come back since. */
  waitMs({ attempt }: InstanceRecord, wanted: string): number {
    const now = this.#o.now().getTime();
    // A silent API is asked again once it answers.
    if (this.#o.silence.isUnread) return SILENT_MS;
    if (attempt?.of !== wanted || this.#o.silence.hasEndedSince(attempt.at))
      return 0;
    return attempt.retryAt - now;
  }

  /**
   * Notes a failure.
   *
   * @returns milliseconds until the next try
   * @throws LeaseLost, which is another worker's success
   */
  async failed(claim: Claim, of: string, error: Error): Promise<number> {
    if (error.name === 'LeaseLost') throw error;
    const { record } = claim;
    const now = this.#o.now().getTime();
    const attempt = failedAttempt({
      before: record.attempt,
      of,
      error,
      now,
      random: Math.random(),
    });
    const again = attempt.retryAt - now;
    if (!isConflict(error)) {
      this.#o.logger.warn(
        `instance ${record.id}: ${error.message}; again in ${Math.round(
          again,
        )} ms`,
      );
    }
    await this.#o.rows.write(claim, { attempt });
    return again;
  }
}
