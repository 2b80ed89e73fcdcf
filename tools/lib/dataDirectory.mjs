// The data directory: one portal at a time, nobody else's files, nothing left locked.
/** @import { Settings } from './types' */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beganAt } from './processes.mjs';
import { Sentence } from './words.mjs';

/** Free space without which nothing sensible happens, in bytes. */
const LEAST_SPACE = 200 * 1024 * 1024;
/** Tells a data directory of the portal from any other. */
const MARKER = '.app-store-data';
const CLAIM = 'portal.pid';
/** What the portal makes in it; all that `--reset` drops. */
const PARTS = ['bundles', 'cluster', 'db', 'portal.log'];
/** A new disk has this directory of its own. */
const NOT_COUNTED = ['lost+found'];
/** Two who find a stale claim at the same moment both write; the later one keeps it. */
const SETTLE_MS = 50;

/** @param {string} data */
function readClaim(data) {
  try {
    return JSON.parse(readFileSync(join(data, CLAIM), 'utf8'));
  } catch {
    return undefined; // none, or one that was cut off by a full disk
  }
}

/**
 * @param {string} data
 * @param {number} pid
 */
function inUse(data, pid) {
  return new Sentence(
    `Another portal (process ${pid}) uses ${data}: end it, or choose another directory with --data DIR.`,
  );
}

/** @param {string} data */
function assertUnused(data) {
  const claim = readClaim(data);
  const began = beganAt(claim?.pid);
  if (began !== undefined && began === claim.began)
    throw inUse(data, claim.pid);
}

/**
 * Notes which process uses the data directory.
 *
 * @param {Settings} settings
 * @param {number} pid
 */
export function claimData(settings, pid) {
  const claim = { pid, began: beganAt(pid), id: randomUUID() };
  writeFileSync(join(settings.data, CLAIM), JSON.stringify(claim));
  return claim.id;
}

/** @param {Settings} settings */
export function releaseData(settings) {
  rmSync(join(settings.data, CLAIM), { force: true });
}

/** @param {string} data */
function assertOurs(data) {
  if (!existsSync(data)) return;
  const entries = readdirSync(data).filter(name => !NOT_COUNTED.includes(name));
  if (entries.length && !entries.includes(MARKER))
    throw new Sentence(
      `${data} holds files that are not the portal's: choose an empty or a new directory with --data DIR.`,
    );
}

/**
 * @param {string} data
 * @param {NodeJS.ErrnoException} error
 */
function unwritable(data, error) {
  return new Sentence(
    `The data directory ${data} cannot be written to (${
      error.code ?? error.message
    }): make it writable, or choose another with --data DIR.`,
  );
}

/**
 * Makes the data directory, or checks that it is one, and claims it for this process.
 * What the portal keeps in it is dropped before where that was asked for.
 *
 * @param {Settings} settings
 */
export async function prepareData(settings) {
  const { data, reset } = settings;
  let claim;
  try {
    assertOurs(data);
    assertUnused(data);
    mkdirSync(data, { recursive: true, mode: 0o700 });
    accessSync(data, constants.W_OK);
    writeFileSync(join(data, MARKER), '');
    claim = claimData(settings, process.pid);
  } catch (error) {
    throw error instanceof Sentence ? error : unwritable(data, error);
  }
  await sleep(SETTLE_MS);
  const kept = readClaim(data);
  if (kept?.id !== claim) throw inUse(data, kept?.pid ?? 'just started');
  process.once('exit', () => {
    if (readClaim(data)?.pid === process.pid) releaseData(settings);
  });
  if (reset)
    try {
      for (const part of PARTS)
        rmSync(join(data, part), { recursive: true, force: true });
    } catch (error) {
      throw unwritable(data, error);
    }
  const { bavail, bsize } = statfsSync(data);
  if (bavail * bsize < LEAST_SPACE)
    throw new Sentence(
      `The disk with ${data} is full: make room for at least ${
        LEAST_SPACE / 1024 / 1024
      } MB, or choose another disk with --data DIR.`,
    );
}
