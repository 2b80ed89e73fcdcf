import { useCallback, useEffect, useRef, useState } from 'react';
import type { Kept } from './kept';

/**
 * Something that is loaded.
 *
 * @public
 */
export interface Loaded<T> {
  value?: T;
  error?: Error;
  loading: boolean;
  reload(): void;
}

/**
 * Loads something, and again when `deps` change; what came last counts, and stays while more is loaded.
 *
 * @param kept - what was known before, shown until the answer is there, and where the answer is kept
 */
export function useLoad<T>(
  load: () => Promise<T>,
  deps: unknown[],
  kept?: Pick<Kept<T>, 'place' | 'get' | 'set'>,
): Loaded<T> {
  const [state, setState] = useState<{
    value?: T;
    error?: Error;
    loading: boolean;
  }>(() => ({ value: kept?.get(), loading: true }));
  const [turn, setTurn] = useState(0);
  const latest = useRef(load);
  latest.current = load;
  useEffect(() => {
    let current = true;
    setState(before => ({ ...before, loading: true }));
    latest.current().then(
      value => current && setState({ value, loading: false }),
      error =>
        current &&
        setState(before => ({ value: before.value, error, loading: false })),
    );
    return () => {
      current = false;
    };
    // The caller says what the load depends on.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [turn, ...deps]);
  const keep = useRef(kept);
  keep.current = kept;
  const { value } = state;
  useEffect(() => {
    if (value !== undefined) keep.current?.set(value);
  }, [value, kept?.place]);
  return { ...state, reload: useCallback(() => setTurn(t => t + 1), []) };
}
