// Kept environments: restored from the store, or handed in to it.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ask, authorization } from './store.mjs';
import { unpack } from './unpack.mjs';

/**
 * Where an environment is: the directory that holds it, and its name therein.
 *
 * @typedef {{ parent: string, name: string }} Place
 */

/** A store that does not answer is done without, after this many milliseconds. */
const TIMEOUT_MS = 300_000;

/** @param {string} fingerprint */
function urlOf(fingerprint) {
  const base = process.env.APP_STORE_ENVIRONMENT_URL;
  return base && `${base}?runtime=${encodeURIComponent(fingerprint)}`;
}

/**
 * Restores what an earlier start of the app handed in.
 *
 * @param {string} fingerprint
 * @param {Place} place
 * @returns {Promise<{ restored?: boolean, damaged?: string }>} `restored`, or the digest of what was there and could not be used (`damaged`)
 */
export async function restore(fingerprint, { parent, name }) {
  const url = urlOf(fingerprint);
  if (!url) return {};
  /** @type {string | undefined} */
  let damaged;
  try {
    const response = await ask(url, {
      headers: authorization(),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.statusCode !== 200) {
      response.resume();
      return {};
    }
    damaged = /** @type {string | undefined} */ (
      response.headers['x-environment-digest']
    );
    const { bytes, digest } = await unpack(
      response,
      parent,
      'the kept environment',
    );
    if (digest === damaged) {
      console.log(`Restored the kept environment (${bytes} bytes)`);
      return { restored: true };
    }
    console.log('The kept environment is damaged; making a new one');
  } catch (error) {
    console.log(`The kept environment cannot be used: ${error.message}`);
  }
  await rm(join(parent, name), { recursive: true, force: true });
  return { damaged };
}

/**
 * Packs an environment into a file; its size and its digest.
 *
 * @param {Place} place
 * @param {string} path
 */
async function packed({ parent, name }, path) {
  const tar = spawn('tar', ['-c', '-f', '-', '-C', parent, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(tar, 'exit');
  const hash = createHash('sha256');
  let size = 0;
  await pipeline(
    tar.stdout,
    async function* meter(chunks) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        size += chunk.length;
        yield chunk;
      }
    },
    createWriteStream(path, { flags: 'wx' }),
  );
  const [code] = await ended;
  if (code !== 0) throw new Error(`tar ended with ${code}`);
  return { size, digest: hash.digest('hex') };
}

/**
 * Hands an environment in for later starts: whole, and with its digest, so that
 * nothing else is kept for it. That this fails is no reason not to start.
 *
 * @param {string} fingerprint
 * @param {Place} place
 * @param {string | undefined} damaged - the digest of what it replaces
 */
export async function handIn(fingerprint, place, damaged) {
  const url = urlOf(fingerprint);
  if (!url) return;
  const room = await mkdtemp(join(tmpdir(), 'environment-'));
  try {
    const path = join(room, 'environment.tar');
    const { size, digest } = await packed(place, path);
    const response = await ask(url, {
      method: 'PUT',
      headers: {
        ...authorization(),
        'content-type': 'application/x-tar',
        'content-length': size,
        'x-environment-digest': digest,
        ...(damaged ? { 'x-environment-replaces': damaged } : {}),
      },
      body: createReadStream(path),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    response.resume();
    console.log(
      response.statusCode === 201
        ? 'Kept the environment for later starts'
        : `The environment is not kept (${response.statusCode})`,
    );
  } catch (error) {
    console.log(`The environment is not kept: ${error.message}`);
  } finally {
    await rm(room, { recursive: true, force: true });
  }
}
