/**
 * What a page keeps for whoever comes back to it: by the entry of the browser's
 * history, so that Back shows what was left, and a new visit begins anew.
 */
import { useLocation } from 'react-router-dom';
import { SessionNumbers } from './sessionNumbers';

/** Entries remembered; older ones are loaded again. */
const MOST = 50;
const values = new Map<string, unknown>();
const lengths = new SessionNumbers('app-store-lengths');

/** A place for one value of the page that is shown now. */
export interface Kept<T> {
  /** Changes with the page that is shown. */
  place: string;
  get(): T | undefined;
  /** How long it was, also after the portal was loaded again. */
  length(): number;
  set(value: T, length?: number): void;
}

/** @param name - of the value, unique on the page */
export function useKept<T>(name: string): Kept<T> {
  const place = `${useLocation().key}/${name}`;
  return {
    place,
    length: () => lengths.get(place) ?? 0,
    get: () => values.get(place) as T | undefined,
    set: (value, length) => {
      if (length !== undefined) lengths.set(place, length);
      values.delete(place);
      values.set(place, value);
      if (values.size > MOST)
        values.delete(values.keys().next().value as string);
    },
  };
}
