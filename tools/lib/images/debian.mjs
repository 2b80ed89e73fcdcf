// The part of an image that is Debian: packages, without a container daemon, by mmdebstrap.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { run, ROOT } from '../run.mjs';
import { Sentence, step } from '../words.mjs';

const SUITE = 'trixie';
/** Where this machine has Debian's packages from; without it, mmdebstrap's own address. */
const SOURCES = '/etc/apt/sources.list.d/debian.sources';
/** What nobody reads in a container, and what differs from one making to the next. */
const LEFT_OUT = ['doc', 'man', 'locale', 'info', 'lintian'].map(
  name => `--dpkgopt=path-exclude=/usr/share/${name}/*`,
);
const VOLATILE = [
  'var/log/*',
  'var/cache/ldconfig/aux-cache',
  'var/cache/debconf/*-old',
  'var/lib/dpkg/*-old',
  'etc/machine-id',
  'etc/passwd-',
  'etc/group-',
  'etc/shadow-',
];
/** Trees of earlier days, in milliseconds. */
const KEPT_MS = 2 * 24 * 60 * 60 * 1000;
/** Whom pods run as; /app and /resources are mounted by pods. */
const USER = [
  'echo app:x:1000:1000:app:/app:/bin/sh >> "$1/etc/passwd"',
  'echo app:x:1000: >> "$1/etc/group"',
  'mkdir -p "$1/app" "$1/resources"',
  'chown 1000:1000 "$1/app" "$1/resources"',
].join(' && ');

/**
 * A file tree with these packages and what they need, as a tar archive; made once a day for the same words,
 * since Debian publishes corrections.
 *
 * @param {string[]} packages
 * @param {number} epoch - seconds since 1970; no file is younger
 * @param {{ fresh?: boolean }} [options] - `fresh`: made now
 * @returns the archive
 */
export async function debianTree(packages, epoch, { fresh = false } = {}) {
  const cache = join(ROOT, '.cache/images');
  const recipe = JSON.stringify([
    SUITE,
    packages,
    LEFT_OUT,
    VOLATILE,
    USER,
    epoch,
    new Date().toISOString().slice(0, 10),
  ]);
  const name = createHash('sha256').update(recipe).digest('hex').slice(0, 16);
  const path = join(cache, `debian-${name}.tar`);
  if (existsSync(path) && !fresh) return path;
  mkdirSync(cache, { recursive: true });
  for (const old of readdirSync(cache))
    if (Date.now() - statSync(join(cache, old)).mtimeMs > KEPT_MS)
      rmSync(join(cache, old));
  step(
    `Installing ${packages.join(', ')} into a tree of Debian (a minute, once)`,
  );
  const made = `${path}.${process.pid}.tar`;
  const hasSources = existsSync(SOURCES);
  const { code, output } = await run(
    'mmdebstrap',
    [
      '--variant=essential',
      '--format=tar',
      `--include=${packages.join(',')}`,
      ...LEFT_OUT,
      `--customize-hook=${USER}`,
      `--customize-hook=cd "$1" && rm -rf ${VOLATILE.join(' ')}`,
      SUITE,
      made,
      ...(hasSources ? [SOURCES] : []),
    ],
    {
      collect: true,
      env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) },
    },
  );
  if (code !== 0)
    throw new Sentence(
      `mmdebstrap could not make a tree of Debian ${SUITE}:\n${output
        .trim()
        .split('\n')
        .slice(-12)
        .join('\n')}`,
    );
  renameSync(made, path);
  return path;
}

/**
 * The packages of such a tree, by what dpkg says there.
 *
 * @param {string} tree
 * @returns {Promise<{ name: string, version: string, architecture: string }[]>}
 */
export async function debianPackages(tree) {
  const { output } = await run(
    'tar',
    ['--extract', '--to-stdout', `--file=${tree}`, './var/lib/dpkg/status'],
    { collect: true },
  );
  return output.split('\n\n').flatMap(entry => {
    const field = /** @param {string} name */ name =>
      new RegExp(`^${name}: (.*)$`, 'm').exec(entry)?.[1] ?? '';
    return field('Package')
      ? [
          {
            name: field('Package'),
            version: field('Version'),
            architecture: field('Architecture'),
          },
        ]
      : [];
  });
}

/** @param {string} path */
export const sha256 = path =>
  createHash('sha256').update(readFileSync(path)).digest('hex');
