import { AppStoreError } from '@ai-app-store/backstage-plugin-app-store-common';
import { useRef } from 'react';

/** 128 random bits; `crypto.randomUUID` is there on secure origins only. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

/** What became of the request is not known yet: it may be carried out. */
function isOpen(error: unknown): boolean {
  if (!(error instanceof AppStoreError)) return true;
  const { status, code } = error.problem;
  return (
    status >= 500 ||
    [408, 425, 429].includes(status) ||
    // The first one is still at it; the next one gets its answer.
    code === 'IDEMPOTENCY_IN_PROGRESS'
  );
}

/**
 * Sends a request so that the store carries it out once: what is asked for again
 * while nobody knows what became of it has the same `Idempotency-Key`. What was
 * answered is over, and the next one is another.
 *
 * @returns a function that takes what is asked, as JSON, and the work for a key
 */
export function useOnce(): <T>(
  asked: unknown,
  work: (idempotencyKey: string) => Promise<T>,
) => Promise<T> {
  const open = useRef<{ asked: string; key: string }>();
  return async (what, work) => {
    const asked = JSON.stringify(what);
    if (open.current?.asked !== asked) open.current = { asked, key: newKey() };
    const mine = open.current;
    const over = () => {
      if (open.current === mine) open.current = undefined;
    };
    try {
      const answer = await work(mine.key);
      over();
      return answer;
    } catch (error) {
      if (!isOpen(error)) over();
      throw error;
    }
  };
}
