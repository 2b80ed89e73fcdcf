/**
 * After "Show more" the focus goes to the first of what came. It stands where the button was, which
 * has moved down or is gone: whoever goes on from there misses nothing, and the page does not move.
 */
import { useCallback, useEffect, useRef } from 'react';
import { USABLE } from './useFocusKept';

function usable(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>(USABLE)];
}

/**
 * @param shown - how many there are, undefined before the first are there
 * @returns what is to be told which button asks for more
 */
export function useFocusOnNew(
  shown: number | undefined,
): (button: Element) => void {
  const asked = useRef<{ button: Element; before?: HTMLElement }>();

  useEffect(() => {
    const { button, before } = asked.current ?? {};
    asked.current = undefined;
    const { activeElement } = document;
    // Whoever went on meanwhile stays there.
    if (
      !before?.isConnected ||
      (activeElement !== document.body && activeElement !== button)
    )
      return;
    const all = usable();
    const first = all[all.indexOf(before) + 1];
    if (first !== button) first?.focus({ preventScroll: true });
  }, [shown]);

  return useCallback(button => {
    const all = usable();
    asked.current = {
      button,
      before: all[all.indexOf(button as HTMLElement) - 1],
    };
  }, []);
}
