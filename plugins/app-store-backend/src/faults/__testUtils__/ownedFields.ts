/** The fields of an object that the store owns, and edits of them as somebody else would make them. */
import type { AnyObject } from '../../cluster/__testUtils__/ClusterUnderTest';
import { FIELD_MANAGER } from '../../kubernetes/manifests/labels';

type Fields = { [field: string]: Fields };
type Value = unknown;

/** Where a value is: names of fields, and what tells an element of a list from the others. */
type Step = string | { key: Record<string, Value> } | { value: Value };
export type Path = Step[];

function stepOf(field: string): Step {
  const text = field.slice(2);
  if (field.startsWith('k:')) return { key: JSON.parse(text) };
  if (field.startsWith('v:')) return { value: JSON.parse(text) };
  return text;
}

function leaves(fields: Fields, path: Path): Path[] {
  return Object.entries(fields).flatMap(([field, below]) => {
    // The element itself: its own fields follow.
    if (field === '.') return [];
    const at = [...path, stepOf(field)];
    return Object.keys(below).length ? leaves(below, at) : [at];
  });
}

/** Every field that the store wrote. https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management */
export function ownedFields({ metadata }: AnyObject): Path[] {
  return (metadata?.managedFields ?? [])
    .filter(entry => entry.manager === FIELD_MANAGER && !entry.subresource)
    .flatMap(({ fieldsV1 }) => leaves(fieldsV1 as Fields, []));
}

const indexOf = (list: Value[], step: Exclude<Step, string>): number =>
  list.findIndex(each =>
    'key' in step
      ? Object.entries(step.key).every(
          ([name, value]) => (each as Record<string, Value>)[name] === value,
        )
      : each === step.value,
  );

/** The value at a path; undefined where there is none. */
export function valueAt(object: Value, path: Path): Value {
  let at = object as any;
  for (const step of path) {
    if (at === undefined || at === null) return undefined;
    at = at[typeof step === 'string' ? step : indexOf(at, step)];
  }
  return at;
}

/** RFC 6901. */
export function pointerOf(object: Value, path: Path): string {
  let at = object as any;
  return path
    .map(step => {
      const name = typeof step === 'string' ? step : indexOf(at, step);
      at = at?.[name];
      return `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
    })
    .join('');
}

export const nameOf = (path: Path): string =>
  path
    .map(step =>
      typeof step === 'string'
        ? step
        : `[${Object.values('key' in step ? step.key : step).join(',')}]`,
    )
    .join('.');

/** Values that somebody may write there instead, one of which the API takes, or none. */
export function others(value: Value): Value[] {
  switch (typeof value) {
    case 'string':
      return [
        `${value}x`,
        ...['UDP', 'RollingUpdate', 'OrderedReady', 'Unconfined', 'Always'],
        ...['Egress', '1', '1Mi', 'other'],
      ].filter(each => each !== value);
    case 'number':
      return [value + 1, value - 1];
    case 'boolean':
      return [!value];
    default:
      return Array.isArray(value)
        ? [[], value.slice(1), [...value, ...value]]
        : [{}, { other: 'x' }];
  }
}
