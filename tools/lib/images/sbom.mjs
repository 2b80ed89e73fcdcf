// What is in an image, as CycloneDX (https://cyclonedx.org/docs/1.6/json/), by package URLs
// (https://github.com/package-url/purl-spec).
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {{ name: string, version: string, purl: string }} Component */

/**
 * Packages of npm below a `node_modules`, those within packages included.
 *
 * @param {string} directory
 * @returns {Component[]}
 */
export function npmPackages(directory) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory).flatMap(name => {
    if (name.startsWith('.')) return [];
    const path = join(directory, name);
    if (name.startsWith('@'))
      return readdirSync(path).flatMap(inner => npmPackage(join(path, inner)));
    return npmPackage(path);
  });
}

/**
 * @param {string} path
 * @returns {Component[]}
 */
function npmPackage(path) {
  const manifest = join(path, 'package.json');
  if (!existsSync(manifest)) return [];
  const { name, version } = JSON.parse(readFileSync(manifest, 'utf8'));
  return [
    {
      name,
      version,
      purl: `pkg:npm/${encodeURIComponent(name).replace(
        '%2F',
        '/',
      )}@${version}`,
    },
    ...npmPackages(join(path, 'node_modules')),
  ];
}

/**
 * @param {{ name: string, version: string, architecture: string }[]} packages
 * @returns {Component[]}
 */
export const debianComponents = packages =>
  packages.map(({ name, version, architecture }) => ({
    name,
    version,
    purl: `pkg:deb/debian/${name}@${encodeURIComponent(
      version,
    )}?arch=${architecture}&distro=debian-13`,
  }));

/**
 * @param {object} options
 * @param {string} options.name - of the image
 * @param {string} options.version
 * @param {string} options.digest - SHA-256 of its archive
 * @param {number} options.epoch - seconds since 1970
 * @param {Component[]} options.components
 */
export function sbom({ name, version, digest, epoch, components }) {
  const unique = new Map(components.map(each => [each.purl, each]));
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      timestamp: new Date(epoch * 1000).toISOString(),
      component: {
        type: 'container',
        name,
        version,
        hashes: [{ alg: 'SHA-256', content: digest }],
      },
    },
    components: [...unique.values()]
      .sort((a, b) => (a.purl < b.purl ? -1 : 1))
      .map(({ purl, ...rest }) => ({
        type: 'library',
        'bom-ref': purl,
        purl,
        ...rest,
      })),
  };
}
