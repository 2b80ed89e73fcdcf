/** Reads an archive as a bundle (specification section 5): its manifest, texts and pictures. */
import {
  readAppToml,
  APP_TOML_LIMIT,
  type AppManifest,
  type ReadOptions,
  type TomlIssue,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { BundleError } from './BundleError';
import { contentDigest } from './contentTar';
import { Archive, type ArchiveFile } from './zip';
import { imageType } from './images';

const TEXT_LIMIT = 1024 ** 2;
const IMAGE_LIMIT = 5 * 1024 ** 2;
const SCREENSHOTS = 12;

/** A picture of a bundle. */
export interface BundleImage {
  data: Buffer;
  extension: 'png' | 'jpg';
}

/** A bundle that may be imported. */
export interface Bundle {
  manifest: AppManifest;
  longDescription: string;
  icon?: BundleImage;
  screenshots: BundleImage[];
  contentDigest: string;
  warnings: TomlIssue[];
}

async function readImage(
  archive: Archive,
  file: ArchiveFile,
): Promise<BundleImage> {
  const data = await archive.read(file, IMAGE_LIMIT);
  const extension = imageType(data);
  if (!extension)
    throw new BundleError({
      code: 'BAD_IMAGE',
      message: `${file.path} is not a PNG or JPEG picture of at most 4096 by 4096 pixels`,
      remedy: 'Save it as PNG or JPEG.',
    });
  return { data, extension };
}

/** The files, one of which a module stands for. */
function moduleFiles(
  mode: AppManifest['runtime']['mode'],
  module: string,
): string[] {
  if (mode === 'node') return [module, `${module}.js`, `${module}/index.js`];
  if (mode === 'static')
    return module === '.'
      ? ['index.html']
      : [`${module.replace(/\/$/, '')}/index.html`];
  const path = module.replaceAll('.', '/');
  return [`${path}.py`, `${path}/__main__.py`];
}

function checkModule(archive: Archive, manifest: AppManifest): void {
  const { mode, module, volumeMount } = manifest.runtime;
  if (manifest.lifecycle === 'LINK' || mode === 'container' || !module) return;
  const clean = module.replace(/^\.\//, '');
  const candidates = moduleFiles(mode, clean);
  // A Node entry file may come with a dependency, and a Python module with a wheel.
  const installed =
    (mode === 'node' && clean.startsWith('node_modules/')) ||
    (mode !== 'node' && mode !== 'static' && archive.find('requirements.txt'));
  if (!installed && !candidates.some(path => archive.find(path)))
    throw new BundleError({
      code: 'MODULE_MISSING',
      message: `Runtime.Module is ${JSON.stringify(
        module,
      )}, but the bundle has no ${candidates[0]}`,
      remedy: 'Correct Runtime.Module, or pack the missing file.',
    });
  if (
    volumeMount?.startsWith('/app/') &&
    archive.files.some(file =>
      `/app/${file.path}`.startsWith(`${volumeMount}/`),
    )
  )
    throw new BundleError({
      code: 'VOLUME_HIDES_FILES',
      message: `Runtime.VolumeMount ${volumeMount} is a directory of the bundle`,
      remedy: 'Choose a directory that the bundle does not have.',
    });
}

/**
 * Reads and checks a bundle.
 *
 * @param path - the archive on disk
 * @throws BundleError with everything that is wrong with `app.toml`, or the first other fault
 */
export async function readBundle(
  path: string,
  options: ReadOptions = {},
): Promise<Bundle> {
  const archive = await Archive.open(path);
  try {
    const toml = archive.find('app.toml');
    if (!toml) {
      const nested = archive.files.find(file =>
        file.path.endsWith('/app.toml'),
      );
      throw new BundleError({
        code: 'NO_APP_TOML',
        message: `the archive has no app.toml at its root${
          nested ? `, only ${nested.path}` : ''
        }`,
        remedy: nested
          ? 'Pack the files inside that directory, not the directory itself.'
          : 'Add an app.toml with at least [App] Name and Version.',
      });
    }
    const { manifest, issues } = readAppToml(
      (await archive.read(toml, APP_TOML_LIMIT)).toString('utf8'),
      options,
    );
    if (!manifest) {
      const errors = issues.filter(issue => issue.severity === 'error');
      const [first] = errors;
      throw new BundleError({
        code: 'BAD_APP_TOML',
        message: `${first.message}${
          first.line
            ? ` (app.toml line ${first.line}${
                first.column ? `, column ${first.column}` : ''
              })`
            : ''
        }${errors.length > 1 ? `, and ${errors.length - 1} more` : ''}`,
        remedy: first.remedy,
        issues,
      });
    }
    checkModule(archive, manifest);
    let longDescription = '';
    if (manifest.longDescriptionPath) {
      const file = archive.find(
        manifest.longDescriptionPath.replace(/^\.\//, ''),
      );
      if (!file)
        throw new BundleError({
          code: 'LONG_DESCRIPTION_MISSING',
          message: `App.LongDescription is ${JSON.stringify(
            manifest.longDescriptionPath,
          )}, which the bundle does not have`,
          remedy: 'Correct the path, or pack the file.',
        });
      longDescription = (await archive.read(file, TEXT_LIMIT)).toString('utf8');
    }
    const icon = archive.files.find(file =>
      /^static\/icon[^/]*\.(png|jpe?g)$/i.test(file.path),
    );
    const screenshots: BundleImage[] = [];
    for (const file of archive.files
      .filter(f => /^static\/screenshot[^/]*\.(png|jpe?g)$/i.test(f.path))
      .slice(0, SCREENSHOTS))
      screenshots.push(await readImage(archive, file));
    return {
      manifest,
      longDescription,
      icon: icon && (await readImage(archive, icon)),
      screenshots,
      contentDigest: await contentDigest(archive),
      warnings: issues,
    };
  } catch (error) {
    if (error instanceof BundleError) throw error;
    throw new BundleError({
      code: 'BAD_ARCHIVE',
      message: `the archive cannot be read: ${(error as Error).message}`,
      remedy: 'Pack the bundle again.',
    });
  } finally {
    await archive.close();
  }
}
