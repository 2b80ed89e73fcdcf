/** What a reader has dismissed, in this browser. */
import { useState } from 'react';

/** Remembered at most; the oldest are shown again. */
const MOST = 50;

function read(place: string): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(place) ?? '[]');
    return Array.isArray(kept) ? kept.map(String) : [];
  } catch {
    // Nothing can be kept here, or something else is: nothing is dismissed.
    return [];
  }
}

/** @param place - the key in the browser's storage */
export function useDismissed(
  place: string,
): [dismissed: ReadonlySet<string>, dismiss: (key: string) => void] {
  const [kept, setKept] = useState(() => read(place));
  const dismiss = (key: string) => {
    // Another tab may have dismissed something since.
    const next = [...new Set([...read(place), ...kept, key])].slice(-MOST);
    setKept(next);
    try {
      localStorage.setItem(place, JSON.stringify(next));
    } catch {
      // Dismissed until the page is loaded again.
    }
  };
  return [new Set(kept), dismiss];
}
