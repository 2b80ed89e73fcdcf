/** What texts that people read may hold, and how what they may not hold is shown. */

/**
 * Characters that change the direction of what stands around them
 * (https://www.unicode.org/reports/tr9/): by them a text reads as another one.
 */
const DIRECTION = /\p{Bidi_Control}/u;
/** Those of them that no writing needs which a person types: overrides, embeddings and isolates. */
const OVERRIDE = /[\u202a-\u202e\u2066-\u2069]/u;
const UNSHOWABLE = /[\p{Bidi_Control}\u2028\u2029]/gu;

/** A single line that can be shown as it is. */
export const LINE = /^[^\p{Cc}\p{Bidi_Control}\u2028\u2029]*$/u;

/** `U+202E` */
function codePoint(character: string): string {
  return `U+${character
    .codePointAt(0)!
    .toString(16)
    .toLocaleUpperCase('en-US')
    .padStart(4, '0')}`;
}

/**
 * Why a single line cannot be shown as it is; undefined where it can.
 *
 * @public
 */
export function lineProblem(text: string): string | undefined {
  if (LINE.test(text)) return undefined;
  const [found] = DIRECTION.exec(text) ?? [];
  return found
    ? `contains a character that changes the direction of text (${codePoint(
        found,
      )})`
    : 'must be a single line without control characters';
}

/**
 * The first character of a longer text that turns it around, with its line; marks of one letter are fine.
 *
 * @public
 */
export function turnedAround(
  text: string,
): { character: string; line: number } | undefined {
  const found = OVERRIDE.exec(text);
  return found
    ? {
        character: codePoint(found[0]),
        line: text.slice(0, found.index).split('\n').length,
      }
    : undefined;
}

/**
 * A text with what would turn it around written out: `\u202E`.
 *
 * @public
 */
export function showable(text: string): string {
  return text.replace(
    UNSHOWABLE,
    character => `\\u${codePoint(character).slice(2)}`,
  );
}

/**
 * The same of a longer text, of which the marks of one letter stay as they are.
 *
 * @public
 */
export function showableText(text: string): string {
  return OVERRIDE.test(text)
    ? text.replace(new RegExp(OVERRIDE, 'g'), character => showable(character))
    : text;
}
