/**
 * A list that comes in pages: the first one at once, further ones when asked for. What
 * was loaded stays on the screen while more, or the same anew, is loaded.
 */
import type { Page } from '@ai-app-store/backstage-plugin-app-store-common';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Kept } from './kept';

/** A list in pages: the loaded items, and what loads more or reloads them. */
export interface Pages<T> {
  /** Undefined until the first page is there. */
  items?: T[];
  error?: Error;
  loading: boolean;
  /** Loads the next page; undefined after the last one. */
  more?: () => void;
  /** Loads anew as much as is there. */
  reload(): void;
  /** The same without saying so: nobody asked for it. */
  refresh(): void;
  /** Puts an answer of the API in the place of what it is about. */
  put(item: T): void;
  remove(id: string): void;
}

interface State<T> {
  items?: T[];
  cursor?: string;
  error?: Error;
  loading: boolean;
}

/** Items by their ids, as they are since; undefined for those that are no more. */
type Changes<T> = Map<string, T | undefined>;

function changed<T extends { id: string }>(
  items: T[],
  changes: Changes<T>,
): T[] {
  return items.flatMap(item => {
    if (!changes.has(item.id)) return [item];
    const after = changes.get(item.id);
    return after ? [after] : [];
  });
}

/** What was listed, and what was asked for. */
export type KeptPages<T> = Pick<State<T>, 'items' | 'cursor'> & {
  question: string;
};

/**
 * @param page - asks for the page after a cursor; anew when `deps` change
 * @param kept - where the list is kept for whoever comes back to it: shown at once, and loaded anew as long as it was
 */
export function usePages<T extends { id: string }>(
  page: (cursor: string | undefined) => Promise<Page<T>>,
  deps: unknown[],
  kept?: Kept<KeptPages<T>>,
): Pages<T> {
  const question = JSON.stringify(deps);
  const [state, setState] = useState<State<T>>(() => {
    const before = kept?.get();
    return before?.question === question
      ? { items: before.items, cursor: before.cursor, loading: true }
      : { loading: true };
  });
  const [turn, setTurn] = useState(0);
  const latest = useRef(page);
  latest.current = page;
  const run = useRef(0);
  const wanted = useRef(kept?.length() ?? 0);
  const known = useRef(question);
  // What an action answered while pages were on their way is newer than they are.
  const changes = useRef<Changes<T>>(new Map());

  const load = useCallback(
    async (atLeast: number, from?: State<T>, quiet = false) => {
      const mine = ++run.current;
      changes.current = new Map();
      const items = [...(from?.items ?? [])];
      let cursor = from?.cursor;
      if (!quiet) setState(before => ({ ...before, loading: true }));
      try {
        do {
          const next = await latest.current(cursor);
          if (mine !== run.current) return;
          const there = new Set(items.map(item => item.id));
          items.push(...next.items.filter(item => !there.has(item.id)));
          cursor = next.nextCursor;
        } while (cursor && items.length < atLeast);
        wanted.current = items.length;
        setState({
          items: changed(items, changes.current),
          cursor,
          loading: false,
        });
      } catch (error) {
        if (mine === run.current)
          setState(before => ({
            ...before,
            error: error as Error,
            loading: false,
          }));
      }
    },
    [],
  );

  const change = useCallback((id: string, after?: T) => {
    changes.current.set(id, after);
    setState(before => ({
      ...before,
      items: before.items && changed(before.items, new Map([[id, after]])),
    }));
  }, []);

  useEffect(() => {
    // Another question begins with its first page; the same one keeps its length.
    if (known.current !== question) wanted.current = 0;
    known.current = question;
    load(wanted.current);
  }, [load, turn, question]);
  useEffect(
    () => () => {
      run.current++;
    },
    [],
  );
  const keep = useRef(kept);
  keep.current = kept;
  const { items, cursor } = state;
  useEffect(() => {
    if (items) keep.current?.set({ question, items, cursor }, items.length);
    // The same list belongs to each page on which it is shown.
  }, [items, cursor, question, kept?.place]);

  return {
    ...state,
    more: state.cursor
      ? () => {
          load((state.items?.length ?? 0) + 1, state);
        }
      : undefined,
    reload: useCallback(() => setTurn(t => t + 1), []),
    refresh: useCallback(() => {
      load(wanted.current, undefined, true);
    }, [load]),
    put: useCallback((item: T) => change(item.id, item), [change]),
    remove: useCallback((id: string) => change(id), [change]),
  };
}
