/** Label and field selectors, as list and watch take them. */
import type { Json, KubeObject } from '../types';

/** Decides whether an object is selected. */
export type Selector = (object: KubeObject) => boolean;

/** Thrown on a selector that cannot be read (400). */
export class SelectorError extends Error {}

/** Splits at commas that are not inside parentheses. */
function requirements(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map(part => part.trim())
    .filter(Boolean);
}

/**
 * Reads a label selector: `a=b`, `a==b`, `a!=b`, `a in (x,y)`, `a notin (x,y)`, `a`, `!a`.
 *
 * @throws SelectorError
 */
export function parseLabelSelector(text: string | undefined): Selector {
  if (!text) return () => true;
  const checks = requirements(text).map(part => {
    const set = /^([^\s=!,()]+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(part);
    if (set) {
      const values = set[3].split(',').map(v => v.trim());
      const wanted = set[2] === 'in';
      return (labels: Record<string, string>) =>
        wanted
          ? set[1] in labels && values.includes(labels[set[1]])
          : !(set[1] in labels && values.includes(labels[set[1]]));
    }
    const eq = /^([^\s=!,()]+)\s*(==|=|!=)\s*([^\s=!,()]*)$/.exec(part);
    if (eq) {
      return eq[2] === '!='
        ? (labels: Record<string, string>) => labels[eq[1]] !== eq[3]
        : (labels: Record<string, string>) => labels[eq[1]] === eq[3];
    }
    const exists = /^(!?)([^\s=!,()]+)$/.exec(part);
    if (!exists)
      throw new SelectorError(`unable to parse requirement: ${part}`);
    return (labels: Record<string, string>) =>
      exists[2] in labels === (exists[1] === '');
  });
  return object => checks.every(check => check(object.metadata.labels ?? {}));
}

/**
 * Reads a field selector: `path=value` and `path!=value`. Any path is taken, where
 * Kubernetes takes a list per kind.
 *
 * @throws SelectorError
 */
export function parseFieldSelector(text: string | undefined): Selector {
  if (!text) return () => true;
  const checks = requirements(text).map(part => {
    const match = /^([\w.]+)\s*(==|=|!=)\s*(.*)$/.exec(part);
    if (!match)
      throw new SelectorError(
        `invalid selector: '${part}'; can't understand '${part}'`,
      );
    const [, path, operator, value] = match;
    return (object: KubeObject) => {
      let at: Json = object;
      for (const element of path.split('.')) at = at?.[element];
      return (String(at ?? '') === value) === (operator !== '!=');
    };
  });
  return object => checks.every(check => check(object));
}

/** A `LabelSelector` object (`matchLabels`, `matchExpressions`). */
export function matches(
  selector: Json,
  labels: Record<string, string> = {},
): boolean {
  const wanted = Object.entries(selector?.matchLabels ?? {});
  if (!wanted.every(([key, value]) => labels[key] === value)) return false;
  return (selector?.matchExpressions ?? []).every((e: Json) => {
    switch (e.operator) {
      case 'In':
        return e.values.includes(labels[e.key]);
      case 'NotIn':
        return !e.values.includes(labels[e.key]);
      case 'Exists':
        return e.key in labels;
      case 'DoesNotExist':
        return !(e.key in labels);
      default:
        return false;
    }
  });
}
