/** Waiting for what a test expects to come, however busy the machine is. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Between two looks, in milliseconds: often enough, and not so often that looking is the work. */
const PAUSE_MS = 60;
/** After this long it does not come. */
const LIMIT_MS = 60_000;

/**
 * Looks again and again until there is something.
 *
 * @param look - what is waited for; falsy as long as it is not there
 * @param what - for the message where it never comes: what it is, or what tells how far it came
 * @throws Error after a minute
 */
export async function until<T>(
  look: () => Promise<T> | T,
  what: string | (() => unknown) = 'it',
): Promise<NonNullable<Exclude<T, false | '' | 0>>> {
  const end = Date.now() + LIMIT_MS;
  for (;;) {
    const found = await look();
    if (found) return found as NonNullable<Exclude<T, false | '' | 0>>;
    if (Date.now() > end)
      throw new Error(
        `never: ${
          typeof what === 'string' ? what : JSON.stringify(await what())
        }`,
      );
    await sleep(PAUSE_MS);
  }
}
