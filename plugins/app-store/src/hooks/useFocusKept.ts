/**
 * Nobody who uses a keyboard or a screen reader is thrown back to the top of the page:
 * where the button that had the focus is gone (Suspend becomes Resume, a row is deleted),
 * the focus goes to the nearest thing that is left in its place; after a navigation it
 * goes to the new page's heading.
 */
import { useEffect, useRef, type RefObject } from 'react';
import { useLocation } from 'react-router-dom';

/** What takes the focus by itself. */
export const USABLE =
  'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex="0"]';
/** A closing dialog gives the focus back by itself within this time. */
const GRACE_MS = 120;
/** For so long buttons that are busy are waited for: one of them took the place. */
const PATIENCE_MS = 3000;
/** What keeps the focus to itself while it is there. */
const OVERLAYS = '[role=dialog], [role=menu], [role=listbox]';
/** From there people come back, too; a notification stays for long, and keeps nobody. */
const ASIDE = `${OVERLAYS}, [role=alertdialog]`;

/** One of many: the next one may take its place. A button's neighbour may not: it could be Terminate. */
const ITEMS = 'li, tr';

/** One step from what has the focus to the page; of an item, with its siblings. */
interface Step {
  node: Element;
  siblings: Element[];
}

function pathOf(element: Element, page: Element): Step[] {
  const path: Step[] = [];
  for (
    let node: Element | null = element;
    node && node !== page;
    node = node.parentElement
  )
    path.push({
      node,
      siblings: node.matches(ITEMS)
        ? [node.nextElementSibling, node.previousElementSibling].filter(
            (each): each is Element => Boolean(each),
          )
        : [],
    });
  return path;
}

function isShown(element: Element): boolean {
  return element.getClientRects().length > 0;
}

function usableIn(element: Element): HTMLElement | undefined {
  return [element, ...element.querySelectorAll(USABLE)].find(
    (each): each is HTMLElement => each.matches(USABLE) && isShown(each),
  );
}

/** What is left of the place has controls, and all of them are busy. */
function isBusy(path: Step[]): boolean {
  const left = path.find(({ node }) => node.isConnected)?.node;
  return Boolean(left?.querySelector(':disabled') && !usableIn(left));
}

/** Where the focus goes: what is left of where it was, from the inside out. */
function nextFocus(path: Step[], page: Element): HTMLElement | undefined {
  const heading = headingOf(page);
  for (const { node, siblings } of path) {
    // From here on it is the page, and no longer the place.
    if (heading && node.isConnected && node.contains(heading)) break;
    const found = node.isConnected
      ? usableIn(node)
      : siblings
          .filter(each => each.isConnected)
          .map(usableIn)
          .find(Boolean);
    if (found) return found;
  }
  return heading;
}

function headingOf(page: Element): HTMLElement | undefined {
  return (
    page.querySelector<HTMLElement>('h2') ??
    page.querySelector<HTMLElement>('h1') ??
    undefined
  );
}

/** Gives the focus to what need not take it by itself. */
function focusOn(element: HTMLElement): void {
  if (!element.matches(USABLE)) element.tabIndex = -1;
  element.focus({ preventScroll: !element.matches(USABLE) });
}

/** The kind of page: another tab, or another version of an app, is the same. */
function kindOf(pathname: string): string {
  return pathname.split('/').slice(0, 3).join('/');
}

/** Moves the focus to the nearest remaining element if its element disappears, and to the heading after a navigation. */
export function useFocusKept(page: RefObject<HTMLElement>): void {
  const { pathname } = useLocation();
  const path = useRef<Step[]>();
  const before = useRef(pathname);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let since: number | undefined;
    const lost = () => document.activeElement === document.body;
    const note = ({ target }: FocusEvent) => {
      const at = page.current;
      since = undefined;
      if (at?.contains(target as Element))
        path.current = pathOf(target as Element, at);
      else if (!(target as Element).closest?.(ASIDE)) path.current = undefined;
    };
    // Whoever clicks beside everything wants the focus nowhere.
    const leave = ({ target }: PointerEvent) => {
      if (!(target as Element).closest?.(`${USABLE}, ${ASIDE}`))
        path.current = undefined;
    };
    const mend = () => {
      timer = undefined;
      const at = page.current;
      if (!at || !path.current?.length || !lost()) return;
      if (document.querySelector(OVERLAYS)) return;
      const [{ node }] = path.current;
      // It is busy, and comes back or goes.
      if (node.isConnected && node.matches(':disabled')) return;
      since ??= Date.now();
      if (isBusy(path.current) && Date.now() - since < PATIENCE_MS) {
        timer = setTimeout(mend, GRACE_MS);
        return;
      }
      const to = nextFocus(path.current, at);
      if (to) focusOn(to);
    };
    const look = () => {
      if (lost() && path.current) timer ??= setTimeout(mend, GRACE_MS);
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, {
      subtree: true,
      childList: true,
      attributeFilter: ['disabled'],
    });
    document.addEventListener('focusin', note);
    document.addEventListener('pointerdown', leave);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
      document.removeEventListener('focusin', note);
      document.removeEventListener('pointerdown', leave);
    };
  }, [page]);

  useEffect(() => {
    const from = before.current;
    before.current = pathname;
    if (from === pathname || !page.current) return;
    const active = document.activeElement;
    if (
      kindOf(from) === kindOf(pathname) &&
      from.split('/').length === pathname.split('/').length &&
      active !== document.body &&
      page.current.contains(active)
    )
      return;
    const heading = headingOf(page.current);
    if (heading) focusOn(heading);
  }, [pathname, page]);
}
