// The environment of a Node.js app: `node_modules` beside its package.json.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { install } from './install.mjs';
import { handIn, restore } from './keeping.mjs';
import { npmReason } from './npmReason.mjs';
import { Failure } from './settings.mjs';

const OPTIONS = [
  '--omit=dev',
  '--no-audit',
  '--no-fund',
  '--no-update-notifier',
  // Else npm tries for minutes to reach a registry that is not there.
  '--fetch-retries=2',
  '--fetch-retry-mintimeout=1000',
  '--fetch-retry-maxtimeout=5000',
];

/**
 * @param {string} root
 * @param {() => void} onWork
 */
export async function nodeDependencies(root, onWork) {
  const manifestPath = join(root, 'package.json');
  if (!existsSync(manifestPath)) return 'No package.json: nothing to install';
  let manifest;
  try {
    manifest = JSON.parse(readFileSync(manifestPath, 'utf8'));
  } catch (error) {
    throw new Failure(`package.json cannot be read: ${error.message}`);
  }
  const wanted = Object.keys({
    ...manifest?.dependencies,
    ...manifest?.optionalDependencies,
  });
  if (!wanted.length)
    return 'package.json names no dependencies: nothing to install';
  const modules = join(root, 'node_modules');
  if (existsSync(modules)) return 'The bundle has its own node_modules';
  onWork();
  const place = { parent: root, name: 'node_modules' };
  const fingerprint = `${process.platform}-${process.arch}-node-${process.versions.node}`;
  const { restored, damaged } = await restore(fingerprint, place);
  if (restored) return 'Nothing was installed';
  const locked = existsSync(join(root, 'package-lock.json'));
  await install('npm', [locked ? 'ci' : 'install', ...OPTIONS], {
    cwd: root,
    directories: [root],
    packages: [modules],
    reason: npmReason,
  });
  if (existsSync(modules)) await handIn(fingerprint, place, damaged);
  return `Installed ${wanted.length} direct dependencies`;
}
