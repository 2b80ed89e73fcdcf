// What has to be made once, also where two commands that need it are started together.
import {
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beganAt } from './processes.mjs';
import { step } from './words.mjs';

/** Between two looks whether the other command is done, in milliseconds. */
const LOOK_MS = 300;
/** A lock says within so many looks whose it is. */
const LOOKS = 20;

/**
 * Whose a lock is: the number of a process and when that began; undefined where it does not say.
 *
 * @param {string} lock
 */
function holderOf(lock) {
  try {
    return readFileSync(join(lock, 'holder'), 'utf8') || undefined;
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function nameOf(pid) {
  return `${pid} ${beganAt(pid)}`;
}

/** @param {string} holder */
function isAlive(holder) {
  return nameOf(parseInt(holder, 10)) === holder;
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
  writeFileSync(join(lock, 'holder'), nameOf(process.pid));
  return true;
}

/**
 * Drops the lock of a process that is gone; only one of those who find it so.
 *
 * @param {string} lock
 */
function drop(lock) {
  const aside = `${lock}.${randomUUID()}`;
  try {
    renameSync(lock, aside);
    rmSync(aside, { recursive: true, force: true });
  } catch {
    // Another one did.
  }
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
  let isTold = false;
  let silent = 0;
  while (!isMade()) {
    if (take(lock)) {
      try {
        if (!isMade()) await make();
      } finally {
        drop(lock);
      }
      return;
    }
    if (!isTold) step(`Another command prepares the same: waiting (${lock})`);
    isTold = true;
    await sleep(LOOK_MS);
    const holder = holderOf(lock);
    silent = holder ? 0 : silent + 1;
    if (holder ? !isAlive(holder) : silent > LOOKS) drop(lock);
  }
}
