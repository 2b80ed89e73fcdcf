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

/** The names of these people and groups, by their refs. */
export function usePersonNames(
  refs: Array<string | undefined>,
): (ref: string) => string {
  const api = useApiHolder().get(entityPresentationApiRef);
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map());
  const wanted = [
    ...new Set(refs.filter((ref): ref is string => REF.test(ref ?? ''))),
  ]
    .sort()
    .join('\n');
  useEffect(() => {
    if (!api || !wanted) return undefined;
    let current = true;
    Promise.all(
      wanted
        .split('\n')
        .map(async ref => [ref, await api.forEntity(ref, DEFAULTS).promise]),
    ).then(
      found =>
        current &&
        setNames(
          new Map(
            (found as Array<[string, { primaryTitle: string }]>).map(
              ([ref, { primaryTitle }]) => [ref, primaryTitle],
            ),
          ),
        ),
      // The short refs stay.
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [api, wanted]);
  return ref => names.get(ref) ?? shortRef(ref);
}
