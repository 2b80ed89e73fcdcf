/**
 * Reads JSON as the API server does: with the words of Go's `encoding/json` where it is none, with
 * the keys that come twice, and with a bound on how deep it may nest.
 */
import { setField } from '../schema/setField';
import type { Json } from '../types';

/** What Go's `encoding/json` says of a text that is no JSON. */
export class JsonSyntaxError extends Error {}

/** The depth at which `sigs.k8s.io/json` gives up. */
const MOST_DEPTH = 10_000;
/** Our own walks are recursive: what nests deeper is refused before it gets there. */
const DEPTH_SERVED = 500;

const ESCAPES: Record<string, string> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** What stands in a string as it is: all but quotes, backslashes and control characters. */
const PLAIN = /[ !#-[\]-\uffff]*/y;

/** A character as Go quotes it. */
function quoted(char: string): string {
  if (char === "'") return `'\\''`;
  if (char === '"') return `'"'`;
  return `'${JSON.stringify(char).slice(1, -1)}'`;
}

class Parser {
  readonly duplicates: string[] = [];
  readonly #text: string;
  readonly #path: Array<string | number> = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Json {
    const value = this.#value('looking for beginning of value');
    this.#space();
    if (this.#at < this.#text.length) this.#fail('after top-level value');
    return value;
  }

  #space(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? 'x')) this.#at++;
  }

  #fail(context: string): never {
    const char = this.#text[this.#at];
    throw new JsonSyntaxError(
      char === undefined
        ? 'unexpected end of JSON input'
        : `invalid character ${quoted(char)} ${context}`,
    );
  }

  #value(context: string): Json {
    this.#space();
    const char = this.#text[this.#at];
    if (char === '{') return this.#object();
    if (char === '[') return this.#array();
    if (char === '"') return this.#string();
    if (char === 't') return this.#literal('true', true);
    if (char === 'f') return this.#literal('false', false);
    if (char === 'n') return this.#literal('null', null);
    if (char === '-' || (char >= '0' && char <= '9')) return this.#number();
    return this.#fail(context);
  }

  #deeper(): void {
    if (this.#path.length >= MOST_DEPTH)
      throw new JsonSyntaxError('exceeded max depth');
    if (this.#path.length >= DEPTH_SERVED)
      throw new JsonSyntaxError(
        `exceeded max depth of this server (${DEPTH_SERVED})`,
      );
  }

  #object(): Json {
    const out: Record<string, Json> = {};
    this.#deeper();
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === '}') {
      this.#at++;
      return out;
    }
    for (;;) {
      this.#space();
      if (this.#text[this.#at] !== '"')
        this.#fail('looking for beginning of object key string');
      const key = this.#string();
      this.#space();
      if (this.#text[this.#at] !== ':') this.#fail('after object key');
      this.#at++;
      this.#path.push(key);
      if (Object.hasOwn(out, key)) this.duplicates.push(pathOf(this.#path));
      const value = this.#value('looking for beginning of value');
      setField(out, key, value);
      this.#path.pop();
      this.#space();
      const next = this.#text[this.#at];
      if (next !== ',' && next !== '}')
        this.#fail('after object key:value pair');
      this.#at++;
      if (next === '}') return out;
    }
  }

  #array(): Json {
    const out: Json[] = [];
    this.#deeper();
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === ']') {
      this.#at++;
      return out;
    }
    for (;;) {
      this.#path.push(out.length);
      out.push(this.#value('looking for beginning of value'));
      this.#path.pop();
      this.#space();
      const next = this.#text[this.#at];
      if (next !== ',' && next !== ']') this.#fail('after array element');
      this.#at++;
      if (next === ']') return out;
    }
  }

  #string(): string {
    let out = '';
    this.#at++;
    for (;;) {
      PLAIN.lastIndex = this.#at;
      const [plain] = PLAIN.exec(this.#text)!;
      out += plain;
      this.#at += plain.length;
      const char = this.#text[this.#at];
      if (char === '"') {
        this.#at++;
        return out;
      }
      if (char !== '\\') this.#fail('in string literal');
      this.#at++;
      const escape = this.#text[this.#at];
      if (escape === 'u') {
        const digits = this.#text.slice(this.#at + 1, this.#at + 5);
        const wrong = /[^0-9a-fA-F]/.exec(digits);
        if (digits.length < 4 || wrong) {
          this.#at += 1 + (wrong ? wrong.index : digits.length);
          this.#fail('in \\u hexadecimal character escape');
        }
        out += String.fromCharCode(parseInt(digits, 16));
        this.#at += 5;
      } else if (escape !== undefined && escape in ESCAPES) {
        out += ESCAPES[escape];
        this.#at++;
      } else this.#fail('in string escape code');
    }
  }

  #literal(word: string, value: Json): Json {
    for (let index = 0; index < word.length; index++, this.#at++)
      if (this.#text[this.#at] !== word[index])
        this.#fail(`in literal ${word} (expecting ${quoted(word[index])})`);
    return value;
  }

  #number(): number {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (!match) {
      this.#at++;
      return this.#fail('in numeric literal');
    }
    this.#at += match[0].length;
    return Number(match[0]);
  }
}

/** `spec.containers[0].name`, as the API server writes paths. */
function pathOf(path: Array<string | number>): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index ? '.' : ''}${part}`,
    )
    .join('');
}

/**
 * Reads a text.
 *
 * @returns the value, with the last one of keys that come twice; and the paths of these
 * @throws JsonSyntaxError
 */
export function parseJson(text: string): {
  value: Json;
  duplicates: string[];
} {
  const parser = new Parser(text);
  const value = parser.whole();
  return { value, duplicates: parser.duplicates };
}
