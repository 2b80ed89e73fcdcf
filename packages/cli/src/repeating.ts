/**
 * A request that makes something, sent so that a lost answer makes nothing twice: all
 * attempts bear one `Idempotency-Key`.
 */
import { AppStoreError } from '@ai-app-store/backstage-plugin-app-store-common';
import { randomUUID } from 'node:crypto';
import type { Context } from './Context';
import { CliError, EXIT } from './errors';

const ATTEMPTS = 5;
/** How often it is asked whether the first attempt, which goes on without us, has come to its end. */
const LOOKS = 300;
const PAUSE_MS = 1000;

/** @param again - an attempt may have arrived before: then a store that is away for a moment is waited for */
function isLost(error: unknown, again: boolean): boolean {
  if (error instanceof AppStoreError) {
    const { status } = error.problem;
    return status === 502 || status === 504 || (again && status === 503);
  }
  return (
    error instanceof CliError &&
    (error.mayHaveArrived || (again && error.exitCode === EXIT.unreachable))
  );
}

/** Does the work, again where its answer was lost on the way. */
export async function once<T>(
  context: Context,
  work: (idempotencyKey: string) => Promise<T>,
): Promise<T> {
  const key = randomUUID();
  let attempts = 1;
  for (let looks = 0; ; looks++)
    try {
      return await work(key);
    } catch (error) {
      const underWay =
        attempts > 1 &&
        error instanceof AppStoreError &&
        error.problem.code === 'IDEMPOTENCY_IN_PROGRESS';
      if (underWay ? looks > LOOKS : !isLost(error, attempts > 1)) throw error;
      if (!underWay && attempts++ >= ATTEMPTS) throw error;
      context.output.status('connection lost; trying again …');
      await context.world.sleep(PAUSE_MS);
    }
}
