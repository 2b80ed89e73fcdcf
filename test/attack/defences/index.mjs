// Every defence that an attack test holds in place. `npm run defences` takes each out of a copy
// of the checkout in turn, by replacing its source text, and demands that its test fails.
//
// A defence is
//   finding  the number of the finding, or a word for the attack
//   name     what it does, in one line
//   file     the file that holds it, from the root of the checkout
//   from     its text; must occur exactly once in the file
//   to       the text without it
//   test     { jest: 'path of the test file', name: 'part of the test's name' } or
//            { attack: 'file in test/attack', name: 'part of the test's name' }
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));

/** All defences, of every file beside this one. */
export async function defences() {
  const files = readdirSync(HERE).filter(
    file => file.endsWith('.mjs') && file !== 'index.mjs',
  );
  const lists = await Promise.all(
    files.sort().map(file => import(join(HERE, file))),
  );
  return lists.flatMap(list => list.default);
}
