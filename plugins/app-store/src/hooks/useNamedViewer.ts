/**
 * Backstage's log viewer (core-components 0.18) leaves its buttons without names and
 * calls the number of a line a row, of no table. Both are put right here, in what it
 * renders, as it offers no other way.
 */
import { useEffect, type RefObject } from 'react';

const COPY = '[data-testid="copy-button"]';

function mend(viewer: Element): void {
  for (const row of viewer.querySelectorAll('a[role=row]'))
    row.removeAttribute('role');
  for (const copy of viewer.querySelectorAll(COPY))
    copy.setAttribute('aria-label', 'Copy these lines');
  viewer
    .querySelector('input:not([aria-label])')
    ?.setAttribute('aria-label', 'Search the log');
  // One button chooses; two more lead through what was found, where something was.
  const buttons = [...viewer.querySelectorAll(`button:not(${COPY})`)];
  const names = ['Previous match', 'Next match', 'Show matching lines only'];
  buttons.forEach((button, i) =>
    button.setAttribute('aria-label', names[names.length - buttons.length + i]),
  );
}

/** @param shown - whether the viewer is there */
export function useNamedViewer(
  viewer: RefObject<HTMLElement>,
  shown: boolean,
): void {
  useEffect(() => {
    const element = viewer.current;
    if (!element || !shown) return undefined;
    const observer = new MutationObserver(() => mend(element));
    observer.observe(element, { subtree: true, childList: true });
    mend(element);
    return () => observer.disconnect();
  }, [viewer, shown]);
}
