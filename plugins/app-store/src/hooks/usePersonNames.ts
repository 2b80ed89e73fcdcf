/**
 * People and groups by the names that the catalog knows them by. The portal's own
 * presentation API asks for many at once and remembers; until it answers, and where
 * it knows nobody, a name is the short form of the ref.
 */
import { useApiHolder } from '@backstage/frontend-plugin-api';
import { entityPresentationApiRef } from '@backstage/plugin-catalog-react';
import { useEffect, useState } from 'react';
import { shortRef } from '../words';

/** Not `store`, not `anonymous`: what the catalog may know. */
const REF = /^(user|group):[^/]+\/.+$/i;
const DEFAULTS = { defaultKind: 'user', defaultNamespace: 'default' };

const isRef = (ref: string | undefined): ref is string => REF.test(ref ?? '');

/** What the catalog answered, by refs; the short refs where it does not. */
function useFound(
  refs: Array<string | undefined>,
): ReadonlyMap<string, string> {
  const api = useApiHolder().get(entityPresentationApiRef);
  const [found, setFound] = useState<ReadonlyMap<string, string>>(new Map());
  const wanted = [...new Set(refs.filter(isRef))].sort().join('\n');
  useEffect(() => {
    if (!wanted) return undefined;
    let current = true;
    const put = (names: Array<[string, string]>) =>
      current && setFound(new Map(names));
    const all = wanted.split('\n');
    Promise.all(
      all.map(async (ref): Promise<[string, string]> => {
        const known = await api?.forEntity(ref, DEFAULTS).promise;
        return [ref, known?.primaryTitle ?? shortRef(ref)];
      }),
    ).then(put, () => put(all.map(ref => [ref, shortRef(ref)])));
    return () => {
      current = false;
    };
  }, [api, wanted]);
  return found;
}

/** The names of these people and groups, by their refs. */
export function usePersonNames(
  refs: Array<string | undefined>,
): (ref: string) => string {
  const found = useFound(refs);
  return ref => found.get(ref) ?? shortRef(ref);
}

/** The name of somebody; `pending` until the catalog has answered. */
export function usePersonName(ref: string): { name: string; pending: boolean } {
  const name = useFound([ref]).get(ref);
  return {
    name: name ?? shortRef(ref),
    pending: isRef(ref) && name === undefined,
  };
}
