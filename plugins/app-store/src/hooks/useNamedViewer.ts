/**
 * Backstage's log viewer (core-components 0.18) leaves its buttons without names, and
 * makes the number of each line a link that calls itself a row of no table and is too
 * small to be hit (20 pixels; WCAG 2.5.8 asks for 24). Both are put right here, in what
 * it renders, as it offers no other way: a number is a number, and lines are selected
 * as any text is.
 */
import { useEffect, type RefObject } from 'react';

const COPY = '[data-testid="copy-button"]';

function mend(viewer: Element): void {
  for (const number of viewer.querySelectorAll<HTMLElement>('a[role=row]')) {
    number.removeAttribute('role');
    number.removeAttribute('href');
    number.style.pointerEvents = 'none';
  }
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
