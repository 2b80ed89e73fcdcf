// Ports, directories and the configuration that they make.
/** @import { Settings } from './types' */
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './run.mjs';
import { Sentence } from './words.mjs';

export const HELP = `npm start [-- options]

  --port PORT           the portal's port (PORT, default 7007)
  --gateway-port PORT   the port of the apps (GATEWAY_PORT, default 7008)
  --data DIR            the directory for all data (default .data)
  --config FILE         more configuration, on top of the demo; can be given several times
  --reset               delete the data directory first
  --verbose             show the whole log of the portal
  --help                this text
`;

/**
 * A port from the command line, else from the environment, else the default.
 *
 * @param {string | undefined} given
 * @param {string} option
 * @param {string} variable
 * @param {string} fallback
 */
function port(given, option, variable, fallback) {
  const text = given ?? process.env[variable] ?? fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 65535)
    throw new Sentence(
      `${
        given === undefined ? variable : option
      } must be a port from 1 to 65535, not ${JSON.stringify(text)}.`,
    );
  return value;
}

/**
 * Reads the command line and the environment.
 *
 * @param {string[]} args
 * @returns {Settings | { help: true }}
 */
export function readSettings(args) {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        port: { type: 'string' },
        'gateway-port': { type: 'string' },
        data: { type: 'string' },
        config: { type: 'string', multiple: true },
        reset: { type: 'boolean' },
        verbose: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    throw new Sentence(`${error.message}\n\n${HELP}`);
  }
  if (values.help) return { help: true };
  if (values.data === '')
    throw new Sentence('--data needs a directory: --data DIR.');
  /** @type {Settings} */
  const settings = {
    port: port(values.port, '--port', 'PORT', '7007'),
    gatewayPort: port(
      values['gateway-port'],
      '--gateway-port',
      'GATEWAY_PORT',
      '7008',
    ),
    // npm runs scripts in the project's directory; a relative path is meant from where the user stands.
    data: resolve(
      values.data ? process.env.INIT_CWD ?? process.cwd() : ROOT,
      values.data ?? '.data',
    ),
    config: (values.config ?? []).map(file =>
      resolve(process.env.INIT_CWD ?? process.cwd(), file),
    ),
    reset: Boolean(values.reset),
    verbose: Boolean(values.verbose),
    help: false,
  };
  for (const file of settings.config)
    if (!existsSync(file))
      throw new Sentence(`--config ${file}: there is no such file.`);
  if (settings.port === settings.gatewayPort)
    throw new Sentence(
      'The portal and the gateway need two different ports: see --port and --gateway-port.',
    );
  return settings;
}

/**
 * @param {number} number
 * @param {string} name
 * @param {string} option
 * @throws Sentence where the port is taken, on either loopback address: browsers try both
 */
export async function assertFree(number, name, option) {
  for (const host of ['127.0.0.1', '::1'])
    await assertFreeAt(host, number, name, option);
}

/**
 * @param {string} host
 * @param {number} number
 * @param {string} name
 * @param {string} option
 * @returns {Promise<void>}
 */
function assertFreeAt(host, number, name, option) {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      // A machine without IPv6 has no such address.
      if (host === '::1' && error.code !== 'EADDRINUSE') return done();
      return fail(
        new Sentence(
          error.code === 'EADDRINUSE'
            ? `Port ${number} for the ${name} is taken by another program: end it, or choose another port with ${option} PORT.`
            : `Port ${number} for the ${name} cannot be used (${error.code}): choose another with ${option} PORT.`,
        ),
      );
    });
    server.listen(number, host, () => server.close(() => done()));
  });
}

/**
 * Variables of app-config.demo.yaml.
 *
 * @param {Pick<Settings, 'port' | 'gatewayPort' | 'data'>} settings
 * @param {string} registry
 */
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
