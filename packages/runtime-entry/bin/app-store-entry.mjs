// The entry program of every runtime image, and of the local cluster.
//
// Started by the script `app-store-entry` beside it.
//
//   app-store-entry bundle         fetches the app's bundle and unpacks it into the app's directory
//   app-store-entry dependencies   restores the app's environment, or makes it and hands it in
//   app-store-entry start          starts the app: the Wave server and the app, or a static site
//
// Plain Node.js, so that an image needs little more than these files. What it
// prints is the log of its container; a line that begins with
// "app-store-entry: failed:" is the reason, in words for the app's owner; the line
// before it may name its cause: "app-store-entry: cause: INDEX_UNREACHABLE".
//
// Environment:
//   APP_STORE_BUNDLE_URL        where the bundle is, as a tar stream
//   APP_STORE_BUNDLE_DIGEST     SHA-256 of that stream, hexadecimal
//   APP_STORE_ENVIRONMENT_URL   where kept environments are; none are kept where it is not set
//   APP_STORE_TOKEN_FILE        file with the token that proves which pod asks
//   APP_STORE_APP_MODE          node, python, wave, static
//   APP_STORE_APP_MODULE        Runtime.Module
//   APP_STORE_INSTALL_TIMEOUT   seconds for the installation of dependencies (900)
//   APP_STORE_INSTALL_LIMIT     bytes that it may take (4294967296)
//   H2O_CLOUD_APP_ROOT          the app's directory
//   H2O_CLOUD_VENV_PATH         the Python environment's directory
//   H2O_CLOUD_APP_DOWNLOAD_TIMEOUT  seconds for the download (300)
import { Failure } from './lib/settings.mjs';

/** @type {Record<string, () => Promise<void>>} */
const commands = {
  bundle: async () => (await import('./lib/bundle.mjs')).bundle(),
  dependencies: async () =>
    (await import('./lib/dependencies.mjs')).dependencies(),
  start: async () => (await import('./lib/start.mjs')).start(),
};
const name = process.argv[2];
if (!Object.hasOwn(commands, name ?? '')) {
  console.error(`usage: app-store-entry ${Object.keys(commands).join('|')}`);
  process.exit(2);
}
try {
  await commands[name]();
} catch (error) {
  if (error.causeCode)
    console.error(`app-store-entry: cause: ${error.causeCode}`);
  console.error(
    `app-store-entry: failed: ${
      error instanceof Failure ? error.message : error.stack
    }`,
  );
  process.exit(1);
}
