// Kept environments: restored from the store, or handed in to it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ask, authorization } from './store.mjs';
import { unpack } from './unpack.mjs';

/** A store that does not answer is done without, after this many milliseconds. */
const TIMEOUT_MS = 300_000;

function urlOf(fingerprint) {
  const base = process.env.APP_STORE_ENVIRONMENT_URL;
  return base && `${base}?runtime=${encodeURIComponent(fingerprint)}`;
}

/**
 * Restores what an earlier start of the app handed in.
 *
 * @param place.parent - the directory that holds it
 * @param place.name - its name therein
 * @returns false where there is nothing, or nothing that can be used
 */
export async function restore(fingerprint, { parent, name }) {
  const url = urlOf(fingerprint);
  if (!url) return false;
  try {
    const response = await ask(url, {
      headers: authorization(),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.statusCode !== 200) {
      response.resume();
      return false;
    }
    const { bytes, digest } = await unpack(
      response,
      parent,
      'the kept environment',
    );
    if (digest === response.headers['x-environment-digest']) {
      console.log(`Restored the kept environment (${bytes} bytes)`);
      return true;
    }
    console.log('The kept environment is damaged; making a new one');
  } catch (error) {
    console.log(`The kept environment cannot be used: ${error.message}`);
  }
  await rm(join(parent, name), { recursive: true, force: true });
  return false;
}

/** Hands an environment in for later starts. That this fails is no reason not to start. */
export async function handIn(fingerprint, { parent, name }) {
  const url = urlOf(fingerprint);
  if (!url) return;
  const tar = spawn('tar', ['-c', '-f', '-', '-C', parent, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const ended = once(tar, 'exit');
    const response = await ask(url, {
      method: 'PUT',
      headers: { ...authorization(), 'content-type': 'application/x-tar' },
      body: tar.stdout,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    response.resume();
    const [code] = await ended;
    console.log(
      response.statusCode === 201 && code === 0
        ? 'Kept the environment for later starts'
        : `The environment is not kept (${response.statusCode})`,
    );
  } catch (error) {
    tar.kill('SIGKILL');
    console.log(`The environment is not kept: ${error.message}`);
  }
}
