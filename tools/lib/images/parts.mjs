// What images hold beside Debian's packages, each put into a directory that becomes a layer.
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { run, ROOT } from '../run.mjs';
import { Sentence } from '../words.mjs';

/** In runtime images apps are installed by this npm. */
const NPM = {
  version: '11.6.0',
  integrity:
    'sha512-d/P7DbvYgYNde9Ehfeq99+13/E7E82PfZPw8uYZASr9sQ3ZhBBCA9cXSJRA1COfJ6jDLJ0K36UJnXQWhCvLXuQ==',
};
/** Where the entry program is; the packages that it needs are found above it. */
const HOME = 'opt/app-store';

/**
 * @param {string} tree
 * @param {string} to - absolute, in the image
 * @param {string} at - in the image
 */
function link(tree, to, at) {
  mkdirSync(dirname(join(tree, at)), { recursive: true });
  symlinkSync(to, join(tree, at));
}

/**
 * Node.js, as `/usr/local/bin/node`.
 *
 * @param {string} tree
 * @param {string} from - the directory of its package
 */
export function addNode(tree, from) {
  const bin = join(tree, 'usr/local/bin');
  mkdirSync(bin, { recursive: true });
  copyFileSync(join(from, 'bin/node'), join(bin, 'node'));
  const { version } = JSON.parse(
    readFileSync(join(from, 'package.json'), 'utf8'),
  );
  return [{ name: 'node', version, purl: `pkg:generic/node@${version}` }];
}

/**
 * The entry program, and what it needs of the registry.
 *
 * @param {string} tree
 */
export function addEntry(tree) {
  cpSync(join(ROOT, 'packages/runtime-entry/bin'), join(tree, HOME, 'entry'), {
    recursive: true,
  });
  link(tree, `/${HOME}/entry/app-store-entry`, 'usr/local/bin/app-store-entry');
  /** @type {Set<string>} */
  const added = new Set();
  const add = (/** @type {string} */ name, /** @type {string} */ from) => {
    if (added.has(name)) return;
    added.add(name);
    let directory = dirname(createRequire(from).resolve(name));
    while (!existsSync(join(directory, 'package.json')))
      directory = dirname(directory);
    const own = realpathSync(directory);
    cpSync(own, join(tree, HOME, 'node_modules', name), { recursive: true });
    const manifest = join(own, 'package.json');
    const { dependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8'));
    for (const inner of Object.keys(dependencies)) add(inner, manifest);
  };
  add('sirv', join(ROOT, 'packages/runtime-entry/package.json'));
}

/**
 * npm, as it is published.
 *
 * @param {string} tree
 * @param {{ npm: string, node: string, room: string }} options - the npm that fetches it, and what runs that
 */
export async function addNpm(tree, { npm, node, room }) {
  const { code, output } = await run(
    node,
    [
      join(npm, 'bin/npm-cli.js'),
      'pack',
      `npm@${NPM.version}`,
      '--silent',
      `--pack-destination=${room}`,
    ],
    { collect: true, cwd: room },
  );
  const file = readdirSync(room).find(
    name => name === `npm-${NPM.version}.tgz`,
  );
  if (code !== 0 || !file)
    throw new Sentence(
      `npm ${NPM.version} could not be fetched from the npm registry:\n${output}`,
    );
  const path = join(room, file);
  const found = createHash('sha512')
    .update(readFileSync(path))
    .digest('base64');
  if (`sha512-${found}` !== NPM.integrity)
    throw new Sentence(
      `npm ${NPM.version} is not what it was: sha512-${found}.`,
    );
  const home = join(tree, HOME, 'node_modules/npm');
  mkdirSync(home, { recursive: true });
  await run('tar', ['-xzf', path, '-C', home, '--strip-components=1']);
  rmSync(path);
  for (const part of ['docs', 'man', 'html'])
    rmSync(join(home, part), { recursive: true, force: true });
  for (const name of ['npm', 'npx'])
    link(
      tree,
      `/${HOME}/node_modules/npm/bin/${name}-cli.js`,
      `usr/local/bin/${name}`,
    );
}

/** Where `npmPackages` finds what was added. @param {string} tree */
export const packagesOf = tree => join(tree, HOME, 'node_modules');
