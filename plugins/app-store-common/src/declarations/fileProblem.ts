import type { Problem } from '../types';

/** How the catalog says which entity a processor refuses, and why. */
const REFUSED_ENTITY =
  /^Processor \w+ threw an error while \w+ the entity (\S+); caused by \w*Error: (.*)$/;
/** How it begins where it could not get the file (Backstage, `UrlReaderProcessor`). */
const NOT_READ = /^Unable to read \w+, (?:\w*Error: )?(.*)$/;
const NOT_THERE = /no matching files|not found|could not be found|\b404\b/i;
const NOT_ALLOWED = /\bnot allowed\b|\b40[13]\b/i;

/**
 * Why the catalog cannot read a file, from what it says: a fault of the file, of its address, or of the way there.
 *
 * @param said - a message of the catalog. Only its first line is told on: the others are of the file, which may have a value where none belongs
 *
 * @public
 */
export function fileProblem(said: string): Problem {
  const [line] = said.replace(/^\w*Error: /, '').split('\n');
  const fault = NOT_READ.exec(line)?.[1];
  if (fault === undefined) {
    const [, ref, reason] = REFUSED_ENTITY.exec(line) ?? [];
    return {
      code: 'BAD_FILE',
      message: `The catalog cannot use the file. ${
        reason ? `${ref}: ${reason}` : line
      }`,
      owner: 'author',
      remedy: 'Correct the file.',
    };
  }
  if (NOT_THERE.test(fault))
    return {
      code: 'FILE_NOT_FOUND',
      message: `There is no such file: ${fault}`,
      owner: 'author',
      remedy: 'Check the address, the branch and the name of the file.',
    };
  if (NOT_ALLOWED.test(fault))
    return {
      code: 'FILE_NOT_ALLOWED',
      message: `The portal may not read the file: ${fault}`,
      owner: 'admin',
      remedy:
        'An admin adds the host to integrations or backend.reading.allow in the configuration of the portal, with credentials that may read it.',
    };
  return {
    code: 'FILE_NOT_READ',
    message: `The address of the file cannot be reached: ${fault}`,
    owner: 'platform',
    remedy:
      'The catalog tries again by itself. If it lasts, check the address and that the portal reaches its host.',
  };
}
