// Ports, directories and the configuration that they make.
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
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './toolchain.mjs';
import { Sentence } from './words.mjs';

/** Free space without which nothing sensible happens, in bytes. */
const LEAST_SPACE = 200 * 1024 * 1024;

export const HELP = `npm start [-- options]

  --port PORT           the portal's port (PORT, default 7007)
  --gateway-port PORT   the port under which apps are opened (GATEWAY_PORT, default 7008)
  --data DIR            where everything is kept (default .data)
  --reset               begin anew: drops the data directory first
  --verbose             the portal's whole log on the screen
  --help                this text
`;

function port(text, name) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 65535)
    throw new Sentence(
      `${name} must be a port from 1 to 65535, not ${JSON.stringify(text)}.`,
    );
  return value;
}

/** Reads the command line and the environment. */
export function readSettings(args) {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        port: { type: 'string' },
        'gateway-port': { type: 'string' },
        data: { type: 'string' },
        reset: { type: 'boolean' },
        verbose: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    throw new Sentence(`${error.message}\n\n${HELP}`);
  }
  const settings = {
    port: port(values.port ?? process.env.PORT ?? '7007', '--port'),
    gatewayPort: port(
      values['gateway-port'] ?? process.env.GATEWAY_PORT ?? '7008',
      '--gateway-port',
    ),
    // npm runs scripts in the project's directory; a relative path is meant from where the user stands.
    data: resolve(
      values.data ? process.env.INIT_CWD ?? process.cwd() : ROOT,
      values.data ?? '.data',
    ),
    reset: Boolean(values.reset),
    verbose: Boolean(values.verbose),
    help: Boolean(values.help),
  };
  if (settings.port === settings.gatewayPort)
    throw new Sentence(
      'The portal and the gateway need two different ports: see --port and --gateway-port.',
    );
  return settings;
}

/** Tells a data directory of the portal from any other. */
const MARKER = '.app-store-data';
const PID_FILE = 'portal.pid';

function isOurs(data) {
  return existsSync(join(data, MARKER));
}

/** Refuses a directory that a running portal uses. */
function assertUnused(data) {
  const path = join(data, PID_FILE);
  if (!existsSync(path)) return;
  const pid = Number(readFileSync(path, 'utf8'));
  let alive = false;
  try {
    process.kill(pid, 0);
    alive = true;
  } catch (error) {
    alive = error.code === 'EPERM';
  }
  if (alive)
    throw new Sentence(
      `Another portal (process ${pid}) uses ${data}: end it, or choose another directory with --data DIR.`,
    );
}

/** Notes which process uses the data directory. */
export function claimData(settings, pid) {
  writeFileSync(join(settings.data, PID_FILE), String(pid));
}

export function releaseData(settings) {
  rmSync(join(settings.data, PID_FILE), { force: true });
}

/** The data directory, writable and with room; dropped before where that was asked for. */
export function prepareData(settings) {
  const { data, reset } = settings;
  assertUnused(data);
  if (reset && existsSync(data) && readdirSync(data).length && !isOurs(data))
    throw new Sentence(
      `${data} is not a data directory of the portal, so --reset does not delete it: delete it yourself, or choose another with --data DIR.`,
    );
  try {
    if (reset) rmSync(data, { recursive: true, force: true });
    mkdirSync(data, { recursive: true, mode: 0o700 });
    accessSync(data, constants.W_OK);
    writeFileSync(join(data, MARKER), '');
  } catch (error) {
    throw new Sentence(
      `The data directory ${data} cannot be written to (${
        error.code ?? error.message
      }): make it writable, or choose another with --data DIR.`,
    );
  }
  const { bavail, bsize } = statfsSync(data);
  if (bavail * bsize < LEAST_SPACE)
    throw new Sentence(
      `The disk with ${data} is full: make room for at least ${
        LEAST_SPACE / 1024 / 1024
      } MB, or choose another disk with --data DIR.`,
    );
}

/** @throws Sentence where the port is taken */
export async function assertFree(number, name, option) {
  await new Promise((done, fail) => {
    const server = createServer();
    server.once('error', error =>
      fail(
        new Sentence(
          error.code === 'EADDRINUSE'
            ? `Port ${number} for the ${name} is taken by another program: end it, or choose another port with ${option} PORT.`
            : `Port ${number} for the ${name} cannot be used (${error.code}): choose another with ${option} PORT.`,
        ),
      ),
    );
    server.listen(number, '127.0.0.1', () => server.close(done));
  });
}

/** Variables of app-config.demo.yaml. */
export function configEnvironment(settings, registry) {
  return {
    PORT: String(settings.port),
    GATEWAY_PORT: String(settings.gatewayPort),
    PORTAL_URL: `http://localhost:${settings.port}`,
    APP_STORE_DATA: settings.data,
    ...(registry ? { APP_STORE_NPM_REGISTRY: registry } : {}),
    APP_STORE_DEMO_SECRET: 'a greeting that only the app and its owner know',
  };
}

export const CONFIG_FILES = [
  join(ROOT, 'app-config.yaml'),
  join(ROOT, 'app-config.demo.yaml'),
];
