// `npm run images`: the images that a cluster needs, as OCI archives, without a container daemon. Of the
// same sources and the same Debian packages they are the same, byte for byte.
//
//   npm run images [-- NAME ...] [--output DIR]     default: all of them, into images/
/** @import { Toolchain, Tools } from '../types' */
import {
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { debianPackages, debianTree, sha256 } from './debian.mjs';
import { packDirectory } from './layer.mjs';
import { packImage } from './oci.mjs';
import { addEntry, addNode, addNpm, packagesOf } from './parts.mjs';
import { addPortal, PORTAL, portalVersion } from './portal.mjs';
import { debianComponents, npmPackages, sbom } from './sbom.mjs';
import { aptInstall } from '../services.mjs';
import { ROOT, run } from '../run.mjs';
import { Sentence, step } from '../words.mjs';

/** What Node.js needs of Debian. */
const NODE = ['ca-certificates', 'libstdc++6'];
/** What `app-store-entry` needs besides; by curl most starts need no Node.js. */
const ENTRY = [...NODE, 'curl', 'tar'];

/**
 * @typedef {object} Image
 * @property {string} about
 * @property {string} tag
 * @property {string[]} packages - of Debian
 * @property {(tree: string, given: { tools: Tools, room: string, fresh?: boolean }) => Promise<string>} add - puts what
 *   is the image's own into the tree, and says where its packages of npm are
 * @property {string} workingDir
 * @property {string[]} cmd
 * @property {Record<string, string>} [env]
 */

/** Of the images that apps run in. */
const RUNTIME = { workingDir: '/app', cmd: ['app-store-entry'] };

/** @param {string} tree */
async function entryIn(tree) {
  addEntry(tree);
  return packagesOf(tree);
}

/** @type {Record<string, Image>} */
export const IMAGES = {
  'runtime-node': {
    about: 'Runs Node.js apps of the App Store',
    tag: '24',
    packages: ENTRY,
    add: async (tree, { tools, room }) => {
      await addNpm(tree, { ...tools, room });
      return entryIn(tree);
    },
    ...RUNTIME,
    env: { NPM_CONFIG_UPDATE_NOTIFIER: 'false' },
  },
  'runtime-python': {
    about: 'Runs Python and Wave apps of the App Store',
    tag: '3',
    packages: [...ENTRY, 'python3', 'python3-pip', 'python3-venv'],
    add: entryIn,
    ...RUNTIME,
    env: { PYTHONUNBUFFERED: '1', PIP_DISABLE_PIP_VERSION_CHECK: '1' },
  },
  'runtime-static': {
    about: 'Serves static sites of the App Store',
    tag: '1',
    packages: ENTRY,
    add: entryIn,
    ...RUNTIME,
  },
  portal: {
    about: 'The portal with the App Store and its gateway',
    tag: portalVersion(),
    packages: NODE,
    add: (tree, { tools, fresh }) => addPortal(tree, tools, { fresh }),
    ...PORTAL,
    env: { NODE_ENV: 'production' },
  },
};

/** The time that everything in an image has: of the last commit. */
export async function sourceDate() {
  const given = Number(process.env.SOURCE_DATE_EPOCH);
  if (given > 0) return given;
  const { code, output } = await run('git', ['log', '-1', '--format=%ct'], {
    collect: true,
  });
  if (code !== 0)
    throw new Sentence(
      'Images have the time of the last commit: make them in a clone, or set SOURCE_DATE_EPOCH.',
    );
  return Number(output);
}

/**
 * @param {string} name
 * @param {{ tools: Tools, output: string, epoch: number, fresh?: boolean }} options
 * @returns the archive
 */
export async function buildImage(name, { tools, output, epoch, fresh }) {
  const image = IMAGES[name];
  const room = mkdtempSync(join(tmpdir(), `${name}-`));
  try {
    const base = await debianTree(image.packages, epoch, { fresh });
    step(`Packing ${name}:${image.tag}`);
    const tree = join(room, 'tree');
    mkdirSync(tree);
    const node = addNode(tree, await tools.packagedNode());
    const modules = await image.add(tree, { tools, room, fresh });
    const layer = join(room, 'layer.tar');
    await packDirectory(tree, layer, epoch);
    const path = join(output, `${name}.oci.tar`);
    await packImage({
      layers: [base, layer],
      room,
      path,
      epoch,
      config: {
        name: `docker.io/ai-app-store/${name}`,
        tag: image.tag,
        user: '1000:1000',
        workingDir: image.workingDir,
        env: {
          PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          ...image.env,
        },
        cmd: image.cmd,
        labels: {
          'org.opencontainers.image.title': `ai-app-store/${name}`,
          'org.opencontainers.image.description': image.about,
          'org.opencontainers.image.version': image.tag,
          'org.opencontainers.image.licenses': 'Apache-2.0',
          'io.ai-app-store.release': portalVersion(),
        },
      },
    });
    writeFileSync(
      join(output, `${name}.cdx.json`),
      `${JSON.stringify(
        sbom({
          name: `ai-app-store/${name}`,
          version: image.tag,
          digest: sha256(path),
          epoch,
          components: [
            ...debianComponents(await debianPackages(base)),
            ...node,
            ...npmPackages(modules),
          ],
        }),
        undefined,
        2,
      )}\n`,
    );
    return path;
  } finally {
    rmSync(room, { recursive: true, force: true });
  }
}

/** mmdebstrap and umoci, found or installed. */
export const needsBuilders = () =>
  aptInstall(['mmdebstrap', 'umoci'], 'mmdebstrap and umoci', {
    unless: ['mmdebstrap', 'umoci'],
    who: 'Images',
  });

/**
 * @param {string[]} args
 * @param {Toolchain} toolchain
 */
export async function images(args, toolchain) {
  const at = args.indexOf('--output');
  const given = at < 0 ? undefined : args.splice(at, 2)[1];
  const unknown = args.filter(name => !Object.hasOwn(IMAGES, name));
  if (unknown.length || (at >= 0 && !given))
    throw new Sentence(
      `usage: npm run images [-- ${Object.keys(IMAGES).join(
        '|',
      )} ...] [--output DIR]`,
    );
  const output = resolve(process.env.INIT_CWD ?? ROOT, given ?? 'images');
  const tools = await toolchain();
  await needsBuilders();
  mkdirSync(output, { recursive: true });
  const epoch = await sourceDate();
  for (const name of args.length ? args : Object.keys(IMAGES)) {
    const path = await buildImage(name, { tools, output, epoch });
    const megabytes = (statSync(path).size / 2 ** 20).toFixed(0);
    console.log(`${path}  ${megabytes} MB  sha256:${sha256(path)}`);
  }
  return 0;
}
