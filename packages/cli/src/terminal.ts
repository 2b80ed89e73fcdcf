/**
 * What a terminal is given of texts that others wrote: colours where a person reads,
 * and nothing else that would steer it. What is taken out is written out (`\u001B`), so
 * that nothing disappears unseen.
 */

/** Select Graphic Rendition (ECMA-48, 8.3.117), in its seven-bit form. */
// eslint-disable-next-line no-control-regex -- controls are what it looks for
const SGR = /^\x1b\[([\d;:]*)m/;
/** Bytes of a colour that may go on in the next piece of a text. */
// eslint-disable-next-line no-control-regex -- controls are what it looks for
const BEGUN = /(\x1b(\[[\d;:]{0,40})?|\r)$/;
/** Controls but for tab and line feed, C1 controls, and what changes the direction of text or ends a line. */
const STEERING =
  // eslint-disable-next-line no-control-regex
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\p{Bidi_Control}\u2028\u2029]/u;
const RESET = '\x1b[0m';

/** Blinking and hidden text are no colours. */
function isColour(parameters: string): boolean {
  const rest = parameters.replace(
    /(^|;)[345]8[;:](5[;:]\d+|2([;:]\d*){3,4})/g,
    '$1',
  );
  return !/(^|;)0*[568](?=$|[;:])/.test(rest);
}

function written(character: string): string {
  return `\\u${character
    .codePointAt(0)!
    .toString(16)
    .toLocaleUpperCase('en-US')
    .padStart(4, '0')}`;
}

/** Lets a text through piece by piece. */
export class TerminalFilter {
  readonly #colours: boolean;
  #rest = '';
  #coloured = false;

  /** @param options.colours - whether colours get through; they are dropped otherwise */
  constructor(options: { colours: boolean }) {
    this.#colours = options.colours;
  }

  #pass(text: string): string {
    let out = '';
    // Most of a text is plain: it is taken as a whole.
    for (let at = 0; at < text.length; ) {
      const next = text.slice(at).search(STEERING);
      if (next < 0) return out + text.slice(at);
      out += text.slice(at, at + next);
      at += next;
      const colour = SGR.exec(text.slice(at, at + 64));
      if (colour) {
        if (this.#colours && isColour(colour[1])) {
          out += colour[0];
          this.#coloured = true;
        }
        at += colour[0].length;
      } else if (text[at] === '\r') {
        // Going back in the line would hide what stands there.
        if (text[at + 1] !== '\n') out += '\n';
        at += 1;
      } else {
        out += written(text[at]);
        at += 1;
      }
    }
    return out;
  }

  push(piece: string): string {
    const text = this.#rest + piece;
    const begun = BEGUN.exec(text)?.index ?? text.length;
    this.#rest = text.slice(begun);
    return this.#pass(text.slice(0, begun));
  }

  /** What is left; colours end with the text. */
  end(): string {
    const out = this.#pass(this.#rest) + (this.#coloured ? RESET : '');
    this.#rest = '';
    this.#coloured = false;
    return out;
  }
}

/** A whole text. */
export function forTerminal(
  text: string,
  options: { colours: boolean } = { colours: false },
): string {
  const filter = new TerminalFilter(options);
  return filter.push(text) + filter.end();
}

/** JSON for people and programs: the same values, without a character that steers a terminal. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(
    // Below a space JSON escapes by itself.
    /[\x7f-\x9f\p{Bidi_Control}\u2028\u2029]/gu,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
