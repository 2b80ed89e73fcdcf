import { useEffect, useRef, useState } from 'react';

/** How long what a new file declares is looked for by itself, and how often, in milliseconds. */
const EXPECTED_MS = 60_000;
const LOOK_MS = 3000;

/**
 * Looks for what a file declares that was registered a moment ago.
 *
 * @param listed - how many there are
 * @returns whether nothing of it is there yet, and what to call once a file is registered
 */
export function useExpected(
  listed: number,
  refresh: () => void,
): [isAwaited: boolean, expect: () => void] {
  const [awaited, setAwaited] = useState<{ until: number; before: number }>();
  const latest = useRef(refresh);
  latest.current = refresh;
  useEffect(() => {
    if (!awaited) return undefined;
    const timer = setInterval(() => {
      latest.current();
      if (Date.now() > awaited.until) setAwaited(undefined);
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [awaited]);
  return [
    awaited !== undefined && listed <= awaited.before,
    () => setAwaited({ until: Date.now() + EXPECTED_MS, before: listed }),
  ];
}
