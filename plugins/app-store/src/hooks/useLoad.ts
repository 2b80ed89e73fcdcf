import { useCallback, useEffect, useRef, useState } from 'react';

/** Something that is loaded. */
export interface Loaded<T> {
  value?: T;
  error?: Error;
  loading: boolean;
  reload(): void;
}

/** Loads something, and again when `deps` change; what came last counts, and stays while more is loaded. */
export function useLoad<T>(load: () => Promise<T>, deps: unknown[]): Loaded<T> {
  const [state, setState] = useState<{
    value?: T;
    error?: Error;
    loading: boolean;
  }>({ loading: true });
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
  return { ...state, reload: useCallback(() => setTurn(t => t + 1), []) };
}
