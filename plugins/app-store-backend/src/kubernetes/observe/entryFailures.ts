/** What the entry program says of its failure, as a problem: whose it is, and what helps. Pure. */
import type { Problem } from '@ai-app-store/backstage-plugin-app-store-common';
import { isTold, problemOf } from './causes';
import { sentence } from './causes/Cause';

/** See `app-store-entry.mjs`. */
export const FAILURE_PREFIX = 'app-store-entry: failed: ';
const CAUSE_PREFIX = 'app-store-entry: cause: ';
const STAGE_PREFIX = 'app-store-entry: stage: ';

/** The last failure that the entry program told in a log; undefined where it told none. */
export function toldFailure(
  log: string,
): { reason: string; cause?: string; stage?: string } | undefined {
  const lines = log.split('\n');
  let at = lines.findLastIndex(line => line.startsWith(FAILURE_PREFIX));
  if (at < 0) return undefined;
  const reason = lines[at].slice(FAILURE_PREFIX.length);
  // The lines before it, from the last one up.
  const before = (prefix: string) => {
    if (!lines[at - 1]?.startsWith(prefix)) return undefined;
    at -= 1;
    return lines[at].slice(prefix.length).trim();
  };
  const cause = before(CAUSE_PREFIX);
  const stage = before(STAGE_PREFIX);
  return { reason, ...(cause ? { cause } : {}), ...(stage ? { stage } : {}) };
}

/** A problem with what the log of its container tells of it. */
export function withTold(problem: Problem, log: string): Problem {
  const told = toldFailure(log);
  const detail = log || undefined;
  if (!told) return { ...problem, detail };
  const cause = told.cause ?? '';
  return {
    ...problem,
    // Only of an installation: an app may print such lines of itself.
    ...(problem.code === 'DEPENDENCIES_FAILED' && isTold(cause)
      ? problemOf(cause, told.reason)
      : { message: sentence(told.reason) }),
    detail,
  };
}
