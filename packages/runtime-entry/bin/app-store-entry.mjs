// The entry program of every runtime image, and of the local cluster.
//
// Started by the script `app-store-entry` beside it.
//
//   app-store-entry bundle         fetches the app's bundle and unpacks it into the app's directory
//   app-store-entry dependencies   makes the app's environment
//
// Plain Node.js without dependencies, so that an image needs nothing but this
// file. What it prints is the log of its container; a line that begins with
// "app-store-entry: failed:" is the reason, in words for the app's owner.
//
// Environment:
//   APP_STORE_BUNDLE_URL        where the bundle is, as a tar stream
//   APP_STORE_BUNDLE_DIGEST     SHA-256 of that stream, hexadecimal
//   APP_STORE_TOKEN_FILE        file with the token that proves which pod asks
//   H2O_CLOUD_APP_ROOT          the app's directory
//   H2O_CLOUD_APP_DOWNLOAD_TIMEOUT  seconds for the download (300)
//   APP_STORE_APP_MODE          node, python, wave, static
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Seconds before an unanswered download is given up. */
const DOWNLOAD_TIMEOUT_S = 300;
/** Pauses between attempts, in milliseconds. */
const RETRIES_MS = [100, 300, 1000, 3000, 5000];
/** Lines of an installer's output that are repeated as its reason. */
const REASON_LINES = 3;

class Failure extends Error {}

function setting(name) {
  const value = process.env[name];
  if (!value) throw new Failure(`${name} is not set`);
  return value;
}

/**
 * Asks for a URL, by way of the proxy of the environment where there is one.
 * `fetch` would take longer to load than the request takes.
 */
async function get(url, headers, signal) {
  const target = new URL(url);
  const secure = target.protocol === 'https:';
  const proxy = secure
    ? process.env.HTTPS_PROXY || process.env.https_proxy
    : process.env.HTTP_PROXY || process.env.http_proxy;
  const open = (send, options) =>
    new Promise((resolve, reject) => {
      const request = send({ signal, ...options }, resolve);
      request.once('error', reject);
      request.end();
    });
  if (!proxy) {
    const { request } = await import(secure ? 'node:https' : 'node:http');
    return open(request, {
      host: target.hostname,
      port: target.port,
      path: target.pathname + target.search,
      headers,
    });
  }
  const { request: plain } = await import('node:http');
  const via = {
    host: new URL(proxy).hostname,
    port: new URL(proxy).port || 80,
  };
  if (!secure)
    return open(plain, {
      ...via,
      path: url,
      headers: { ...headers, host: target.host },
    });
  const socket = await new Promise((resolve, reject) => {
    const request = plain({
      ...via,
      method: 'CONNECT',
      path: `${target.hostname}:${target.port || 443}`,
      signal,
    });
    request.once('connect', (answer, connection) =>
      answer.statusCode === 200
        ? resolve(connection)
        : reject(new Error(`the proxy answered ${answer.statusCode}`)),
    );
    request.once('error', reject);
    request.end();
  });
  const { request: secured } = await import('node:https');
  return open(secured, {
    host: target.hostname,
    path: target.pathname + target.search,
    headers,
    socket,
    agent: false,
  });
}

async function textOf(response) {
  let text = '';
  for await (const chunk of response) text += chunk;
  return text.slice(0, 500);
}

async function download() {
  const url = setting('APP_STORE_BUNDLE_URL');
  const token = readFileSync(setting('APP_STORE_TOKEN_FILE'), 'utf8').trim();
  const seconds = Number(
    process.env.H2O_CLOUD_APP_DOWNLOAD_TIMEOUT || DOWNLOAD_TIMEOUT_S,
  );
  const signal = AbortSignal.timeout(seconds * 1000);
  for (let attempt = 0; ; attempt++) {
    try {
      const response = await get(
        url,
        { authorization: `Bearer ${token}` },
        signal,
      );
      if (response.statusCode === 200) return response;
      const text = await textOf(response);
      // A refusal stays one; only what may pass is asked for again.
      if (response.statusCode < 500)
        throw new Failure(
          `the store refused the bundle: ${response.statusCode} ${text}`,
        );
      throw new Error(`the store answered ${response.statusCode}`);
    } catch (error) {
      if (error instanceof Failure) throw error;
      if (signal.aborted || attempt >= RETRIES_MS.length)
        throw new Failure(`the bundle could not be fetched: ${error.message}`);
      console.log(`The store does not answer (${error.message}); trying again`);
      await new Promise(resolve => setTimeout(resolve, RETRIES_MS[attempt]));
    }
  }
}

async function bundle() {
  const root = setting('H2O_CLOUD_APP_ROOT');
  const wanted = setting('APP_STORE_BUNDLE_DIGEST');
  console.log('Sourcing The Wave Application');
  const response = await download();
  const tar = spawn(
    'tar',
    ['-x', '-f', '-', '-C', root, '--no-same-owner', '--no-same-permissions'],
    { stdio: ['pipe', 'inherit', 'inherit'] },
  );
  const exited = once(tar, 'exit');
  tar.stdin.on('error', () => {});
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of response) {
    hash.update(chunk);
    bytes += chunk.length;
    if (!tar.stdin.write(chunk))
      await Promise.race([once(tar.stdin, 'drain'), exited]);
  }
  tar.stdin.end();
  const [code] = await exited;
  if (code !== 0)
    throw new Failure(
      `the bundle could not be unpacked (tar ended with ${code}); is the disk full?`,
    );
  const got = hash.digest('hex');
  if (got !== wanted)
    throw new Failure(
      `the bundle is not the one that was imported: ${got} instead of ${wanted}`,
    );
  console.log(`Unpacked ${bytes} bytes`);
}

/** Runs an installer; its output is the container's, its last words the reason of a failure. */
async function install(command, args, cwd) {
  console.log(`$ ${command} ${args.join(' ')}`);
  const child = spawn(command, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const tail = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', text => {
      process.stdout.write(text);
      tail.push(...text.split('\n').filter(line => line.trim()));
      tail.splice(0, Math.max(0, tail.length - 40));
    });
  }
  const code = await new Promise(resolve => {
    child.once('error', error => {
      tail.push(error.message);
      resolve(127);
    });
    child.once('close', resolve);
  });
  if (code === 0) return;
  const telling = tail.filter(
    line =>
      /npm error|ERROR|error:/i.test(line) &&
      !/A complete log|npm error\s*$/.test(line),
  );
  throw new Failure(
    `${command} could not install the app's dependencies: ${(telling.length
      ? telling
      : tail
    )
      .slice(0, REASON_LINES)
      .join('; ')}`,
  );
}

async function nodeDependencies(root) {
  const manifestPath = join(root, 'package.json');
  if (!existsSync(manifestPath)) return 'No package.json: nothing to install';
  let manifest;
  try {
    manifest = JSON.parse(readFileSync(manifestPath, 'utf8'));
  } catch (error) {
    throw new Failure(`package.json cannot be read: ${error.message}`);
  }
  const wanted = Object.keys({
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
  });
  if (!wanted.length)
    return 'package.json names no dependencies: nothing to install';
  const locked = existsSync(join(root, 'package-lock.json'));
  const quiet = [
    '--omit=dev',
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
  ];
  await install('npm', [locked ? 'ci' : 'install', ...quiet], root);
  return `Installed ${wanted.length} direct dependencies`;
}

async function dependencies() {
  const root = setting('H2O_CLOUD_APP_ROOT');
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory())
    throw new Failure(`${root} is not there: was the bundle unpacked?`);
  const mode = setting('APP_STORE_APP_MODE');
  console.log('Installing Application Dependencies');
  if (mode === 'node') console.log(await nodeDependencies(root));
  else console.log(`${mode} apps need no environment here`);
}

const commands = { bundle, dependencies };
const name = process.argv[2];
if (!Object.hasOwn(commands, name ?? '')) {
  console.error('usage: app-store-entry bundle|dependencies');
  process.exit(2);
}
try {
  await commands[name]();
} catch (error) {
  console.error(
    `app-store-entry: failed: ${
      error instanceof Failure ? error.message : error.stack
    }`,
  );
  process.exit(1);
}
