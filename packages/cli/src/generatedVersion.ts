/** Versions that the command makes from the time, so that each import is a new one. */
import { AppStoreError } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Context } from './Context';
import { packed, type Packed } from './packing';

/** As many as are imported at once under one name are rarely more. */
const ATTEMPTS = 20;
const SECOND_MS = 1000;

/** `20261124153000`, in UTC. */
function timestamp(now: Date): string {
  return now.toISOString().replace(/[-:T]/g, '').slice(0, 14);
}

/**
 * Packs a directory under a version with the time in it, and calls back with the file; a
 * version that somebody made in the same second is taken for the next one.
 *
 * @param name - the version, of that in app.toml and the time
 * @param now - the time to begin with; for tests
 */
export async function withGeneratedVersion<T>(
  context: Context,
  directory: string,
  name: (own: string, time: string) => string,
  work: (bundle: Packed) => Promise<T>,
  now = Date.now(),
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const time = timestamp(new Date(now + (attempt - 1) * SECOND_MS));
    try {
      return await packed(directory, own => name(own, time), work);
    } catch (error) {
      const taken =
        error instanceof AppStoreError &&
        error.problem.code === 'VERSION_EXISTS';
      if (!taken || attempt >= ATTEMPTS) throw error;
      context.output.status('this version is there already; taking the next …');
    }
  }
}
