/** Packs the directory of an app into a file, checked before it is packed. */
import {
  checkBundle,
  DirectoryTree,
  packTree,
  type BundleIssue,
  type CheckedBundle,
} from '@ai-app-store/bundle';
import {
  appIdentityProblem,
  locate,
  readAppToml,
  type AppManifest,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rename, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { withoutTrace } from './cleanUp';
import { CliError, EXIT } from './errors';

/** A directory that was looked at. */
export interface CheckedDirectory extends CheckedBundle {
  tree: DirectoryTree;
}

/** Looks at a directory as the bundle that it would be. */
export async function checkDirectory(
  directory: string,
  options: { without?: string[] } = {},
): Promise<CheckedDirectory> {
  const found = await stat(directory).catch(() => undefined);
  if (!found?.isDirectory())
    throw new CliError(`${directory} is not a directory.`, {
      exitCode: EXIT.notFound,
      code: 'NO_DIRECTORY',
      remedy: 'Name the directory with app.toml, or change into it.',
    });
  const tree = await DirectoryTree.open(directory, options);
  const checked = await checkBundle(tree);
  const skipped = tree.skipped.map(
    ({ path, why }): BundleIssue => ({
      severity: 'warning',
      code: 'NOT_PACKED',
      path,
      message: `${path} ${why}. It is not packed`,
      remedy: 'If the app needs it, replace it with a copy.',
    }),
  );
  const faults = tree.faults.map(
    ({ path, why }): BundleIssue => ({
      severity: 'error',
      code: 'BAD_ENTRY',
      path,
      message: why,
      remedy: 'Rename it, or add it to .appignore.',
    }),
  );
  return {
    ...checked,
    issues: [...checked.issues, ...faults, ...skipped],
    tree,
  };
}

/** @throws CliError with all faults, where there are any */
export function assertSound(
  checked: CheckedDirectory,
): asserts checked is CheckedDirectory & { manifest: AppManifest } {
  const errors = checked.issues.filter(issue => issue.severity === 'error');
  if (!errors.length && checked.manifest) return;
  throw Object.assign(
    new CliError(
      `${errors.length} ${
        errors.length === 1 ? 'fault' : 'faults'
      } in the bundle`,
      { code: errors[0].code },
    ),
    { issues: errors },
  );
}

/**
 * An `app.toml` with another version, in all else the same.
 *
 * @throws CliError where the version does not fit, or its place is not found
 */
export function withVersion(source: string, version: string): string {
  const { manifest } = readAppToml(source);
  const problem = manifest && appIdentityProblem(manifest.name, version);
  if (problem)
    throw new CliError(
      `The generated version ${version} is not valid: ${problem}.`,
      {
        code: 'VERSION_TOO_LONG',
        remedy: 'Shorten App.Name or App.Version in app.toml.',
      },
    );
  const place = locate(source, 'App', 'Version');
  const lines = source.split('\n');
  const at = (place?.line ?? 0) - 1;
  if (lines[at])
    lines[at] = lines[at].replace(
      /(=\s*)("[^"]*"|'[^']*')/,
      (_, equals) => `${equals}${JSON.stringify(version)}`,
    );
  const changed = lines.join('\n');
  if (readAppToml(changed).manifest?.version !== version)
    throw new CliError('App.Version in app.toml could not be replaced.', {
      code: 'VERSION_NOT_FOUND',
      remedy: 'Write it on a line of its own: Version = "1.0.0".',
    });
  return changed;
}

/** A packed bundle on disk. */
export interface Packed {
  path: string;
  size: number;
  /** SHA-256, hexadecimal. */
  digest: string;
  manifest: AppManifest;
}

/**
 * Packs a checked directory into `path`; nothing half-written is ever there.
 *
 * @param options.version - packed instead of the one in `app.toml`
 */
export async function packInto(
  checked: CheckedDirectory & { manifest: AppManifest },
  directory: string,
  path: string,
  options: { version?: string } = {},
): Promise<Packed> {
  const { tree, manifest } = checked;
  const { version } = options;
  const replace = version
    ? [
        {
          path: 'app.toml',
          content: Buffer.from(
            withVersion(
              await readFile(join(directory, 'app.toml'), 'utf8'),
              version,
            ),
          ),
        },
      ]
    : [];
  const hash = createHash('sha256');
  let size = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  const half = `${path}.half-${process.pid}`;
  await withoutTrace(half, async () => {
    await pipeline(packTree(tree, replace), meter, createWriteStream(half));
    await rename(half, path);
  });
  return {
    path,
    size,
    digest: hash.digest('hex'),
    manifest: { ...manifest, version: version ?? manifest.version },
  };
}

/** Calls back with a file that is gone afterwards. */
async function withTemporary<T>(
  work: (path: string) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'app-store-'));
  return withoutTrace(directory, () => work(join(directory, 'bundle.wave')));
}

/** Packs a checked directory, and calls back with the file. */
export async function withPacked<T>(
  checked: CheckedDirectory & { manifest: AppManifest },
  directory: string,
  work: (bundle: Packed) => Promise<T>,
): Promise<T> {
  return withTemporary(async path =>
    work(await packInto(checked, directory, path)),
  );
}

/** Packs a directory for the store, and calls back with the file. */
export async function packed<T>(
  directory: string,
  version: ((own: string) => string) | undefined,
  work: (bundle: Packed) => Promise<T>,
): Promise<T> {
  const checked = await checkDirectory(directory);
  assertSound(checked);
  return withTemporary(async path =>
    work(
      await packInto(checked, directory, path, {
        version: version?.(checked.manifest.version),
      }),
    ),
  );
}
