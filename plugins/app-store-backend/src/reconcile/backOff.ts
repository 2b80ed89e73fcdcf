/** When what was refused is tried again. Pure. */
import type { Attempt, InstanceRecord } from '../instances/instanceRows';
import { isConflict, KubeError } from '../kubernetes/client/KubeError';
import type { Refusal } from '../kubernetes/observe/Facts';

const FIRST_MS = 500;
const LAST_MS = 60_000;
/** Somebody else wrote meanwhile: that is no refusal. */
const CONFLICT_MS = 100;

/** What a refused request says. */
function refusalIn(error: Error): Refusal | undefined {
  if (!(error instanceof KubeError)) return { message: error.message };
  // Nothing was answered, or the object was written meanwhile: nobody refused anything.
  if (error.code === 0 || isConflict(error)) return undefined;
  return {
    code: error.code,
    reason: error.reason,
    message: error.message,
    details: error.details,
  };
}

/**
 * How long to wait after a failure, in milliseconds: longer and longer, not all at once, and never
 * less than the API asks for.
 *
 * @param count - failures so far, this one among them; a conflict is none
 * @param random - from 0 to 1
 */
export function waitAfter(error: Error, count: number, random: number): number {
  // Who says how long to wait is believed: it is not getting worse.
  const asked = error instanceof KubeError ? error.retryAfterMs : undefined;
  const backOff = isConflict(error)
    ? CONFLICT_MS
    : Math.min(FIRST_MS * 2 ** (count - 1), LAST_MS);
  return Math.ceil((asked ?? backOff) * (1 + random / 4));
}

/**
 * The attempt after a failure.
 *
 * @param of - what was to be applied; of anything else this is the first attempt
 * @param random - from 0 to 1
 */
export function failedAttempt(options: {
  before: Attempt | undefined;
  of: string;
  error: Error;
  now: number;
  random: number;
}): Attempt {
  const { before, of, error, now, random } = options;
  const conflict = isConflict(error);
  const former = before?.of === of ? before.count : 0;
  const count = conflict ? former : former + 1;
  const refusal = refusalIn(error) ?? (conflict ? before?.refusal : undefined);
  return {
    of,
    count,
    at: now,
    retryAt: now + waitAfter(error, count, random),
    ...(refusal ? { refusal } : {}),
  };
}

/** What the last attempt to apply the objects was refused for. */
export function refusalOf({
  attempt,
}: Pick<InstanceRecord, 'attempt'>): Refusal | undefined {
  // What is refused once may have been a moment's matter.
  return attempt && (attempt.count > 1 || isLasting(attempt.refusal?.code))
    ? attempt.refusal
    : undefined;
}

/** Not the server's own trouble, which mostly passes. */
function isLasting(code: number | undefined): boolean {
  return code !== undefined && code >= 400 && code < 500 && code !== 429;
}
