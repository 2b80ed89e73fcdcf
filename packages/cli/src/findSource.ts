/** Finds the directory of an app beside a file that declares it. */
import { readAppToml } from '@ai-app-store/backstage-plugin-app-store-common';
import { readdir, readFile } from 'node:fs/promises';
import { join, posix, relative, sep } from 'node:path';

/** How many directories below the file it looks, and at how many in all. */
const DEPTH = 3;
const DIRECTORIES = 500;

async function nameIn(directory: string): Promise<string | undefined> {
  const text = await readFile(join(directory, 'app.toml'), 'utf8').catch(
    () => undefined,
  );
  return text === undefined ? undefined : readAppToml(text).manifest?.name;
}

/**
 * The directory whose `app.toml` names an app, the nearest first, as `spec.source` has it.
 *
 * @param root - the directory of the file that declares it
 * @returns such as `./` or `./lunch/`; undefined where there is none within three directories
 */
export async function findSource(
  root: string,
  name: string,
): Promise<string | undefined> {
  let level = [root];
  let seen = 0;
  for (let depth = 0; depth <= DEPTH && level.length; depth++) {
    const next: string[] = [];
    for (const directory of level) {
      if (++seen > DIRECTORIES) return undefined;
      if ((await nameIn(directory)) === name) {
        const path = relative(root, directory).split(sep).join(posix.sep);
        return path ? `./${path}/` : './';
      }
      const entries = await readdir(directory, { withFileTypes: true }).catch(
        () => [],
      );
      next.push(
        ...entries
          .filter(
            entry =>
              entry.isDirectory() && !/^(\.|node_modules$)/.test(entry.name),
          )
          .map(entry => join(directory, entry.name))
          .sort(),
      );
    }
    level = next;
  }
  return undefined;
}
