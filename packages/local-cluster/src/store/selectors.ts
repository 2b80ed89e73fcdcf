/** Label and field selectors, as list and watch take them, refused in apimachinery's words. */
import type { Json, KubeObject } from '../types';

/** Decides whether an object is selected. */
export type Selector = (object: KubeObject) => boolean;

/** Thrown on a selector that cannot be read (400). */
export class SelectorError extends Error {}

type Token = { kind: 'word' | 'symbol' | 'end'; text: string };
const SYMBOLS = /^(==|!=|=|!|\(|\)|,|>|<)/;
const WORD = /^[^=!(),<>\s]+/;

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let rest = text;
  for (;;) {
    rest = rest.trimStart();
    if (!rest) return [...tokens, { kind: 'end', text: '' }];
    const [found] = SYMBOLS.exec(rest) ?? WORD.exec(rest) ?? [rest[0]];
    tokens.push({ kind: SYMBOLS.test(found) ? 'symbol' : 'word', text: found });
    rest = rest.slice(found.length);
  }
}

type LabelCheck = (labels: Record<string, string>) => boolean;

/** Reads requirements as apimachinery's `labels.Parse` does. */
class LabelParser {
  readonly #tokens: Token[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  #peek(): Token {
    return this.#tokens[this.#at];
  }

  #take(): Token {
    return this.#tokens[this.#at++] ?? { kind: 'end', text: '' };
  }

  all(): LabelCheck[] {
    const checks: LabelCheck[] = [];
    for (;;) {
      const { kind, text } = this.#peek();
      if (kind === 'end') return checks;
      if (kind === 'symbol' && text !== '!')
        throw new SelectorError(
          `found '${text}', expected: !, identifier, or 'end of string'`,
        );
      checks.push(this.#requirement());
      const next = this.#take();
      if (next.kind === 'end') return checks;
      if (next.text !== ',')
        throw new SelectorError(
          `found '${next.text}', expected: ',' or 'end of string'`,
        );
      const after = this.#peek();
      if (after.kind !== 'word' && after.text !== '!')
        throw new SelectorError(
          `found '${after.text}', expected: identifier after ','`,
        );
    }
  }

  #requirement(): LabelCheck {
    const isNegated = this.#peek().text === '!';
    if (isNegated) this.#take();
    const { kind, text: key } = this.#take();
    if (kind !== 'word')
      throw new SelectorError(
        `unable to parse requirement: found '${key}', expected: identifier`,
      );
    const next = this.#peek();
    if (isNegated) return labels => !(key in labels);
    if (next.kind === 'end' || next.text === ',')
      return labels => key in labels;
    const operator = this.#take().text;
    switch (operator) {
      case '=':
      case '==': {
        const value = this.#exact();
        return labels => labels[key] === value;
      }
      case '!=': {
        const value = this.#exact();
        return labels => labels[key] !== value;
      }
      case 'in': {
        const values = this.#values();
        return labels => key in labels && values.includes(labels[key]);
      }
      case 'notin': {
        const values = this.#values();
        return labels => !(key in labels && values.includes(labels[key]));
      }
      case '>':
      case '<': {
        const bound = Number(this.#exact());
        return labels =>
          key in labels &&
          (operator === '>'
            ? Number(labels[key]) > bound
            : Number(labels[key]) < bound);
      }
      default:
        throw new SelectorError(
          `unable to parse requirement: found '${operator}', expected: in, notin, =, ==, !=, gt, lt`,
        );
    }
  }

  #exact(): string {
    const { kind, text } = this.#peek();
    if (kind === 'end' || text === ',') return '';
    if (kind !== 'word')
      throw new SelectorError(
        `unable to parse requirement: found '${text}', expected: identifier`,
      );
    this.#at++;
    return text;
  }

  #values(): string[] {
    const open = this.#take();
    if (open.text !== '(')
      throw new SelectorError(
        `unable to parse requirement: found '${open.text}' expected: '('`,
      );
    const values: string[] = [];
    for (;;) {
      const { kind, text } = this.#take();
      if (text === ')') return values.length ? values : [''];
      if (text === ',') continue;
      if (kind !== 'word')
        throw new SelectorError(
          `unable to parse requirement: found '${text}', expected: ',', ')' or identifier`,
        );
      values.push(text);
    }
  }
}

/**
 * Reads a label selector: `a=b`, `a==b`, `a!=b`, `a in (x,y)`, `a notin (x,y)`, `a`, `!a`, `a>1`.
 *
 * @throws SelectorError
 */
export function parseLabelSelector(text: string | undefined): Selector {
  if (!text) return () => true;
  const checks = new LabelParser(text).all();
  return object => checks.every(check => check(object.metadata.labels ?? {}));
}

/** One term of a field selector. */
interface FieldTerm {
  path: string;
  isEqual: boolean;
  value: string;
}

/** @throws SelectorError */
function parseFieldTerms(text: string | undefined): FieldTerm[] {
  return (text ?? '')
    .split(',')
    .filter(Boolean)
    .map(part => {
      const match = /^(.*?)(==|!=|=)(.*)$/.exec(part);
      if (!match)
        throw new SelectorError(
          `invalid selector: '${text}'; can't understand '${part}'`,
        );
      return { path: match[1], isEqual: match[2] !== '!=', value: match[3] };
    });
}

/**
 * Reads a field selector: `path=value` and `path!=value`.
 *
 * @param known - the paths that the kind selects by, and how each one is read where it is not the field of that name
 * @throws SelectorError
 */
export function parseFieldSelector(
  text: string | undefined,
  known: Record<string, ((object: KubeObject) => Json) | undefined>,
): Selector {
  const terms = parseFieldTerms(text);
  for (const { path } of terms)
    if (!Object.hasOwn(known, path))
      throw new SelectorError(unknownField(path, Object.keys(known)));
  return object =>
    terms.every(({ path, isEqual, value }) => {
      const read = known[path];
      const found = read ? read(object) : fieldAt(object, path);
      return (String(found ?? '') === value) === isEqual;
    });
}

/** What the server says of a path that a kind does not select by. */
function unknownField(path: string, known: string[]): string {
  const plain = known.every(each =>
    ['metadata.name', 'metadata.namespace'].includes(each),
  );
  return plain
    ? `${JSON.stringify(
        path,
      )} is not a known field selector: only "metadata.name", "metadata.namespace"`
    : `field label not supported: ${path}`;
}

function fieldAt(object: KubeObject, path: string): Json {
  let at: Json = object;
  for (const element of path.split('.')) at = at?.[element];
  return at;
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
