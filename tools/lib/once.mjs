// What has to be made once, also where two commands that need it are started together.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { step } from './words.mjs';

/** Between two looks whether the other command is done, in milliseconds. */
const LOOK_MS = 300;

/** @param {string} lock */
function isHeld(lock) {
  try {
    process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8')), 0);
    return true;
  } catch (error) {
    // Whoever made it a moment ago has yet to say who they are.
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    return code === 'EPERM' || code === 'ENOENT';
  }
}

/**
 * Takes a lock: a directory, which only one process makes.
 *
 * @param {string} lock
 */
function take(lock) {
  mkdirSync(dirname(lock), { recursive: true });
  try {
    mkdirSync(lock);
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code !== 'EEXIST') throw error;
    return false;
  }
  writeFileSync(join(lock, 'pid'), String(process.pid));
  return true;
}

/**
 * Makes something, unless it is made: by this command, or by another one that is waited for.
 *
 * @param {object} options
 * @param {string} options.lock - a path in a directory of the checkout's own
 * @param {() => boolean} options.isMade
 * @param {() => Promise<void>} options.make
 */
export async function once({ lock, isMade, make }) {
  let waits = 0;
  while (!isMade()) {
    if (take(lock)) {
      try {
        if (!isMade()) await make();
      } finally {
        rmSync(lock, { recursive: true, force: true });
      }
      return;
    }
    if (waits === 0) step('Another command prepares the same: waiting');
    waits += 1;
    await sleep(LOOK_MS);
    // It was ended before it could let go; one that says nothing for a while is none.
    if (!isHeld(lock) || (waits > 20 && !hasPid(lock)))
      rmSync(lock, { recursive: true, force: true });
  }
}

/** @param {string} lock */
function hasPid(lock) {
  try {
    return readFileSync(join(lock, 'pid'), 'utf8') !== '';
  } catch {
    return false;
  }
}
