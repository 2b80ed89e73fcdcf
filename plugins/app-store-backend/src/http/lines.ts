/** Text in lines, as it comes: an app may write without ever ending one. */
import type { Readable } from 'node:stream';

/** Longest line, in UTF-16 code units; a longer one goes on in the next. */
export const LINE_LIMIT = 16_384;

/** The lines of UTF-8 text, without their ends. */
export async function* linesOf(text: Readable): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of text.setEncoding('utf8')) {
    // What is left over was looked through already.
    const parts = (chunk as string).split('\n');
    parts[0] = rest + parts[0];
    rest = parts.pop()!;
    for (const line of parts)
      yield* pieces(line.endsWith('\r') ? line.slice(0, -1) : line);
    if (rest.length <= LINE_LIMIT) continue;
    const long = [...pieces(rest)];
    rest = long.pop()!;
    yield* long;
  }
  if (rest) yield rest;
}

function* pieces(line: string): Generator<string> {
  let from = 0;
  do {
    // No surrogate pair is taken apart.
    const split = /[\uD800-\uDBFF]/.test(line.charAt(from + LINE_LIMIT - 1));
    const to = from + LINE_LIMIT - (split ? 1 : 0);
    yield line.slice(from, to);
    from = to;
  } while (from < line.length);
}
