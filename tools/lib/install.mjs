// The packages of the lock file: those that a portal needs come first, the others (tests, checks,
// development, documents) when a command first needs them.
/** @import { Packages, Yarn } from './types' */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { once } from './once.mjs';
import { ROOT } from './run.mjs';
import { Sentence, step, timed } from './words.mjs';

/** Held while tools and packages are installed. */
const SETUP_LOCK = join(ROOT, '.cache/setup.lock');

/** What is installed, and from which lock file. */
const STAMP = join(ROOT, 'node_modules/.portal-stamp');

/** @type {Record<Packages, string[]>} the words for Yarn */
const COMMANDS = {
  portal: [
    'workspaces',
    'focus',
    '--production',
    'ai-app-store',
    '@ai-app-store/cli',
    'app',
    'backend',
  ],
  all: ['install', '--immutable'],
};

/** What Yarn says about its steps, and what we say. */
const STEPS = {
  'Fetch step': 'Fetching packages',
  'Link step': 'Unpacking packages',
};

/**
 * @param {string} path
 * @returns {string} SHA-256 of the file's bytes, in hex
 */
export function digest(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** @param {string} path */
export function stampOf(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** Reasons of a failure, by what the output of npm or Yarn has of them. */
const REASONS = /** @type {const} */ ([
  [
    /ENOSPC|no space left/i,
    'the disk is full. Free some space (a checkout takes 3 GB)',
  ],
  [
    /EDQUOT/,
    'your disk quota is used up. Free some space (a checkout takes 3 GB)',
  ],
  [
    /EACCES|EROFS/,
    'a directory cannot be written to. Give yourself the right to write to the checkout and to your home directory',
  ],
  [
    /\b(429|50[0-9])\b.*(Too Many|Service|Gateway|Server)|Response Code: .*?(429|50\d)/i,
    'the npm registry answered that it cannot serve now. Wait a minute',
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|socket hang up|network/i,
    'the npm registry cannot be reached. Connect to it (`npm config get registry` says which one)',
  ],
]);

/**
 * Why something could not be installed, with the remedy.
 *
 * @param {string} what
 * @param {string} output - of npm or Yarn
 */
export function notInstalled(what, output) {
  const known = REASONS.find(([pattern]) => pattern.test(output));
  const lines = output.split('\n').filter(line => line.trim());
  const reason =
    known?.[1] ?? `of this:\n${lines.slice(-12).join('\n')}\nMend that`;
  return new Sentence(
    `${what} could not be installed, because ${reason}, and start again: what is fetched is kept.`,
  );
}

/**
 * Installs the packages where the lock file changed, or where more of them are needed.
 *
 * @param {Yarn} yarn
 * @param {Packages} packages
 */
export async function install(yarn, packages) {
  const lock = digest(join(ROOT, 'yarn.lock'));
  // Where everything was installed, it stays so.
  const wanted = stampOf(STAMP).endsWith(' all') ? 'all' : packages;
  await once({
    lock: SETUP_LOCK,
    isMade: () => [`${lock} ${wanted}`, `${lock} all`].includes(stampOf(STAMP)),
    make: () =>
      timed(
        wanted === 'portal'
          ? 'Installing the packages of the portal (once)'
          : 'Installing all packages (once)',
        'Packages installed',
        async () => {
          let output = '';
          const { code } = await yarn(COMMANDS[wanted], {
            onLine: line => {
              output += `${line}\n`;
              for (const [said, text] of Object.entries(STEPS))
                if (line.includes(`┌ ${said}`)) step(text);
            },
          });
          if (code !== 0) throw notInstalled('The packages', output);
          mkdirSync(dirname(STAMP), { recursive: true });
          writeFileSync(STAMP, `${lock} ${wanted}`);
        },
      ),
  });
}
