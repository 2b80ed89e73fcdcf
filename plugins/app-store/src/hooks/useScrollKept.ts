/**
 * Where a page was scrolled to, for whoever comes back to it; a new page begins at its
 * top. The router of the portal does neither. Positions outlive a visit to an app on
 * another host: they lie in the tab's session storage, by the history's entries.
 */
import { useEffect, useLayoutEffect, useRef } from 'react';
import { useLocation, useNavigationType } from 'react-router-dom';
import { SessionNumbers } from './sessionNumbers';

/** For so long a page may grow to where it was left. */
const PATIENCE_MS = 5000;
const positions = new SessionNumbers('app-store-scroll');

/** Scrolls as soon as the page is long enough, unless the reader is quicker. */
function scrollBackTo(y: number): () => void {
  const began = performance.now();
  let over = false;
  const stop = () => {
    over = true;
  };
  const events = ['wheel', 'touchstart', 'keydown', 'pointerdown'];
  for (const name of events)
    window.addEventListener(name, stop, { passive: true });
  const step = () => {
    if (over) return;
    const room = document.documentElement.scrollHeight - window.innerHeight;
    const late = performance.now() - began > PATIENCE_MS;
    if (room >= y || late) {
      window.scrollTo(0, y);
      over = true;
    } else requestAnimationFrame(step);
  };
  step();
  return () => {
    stop();
    for (const name of events) window.removeEventListener(name, stop);
  };
}

/** Restores the scroll position of a page when the reader comes back to it; new pages start at the top. */
export function useScrollKept(): void {
  const { key, pathname } = useLocation();
  const type = useNavigationType();
  const at = useRef({ key, pathname, y: 0 });

  useEffect(() => {
    const before = window.history.scrollRestoration;
    window.history.scrollRestoration = 'manual';
    const note = () => {
      at.current.y = window.scrollY;
    };
    const leave = () => positions.set(at.current.key, at.current.y);
    window.addEventListener('scroll', note, { passive: true });
    window.addEventListener('pagehide', leave);
    return () => {
      leave();
      window.removeEventListener('scroll', note);
      window.removeEventListener('pagehide', leave);
      window.history.scrollRestoration = before;
    };
  }, []);

  useLayoutEffect(() => {
    const before = at.current;
    // The browser tells of a scroll after the page has changed: this is where it was.
    if (before.key !== key) positions.set(before.key, before.y);
    at.current = { key, pathname, y: before.y };
    const moved = before.key !== key && before.pathname !== pathname;
    if (type === 'POP') {
      const y = positions.get(key) ?? 0;
      at.current.y = y;
      return scrollBackTo(y);
    }
    if (moved) {
      window.scrollTo(0, 0);
      at.current.y = 0;
    }
    return undefined;
  }, [key, pathname, type]);
}
