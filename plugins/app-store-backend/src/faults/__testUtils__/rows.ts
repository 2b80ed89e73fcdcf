/** The table that `npm run test:faults` prints: for each fault the seconds until all was right. */
import { appendFileSync } from 'node:fs';

/** What was seen before this was mended (findings of 2026-11-25, on a real Kubernetes 1.33). */
type Before = string;

/**
 * Notes how long it took.
 *
 * @param limitS - seconds that it may take
 * @throws Error where it took longer
 */
export function row(
  fault: string,
  before: Before,
  ms: number,
  limitS: number,
): void {
  const seconds = ms / 1000;
  if (process.env.TEST_FAULTS_TABLE)
    appendFileSync(
      process.env.TEST_FAULTS_TABLE,
      `${JSON.stringify({ fault, before, seconds, limitS })}\n`,
    );
  if (seconds > limitS)
    throw new Error(
      `${fault}: right after ${seconds.toFixed(
        1,
      )} s, and ${limitS} s are allowed`,
    );
}
