/** Of what checks of pod security are made, and the words that they share. */
import type { Json } from '../types';

/** One check. */
export interface Check {
  reason: string;
  /** @returns what is wrong, in words; undefined where nothing is */
  run(metadata: Json, spec: Json): string | undefined;
}

export function containersOf(spec: Json): Json[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
}

/** `container "a"`, `containers "a", "b"`. */
export function named(containers: Json[]): string {
  return `${containers.length > 1 ? 'containers' : 'container'} ${containers
    .map(each => JSON.stringify(each.name))
    .join(', ')}`;
}

export function quoted(values: string[]): string {
  return values.map(each => JSON.stringify(each)).join(', ');
}

/** Who sets something: `pod and container "a"`; undefined where nobody does. */
export function settersOf(
  spec: Json,
  isSet: (securityContext: Json) => boolean,
): string | undefined {
  const containers = containersOf(spec).filter(each =>
    isSet(each.securityContext ?? {}),
  );
  const setters = [
    ...(isSet(spec.securityContext ?? {}) ? ['pod'] : []),
    ...(containers.length ? [named(containers)] : []),
  ];
  return setters.length ? setters.join(' and ') : undefined;
}

/** What is found in the security contexts of a pod and its containers: each value once, sorted. */
export function valuesIn(
  spec: Json,
  find: (securityContext: Json) => string | undefined,
): string[] {
  const all = [spec, ...containersOf(spec)].map(each =>
    find(each.securityContext ?? {}),
  );
  return [
    ...new Set(all.filter((each): each is string => each !== undefined)),
  ].sort();
}
