// `npm run test:images`: makes each image twice, compares them, unpacks one and runs its main program in it:
// in namespaces, as the user of pods, and where it is the portal with a file system that cannot be written to.
/** @import { Toolchain, Tools } from '../types' */
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from './debian.mjs';
import { buildImage, IMAGES, needsBuilders, sourceDate } from './images.mjs';
import { outputOf, textOf, unpack } from './unpack.mjs';
import { freePort, postgres } from '../services.mjs';
import { ROOT, run } from '../run.mjs';
import { Sentence, step } from '../words.mjs';

/** What the portal's image may take over Debian's packages, in bytes. */
const PORTAL_BYTES = 450 * 2 ** 20;
/** From its start until it is ready, in milliseconds. */
const PORTAL_START_MS = 8000;

/** An app for each runtime image, and what it answers. */
const APPS = {
  'runtime-node': {
    directory: 'hello',
    mode: 'node',
    module: 'server.js',
    command: ['node', 'server.js'],
    words: 'served by an app of the store',
  },
  'runtime-python': {
    directory: 'word-count',
    mode: 'python',
    module: 'wordcount.server',
    command: ['app-store-entry', 'start'],
    words: 'Word Count',
  },
  'runtime-static': {
    directory: 'colours',
    mode: 'static',
    module: 'site',
    command: ['app-store-entry', 'start'],
    words: 'Colour Contrast',
  },
};

/**
 * @param {keyof typeof APPS} name
 * @param {Awaited<ReturnType<typeof unpack>>} image
 */
async function launch(name, { root, start }) {
  const app = APPS[name];
  const tar = join(root, '..', 'content.tar');
  await run('tar', [
    '-cf',
    tar,
    '-C',
    join(ROOT, 'examples/apps', app.directory),
    '.',
  ]);
  // What a store answers a pod: its bundle, and that no environment is kept.
  const store = createServer((request, response) => {
    if (request.headers.authorization !== 'Bearer the-token')
      response.writeHead(401).end();
    else if (request.url?.startsWith('/content'))
      response.end(readFileSync(tar));
    else if (request.method === 'PUT')
      request.resume().on('end', () => response.writeHead(204).end());
    else response.writeHead(404).end();
  });
  store.listen(0, '127.0.0.1');
  await once(store, 'listening');
  const { port } = /** @type {{ port: number }} */ (store.address());
  const own = `http://127.0.0.1:${port}`;
  mkdirSync(join(root, 'data'));
  writeFileSync(join(root, 'app/.token'), 'the-token', { mode: 0o644 });
  await run('chown', [
    '-R',
    '1000:1000',
    join(root, 'app'),
    join(root, 'resources'),
    join(root, 'data'),
  ]);
  const appPort = await freePort();
  const env = {
    HOME: '/tmp',
    PORT: String(appPort),
    H2O_CLOUD_APP_ROOT: '/app',
    H2O_CLOUD_VENV_PATH: '/resources/venv',
    APP_STORE_TOKEN_FILE: '/app/.token',
    APP_STORE_TERMINATION_LOG: '/app/.end',
    APP_STORE_BUNDLE_URL: `${own}/content`,
    APP_STORE_BUNDLE_DIGEST: sha256(tar),
    APP_STORE_STAGE_URL: `${own}/stage`,
    APP_STORE_ENVIRONMENT_URL: `${own}/environment`,
    APP_STORE_APP_MODE: app.mode,
    APP_STORE_APP_MODULE: app.module,
    VOLUME: '/resources',
  };
  const prepare = start(['app-store-entry', 'prepare'], { env });
  const prepared = outputOf(prepare);
  const [code] = await once(prepare, 'close');
  if (code !== 0) throw new Error(`it was not prepared:\n${prepared.text}`);
  const running = start(app.command, { env });
  const said = outputOf(running);
  const ended = once(running, 'exit');
  try {
    const text = await Promise.race([
      textOf(`http://127.0.0.1:${appPort}/`),
      ended.then(([exit]) => {
        throw new Error(`the app ended with ${exit}:\n${said.text}`);
      }),
    ]);
    if (!text.includes(app.words))
      throw new Error(`the app answered:\n${text.slice(0, 500)}`);
  } finally {
    running.kill('SIGKILL');
    store.close();
    store.closeAllConnections();
  }
  const end = readFileSync(join(root, 'app/.end'), 'utf8').trim();
  return `launched ${app.directory} (${end.replace('\n', ', ')})`;
}

/** @param {Awaited<ReturnType<typeof unpack>>} image */
async function startPortal({ root, spec, start }) {
  const { output } = await run(
    'du',
    // Over Debian's packages: the portal, and Node.js.
    [
      '--summarize',
      '--bytes',
      '--total',
      join(root, 'opt'),
      join(root, 'usr/local'),
    ],
    { collect: true },
  );
  const bytes = Number(/^(\d+)\ttotal$/m.exec(output)?.[1]);
  if (!(bytes <= PORTAL_BYTES))
    throw new Error(`it takes ${bytes} bytes over its base`);
  const database = await postgres();
  const url = new URL(database.url);
  const [port, gatewayPort] = [await freePort(), await freePort()];
  const home = `http://localhost:${port}`;
  const env = {
    PORTAL_URL: home,
    PORT: String(port),
    LISTEN_HOST: '127.0.0.1',
    APPS_URL: `http://apps.localhost:${gatewayPort}`,
    GATEWAY_PORT: String(gatewayPort),
    POSTGRES_HOST: url.hostname,
    POSTGRES_PORT: url.port,
    POSTGRES_USER: url.username,
    POSTGRES_PASSWORD: 'none is asked for',
    POSTGRES_DATABASE: url.pathname.slice(1),
    BUNDLES_DIRECTORY: '/tmp/bundles',
    KUBERNETES_KUBECONFIG: '/tmp/kubeconfig',
    AUTH_SESSION_SECRET: 'a secret of the test alone, long enough',
    OIDC_METADATA_URL: 'http://127.0.0.1:1/.well-known/openid-configuration',
    OIDC_CLIENT_ID: 'portal',
    OIDC_CLIENT_SECRET: 'none',
  };
  const kubeconfig = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'none', cluster: { server: 'https://127.0.0.1:1' } }],
    users: [{ name: 'nobody', user: {} }],
    contexts: [{ name: 'none', context: { cluster: 'none', user: 'nobody' } }],
    'current-context': 'none',
  });
  const begin = () =>
    start(
      [
        '/bin/sh',
        '-c',
        'echo "$0" > /tmp/kubeconfig; exec "$@"',
        kubeconfig,
        ...spec.process.args,
      ],
      { env, readOnly: true },
    );
  let child = begin();
  try {
    // The first start makes the tables; an operator waits for those that follow.
    let took = 0;
    for (let n = 0; n < 2; n++) {
      if (n) child = begin();
      const said = outputOf(child);
      const began = performance.now();
      const ended = once(child, 'exit').then(([code]) => {
        throw new Error(
          `the portal ended with ${code}:\n${said.text.slice(-3000)}`,
        );
      });
      ended.catch(() => {});
      await Promise.race([
        textOf(`${home}/.backstage/health/v1/readiness`),
        ended,
      ]);
      took = performance.now() - began;
      const page = await textOf(home);
      if (!page.includes('<title>')) throw new Error('it serves no page');
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }
    if (took > PORTAL_START_MS)
      throw new Error(`it took ${took.toFixed(0)} ms to start`);
    return `started in ${(took / 1000).toFixed(1)} s, ${(
      bytes /
      2 ** 20
    ).toFixed(0)} MB over its base, with a read-only root`;
  } finally {
    child.kill('SIGKILL');
    await database.stop();
  }
}

/** @param {string} archive */
async function indexOf(archive) {
  const { output } = await run('tar', ['-xOf', archive, './index.json'], {
    collect: true,
  });
  return JSON.parse(output);
}

/**
 * @param {string} name
 * @param {{ tools: Tools, epoch: number, room: string }} options
 */
async function check(name, { tools, epoch, room }) {
  const [first, second] = ['a', 'b'].map(part => {
    const output = join(room, part);
    mkdirSync(output, { recursive: true });
    return { tools, epoch, output };
  });
  const archive = await buildImage(name, first);
  const digest = sha256(archive);
  if (sha256(await buildImage(name, { ...second, fresh: true })) !== digest)
    throw new Error('made twice, it is not the same');
  const bom = JSON.parse(
    readFileSync(join(first.output, `${name}.cdx.json`), 'utf8'),
  );
  if (bom.components.length < 50)
    throw new Error(`its SBOM has ${bom.components.length} components alone`);
  const image = await unpack(archive, IMAGES[name].tag, join(room, 'c'));
  const [manifest] = (await indexOf(archive)).manifests;
  const called = manifest.annotations['io.containerd.image.name'];
  if (called !== `docker.io/ai-app-store/${name}:${IMAGES[name].tag}`)
    throw new Error(`a cluster that imports it calls it ${called}`);
  const { uid, gid } = image.spec.process.user;
  if (uid !== 1000 || gid !== 1000) throw new Error(`it runs as ${uid}:${gid}`);
  const how =
    name === 'portal'
      ? await startPortal(image)
      : await launch(/** @type {keyof typeof APPS} */ (name), image);
  return `sha256:${digest.slice(0, 12)} twice, ${
    bom.components.length
  } components, ${how}`;
}

/**
 * @param {string[]} args - names of images; all by default
 * @param {Toolchain} toolchain
 */
export async function testImages(args, toolchain) {
  const unknown = args.find(name => !Object.hasOwn(IMAGES, name));
  if (unknown)
    throw new Sentence(
      `usage: npm run test:images [-- ${Object.keys(IMAGES).join('|')} ...]`,
    );
  const tools = await toolchain();
  await needsBuilders();
  const epoch = await sourceDate();
  let failed = 0;
  const names = args.length ? args : Object.keys(IMAGES);
  for (const name of names) {
    const room = mkdtempSync(join(tmpdir(), 'images-'));
    mkdirSync(join(room, 'c'));
    try {
      step(`Checking ${name}`);
      console.log(`✓ ${name}: ${await check(name, { tools, epoch, room })}`);
    } catch (error) {
      failed++;
      console.log(`✗ ${name}: ${error.message}`);
    } finally {
      rmSync(room, { recursive: true, force: true });
    }
  }
  console.log(`\n${names.length - failed} passed, ${failed} failed`);
  return failed ? 1 : 0;
}
