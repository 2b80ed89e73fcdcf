import { setTimeout as sleep } from 'node:timers/promises';

/** As long as a busy machine may need, in milliseconds. */
const LIMIT_MS = 20_000;

/** Waits until an expectation holds. Where it never does, it fails as the expectation does. */
export async function eventually(expectation: () => void): Promise<void> {
  const end = performance.now() + LIMIT_MS;
  for (;;) {
    try {
      expectation();
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await sleep(10);
  }
}
