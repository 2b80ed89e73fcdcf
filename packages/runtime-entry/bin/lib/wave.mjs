// Starts a Wave app: the Wave server, then the app; ends when either does
// (specification 7.2).
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { Failure, numberSetting, setting } from './settings.mjs';

/** Between two looks whether the server listens, in milliseconds. */
const LOOK_MS = 50;

/**
 * The Wave server: the one inside the Python package (h2o_wave 0.22 and newer), or the image's.
 *
 * @param {string} venv
 */
function findServer(venv) {
  const candidates = [
    join(venv, 'waved'),
    process.env.H2O_CLOUD_WAVED_PATH,
    '/opt/wave/waved',
  ];
  return candidates.find(path => path && existsSync(path));
}

/** @param {number} port */
function listens(port) {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** Runs until one of the two ends. */
export async function startWave() {
  const venv = setting('H2O_CLOUD_VENV_PATH');
  const root = setting('H2O_CLOUD_APP_ROOT');
  const module = setting('APP_STORE_APP_MODULE');
  const wave = join(venv, 'bin/wave');
  if (!existsSync(wave))
    throw new Failure(
      'the app has no h2o_wave: name it in requirements.txt, as a package of the index or as a wheel of the bundle',
    );
  const server = findServer(venv);
  if (!server)
    throw new Failure(
      'there is no Wave server: h2o_wave 0.22 or newer brings one, and an image may have one at /opt/wave/waved',
    );
  /** @type {import('node:child_process').ChildProcess[]} */
  const running = [];
  /** @type {Promise<string>[]} */
  const ended = [];
  /**
   * @param {string} name
   * @param {string} command
   * @param {string[]} args
   * @param {import('node:child_process').SpawnOptions} options
   */
  const run = (name, command, args, options) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'inherit', 'inherit'],
      ...options,
    });
    running.push(child);
    ended.push(
      new Promise(resolve => {
        child.once('error', error => resolve(`${name}: ${error.message}`));
        child.once('exit', (code, signal) =>
          resolve(`${name} ended with ${signal ?? code}`),
        );
      }),
    );
  };
  let stopping = false;
  /** @param {NodeJS.Signals} signal */
  const stop = signal => running.forEach(child => child.kill(signal));
  process.on('SIGTERM', () => {
    stopping = true;
    stop('SIGTERM');
  });

  run('the Wave server', server, [], { cwd: dirname(server) });
  const port = numberSetting('PORT', 10101);
  const over = Promise.race(ended);
  /** @type {string | undefined} */
  let early;
  over.then(why => (early = why));
  while (!early && !(await listens(port)))
    await new Promise(resolve => setTimeout(resolve, LOOK_MS));
  if (!early)
    run('the app', wave, ['run', '--no-reload', module], {
      cwd: root,
      env: {
        ...process.env,
        PYTHONUNBUFFERED: '1',
        // The server runs already.
        H2O_WAVE_NO_AUTOSTART: '1',
      },
    });
  const why = await Promise.race(ended);
  stop('SIGTERM');
  await Promise.all(ended);
  if (!stopping) throw new Failure(why);
}
