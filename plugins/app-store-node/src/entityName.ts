/**
 * Names of entities for texts that come from elsewhere: a subject, a role. Two texts
 * never have the same name, also where refs ignore case, and each name is one that
 * the catalog accepts.
 */
import { createHash } from 'node:crypto';

const PLAIN = /^[a-z0-9](?:[a-z0-9_.-]{0,61}[a-z0-9])?$/;
const DIGESTED = /(?:^|-)x[0-9a-f]{40}$/;
/** With the digest at most 63 characters. */
const READABLE = 20;

/**
 * Whether a name was made from a text that is none itself.
 *
 * @public
 */
export function isDigestedName(name: string): boolean {
  return PLAIN.test(name) && DIGESTED.test(name);
}

/**
 * The text itself where it is a lower-case name; otherwise what of it is readable,
 * with a digest of all of it. A text that looks like the latter gets a digest too.
 *
 * @public
 */
export function entityNameOf(text: string): string {
  if (PLAIN.test(text) && !DIGESTED.test(text)) return text;
  const readable = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, READABLE)
    .replace(/^-|-$/g, '');
  // UTF-8 would make one of all lone surrogates.
  const digest = createHash('sha256')
    .update(Buffer.from(text, 'utf16le'))
    .digest('hex')
    .slice(0, 40);
  return readable ? `${readable}-x${digest}` : `x${digest}`;
}
