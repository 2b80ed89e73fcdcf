/** Where an answer differs from the recorded one. */
import type { Exchange, Json } from './recording';
import { BY_CLOCK, IGNORED, NUMBERS, SERVER_MADE, TEXTS } from './rules';

/** One place where they differ. */
export interface Difference {
  path: string;
  recorded: Json;
  ours: Json;
}

/** Compares a translated answer with ours; key order does not count. */
export class Comparison {
  readonly differences: Difference[] = [];
  readonly #literals: Set<string>;

  /** @param literals - values that requests of the file contain: not the server's, so the same here */
  constructor(literals: Set<string>) {
    this.#literals = literals;
  }

  values(recorded: Json, ours: Json, path = ''): void {
    if (recorded === ours || IGNORED.some(rule => rule.path.test(path))) return;
    const field = path.split('.').pop() ?? '';
    if (
      typeof recorded === 'number' &&
      typeof ours === 'number' &&
      !this.#literals.has(String(recorded)) &&
      NUMBERS.some(rule => rule.field.test(field))
    )
      return;
    if (typeof recorded === 'string' && typeof ours === 'string') {
      if (!this.#isLike(field, recorded, ours))
        this.#differ(path, recorded, ours);
      return;
    }
    if (
      !recorded ||
      !ours ||
      typeof recorded !== 'object' ||
      typeof ours !== 'object' ||
      Array.isArray(recorded) !== Array.isArray(ours)
    ) {
      this.#differ(path, recorded, ours);
      return;
    }
    if (Array.isArray(recorded)) {
      if (recorded.length !== ours.length) {
        this.#differ(path, recorded, ours);
        return;
      }
      const [left, right] = [recorded, ours].map(list =>
        BY_CLOCK.path.test(path)
          ? [...list].sort((a, b) =>
              BY_CLOCK.key(a) < BY_CLOCK.key(b) ? -1 : 1,
            )
          : list,
      );
      left.forEach((item: Json, index: number) =>
        this.values(item, right[index], `${path}[${index}]`),
      );
      return;
    }
    for (const key of new Set([
      ...Object.keys(recorded),
      ...Object.keys(ours),
    ])) {
      const at = path ? `${path}.${key}` : key;
      if (!(key in ours) || !(key in recorded))
        this.#differ(at, recorded[key], ours[key]);
      else this.values(recorded[key], ours[key], at);
    }
  }

  #isLike(field: string, recorded: string, ours: string): boolean {
    const rule = SERVER_MADE.find(each => each.field.test(field));
    if (rule && !this.#literals.has(recorded))
      return rule.form.test(recorded) && rule.form.test(ours);
    const plain = (text: string) =>
      TEXTS.reduce((at, [pattern, word]) => at.replace(pattern, word), text);
    return plain(recorded) === plain(ours);
  }

  #differ(path: string, recorded: Json, ours: Json): void {
    this.differences.push({ path, recorded, ours });
  }
}

/** Every string that a value contains. */
export function stringsIn(value: Json, into = new Set<string>()): Set<string> {
  if (typeof value === 'string' || typeof value === 'number')
    into.add(String(value));
  else if (value && typeof value === 'object')
    Object.values(value).forEach(item => stringsIn(item, into));
  return into;
}

/** Strings that requests bring: those that no answer had shown before. */
export function literalsOf(exchanges: Exchange[]): Set<string> {
  const shown = new Set<string>();
  const literals = new Set<string>();
  for (const { request, response } of exchanges) {
    for (const text of stringsIn(request.body))
      if (!shown.has(text)) literals.add(text);
    stringsIn([response.body, response.stream], shown);
  }
  return literals;
}
