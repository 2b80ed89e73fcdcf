// The workspaces that are published.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../run.mjs';
import { Sentence } from '../words.mjs';

/**
 * A workspace that is published.
 *
 * @typedef {object} Published
 * @property {string} at - its directory, from the root
 * @property {any} manifest - package.json as it stands in the repository
 */

/** @param {string} path */
export const json = path => JSON.parse(readFileSync(path, 'utf8'));

/** @returns {Published[]} */
export function published() {
  return ['packages', 'plugins']
    .flatMap(group =>
      readdirSync(join(ROOT, group)).map(name => `${group}/${name}`),
    )
    .filter(at => existsSync(join(ROOT, at, 'package.json')))
    .map(at => ({ at, manifest: json(join(ROOT, at, 'package.json')) }))
    .filter(({ manifest }) => !manifest.private);
}

/** @param {string} name - of a package */
export const archiveOf = name =>
  `${name.replace('@', '').replace('/', '-')}.tgz`;

/**
 * Runs a program; what it says is shown where it fails.
 *
 * @param {string} what
 * @param {Promise<import('../types').Ran>} ran
 */
export async function succeed(what, ran) {
  const { code, output } = await ran;
  if (code !== 0)
    throw new Sentence(`${what} failed:\n${output.trim().slice(-4000)}`);
  return output;
}
