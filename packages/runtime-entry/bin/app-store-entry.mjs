// The entry program of every runtime image, and of the local cluster.
//
// Started by the script `app-store-entry` beside it.
//
//   app-store-entry prepare        the two that follow, one after the other
//   app-store-entry bundle         fetches the app's bundle and unpacks it into the app's directory
//   app-store-entry dependencies   restores the app's environment, or makes it and hands it in
//   app-store-entry start          starts the app: the Wave server and the app, or a static site
//   app-store-entry reach          says whether the pod reaches the API of its cluster
//
// Pods of former releases have a container each for the bundle and the dependencies.
//
// Plain Node.js, so that an image needs little more than these files. What it
// prints is the log of its container; a line that begins with
// "app-store-entry: failed:" is the reason, in words for the app's owner; the line
// before it may name its cause: "app-store-entry: cause: INDEX_UNREACHABLE", and the one
// before that the stage: "app-store-entry: stage: dependencies". The termination message of
// `prepare` has the same lines, after one for each stage that went well: "bundle: 38 ms".
//
// Environment:
//   APP_STORE_BUNDLE_URL        where the bundle is, as a tar stream
//   APP_STORE_BUNDLE_DIGEST     SHA-256 of that stream, hexadecimal
//   APP_STORE_ENVIRONMENT_URL   where kept environments are; none are kept where it is not set
//   APP_STORE_STAGE_URL         where `prepare` tells which stage it is at; it tells none where it is not set
//   APP_STORE_TOKEN_FILE        file with the token that proves which pod asks
//   APP_STORE_APP_MODE          node, python, wave, static
//   APP_STORE_APP_MODULE        Runtime.Module
//   APP_STORE_INSTALL_TIMEOUT   seconds for the installation of dependencies (900)
//   APP_STORE_INSTALL_LIMIT     bytes that it may take (4294967296)
//   H2O_CLOUD_APP_ROOT          the app's directory
//   H2O_CLOUD_VENV_PATH         the Python environment's directory
//   H2O_CLOUD_APP_DOWNLOAD_TIMEOUT  seconds for the download (300)
import { Failure } from './lib/settings.mjs';
import { noteOfEnd } from './lib/termination.mjs';

/** @type {Record<string, () => Promise<void>>} */
const commands = {
  prepare: async () =>
    (await import('./lib/prepare.mjs')).prepare(process.argv[3]),
  bundle: async () => (await import('./lib/bundle.mjs')).bundle(),
  dependencies: async () =>
    (await import('./lib/dependencies.mjs')).dependencies(),
  start: async () => (await import('./lib/start.mjs')).start(),
  reach: async () => (await import('./lib/reach.mjs')).reach(),
};
const name = process.argv[2];
if (!Object.hasOwn(commands, name ?? '')) {
  console.error(`usage: app-store-entry ${Object.keys(commands).join('|')}`);
  process.exit(2);
}
try {
  await commands[name]();
} catch (error) {
  const { stage, causeCode } = error;
  const lines = [
    ...(stage ? [`app-store-entry: stage: ${stage}`] : []),
    ...(causeCode ? [`app-store-entry: cause: ${causeCode}`] : []),
    `app-store-entry: failed: ${
      error instanceof Failure ? error.message : error.stack
    }`,
  ];
  for (const line of lines) {
    console.error(line);
    if (stage) noteOfEnd(line);
  }
  process.exit(1);
}
