// Layers as an OCI image in one archive, which `skopeo copy oci-archive:…`, `podman load` and
// `ctr image import` take. Packed by umoci.
// https://github.com/opencontainers/image-spec/blob/main/image-layout.md
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packDirectory } from './layer.mjs';
import { run } from '../run.mjs';
import { Sentence } from '../words.mjs';

/**
 * @typedef {object} ImageConfig
 * @property {string} name - with its registry, without a tag
 * @property {string} tag
 * @property {string} [user]
 * @property {string} workingDir
 * @property {Record<string, string>} env
 * @property {string[]} cmd
 * @property {Record<string, string>} labels
 */

/** @param {string[]} args */
async function umoci(...args) {
  const { code, output } = await run('umoci', args, { collect: true });
  if (code !== 0)
    throw new Sentence(`umoci ${args[0]} failed:\n${output.trim()}`);
}

/**
 * Writes down the name that `ctr images import` and `kind load image-archive` give the image; of the tag alone
 * containerd makes a name that no pod can ask for.
 * https://github.com/containerd/containerd/blob/main/core/images/annotations.go
 *
 * @param {string} layout
 * @param {string} name - with its registry and tag
 */
function nameImage(layout, name) {
  const path = join(layout, 'index.json');
  const index = JSON.parse(readFileSync(path, 'utf8'));
  for (const manifest of index.manifests)
    manifest.annotations['io.containerd.image.name'] = name;
  writeFileSync(path, JSON.stringify(index));
}

/**
 * @param {object} options
 * @param {string[]} options.layers - tar archives, the lowest first
 * @param {ImageConfig} options.config
 * @param {string} options.room - a directory for the work
 * @param {string} options.path - the archive to make
 * @param {number} options.epoch - seconds since 1970
 */
export async function packImage({ layers, config, room, path, epoch }) {
  const layout = join(room, 'layout');
  rmSync(layout, { recursive: true, force: true });
  mkdirSync(room, { recursive: true });
  const image = `${layout}:${config.tag}`;
  const created = new Date(epoch * 1000).toISOString();
  await umoci('init', '--layout', layout);
  await umoci('new', '--image', image);
  for (const layer of layers)
    await umoci(
      'raw',
      'add-layer',
      '--image',
      image,
      '--history.created',
      created,
      '--history.created_by',
      'npm run images',
      layer,
    );
  await umoci(
    'config',
    '--image',
    image,
    '--no-history',
    `--created=${created}`,
    '--os=linux',
    `--architecture=${process.arch === 'x64' ? 'amd64' : process.arch}`,
    ...(config.user ? [`--config.user=${config.user}`] : []),
    `--config.workingdir=${config.workingDir}`,
    ...Object.entries(config.env).map(([k, v]) => `--config.env=${k}=${v}`),
    ...config.cmd.map(word => `--config.cmd=${word}`),
    ...Object.entries(config.labels).map(
      ([k, v]) => `--config.label=${k}=${v}`,
    ),
  );
  // What was overwritten on the way.
  await umoci('gc', '--layout', layout);
  nameImage(layout, `${config.name}:${config.tag}`);
  await packDirectory(layout, path, epoch);
  rmSync(layout, { recursive: true, force: true });
}
