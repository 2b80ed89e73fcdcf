import { useSearchParams } from 'react-router-dom';

/** The address's search, and how to change parts of it without a step in the history; empty takes one out. */
export function useChangeParams(): [
  params: URLSearchParams,
  change: (values: Record<string, string>) => void,
] {
  const [params, setParams] = useSearchParams();
  const change = (values: Record<string, string>) =>
    setParams(
      before => {
        const next = new URLSearchParams(before);
        for (const [name, value] of Object.entries(values))
          if (value) next.set(name, value);
          else next.delete(name);
        return next;
      },
      { replace: true },
    );
  return [params, change];
}
