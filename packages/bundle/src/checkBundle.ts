/**
 * Everything that the rules of specification 2.2, 5 and 6 say of a bundle's
 * files, found at once and each fault with its place in `app.toml`.
 */
import {
  APP_TOML_LIMIT,
  locate,
  readAppToml,
  turnedAround,
  type AppManifest,
  type ReadOptions,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { BundleIssue } from './BundleError';
import type { FileTree } from './FileTree';
import { readOsPackages } from './osPackages';
import { readPictures, type BundleImage } from './pictures';
import { mayBeInstalled } from './requirements';

const TEXT_LIMIT = 1024 ** 2;
const APP_ROOT = '/app';
/** Files that hold what should not be handed to everybody who may download the bundle. */
const PRIVATE_FILES =
  /(^|\/)(\.env(\..*)?|\.npmrc|\.pypirc|\.netrc|id_rsa|id_ed25519)$/;

/**
 * What a bundle holds besides its code, where nothing is wrong with it, and all that was noticed.
 *
 * @public
 */
export interface CheckedBundle {
  manifest?: AppManifest;
  /** The text of `app.toml`; empty where there is none that can be read. */
  source: string;
  longDescription: string;
  icon?: BundleImage;
  screenshots: BundleImage[];
  issues: BundleIssue[];
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

/** Whether a start has something to install; as `app-store-entry` decides it. */
function hasDependencies(
  { runtime: { mode } }: AppManifest,
  tree: FileTree,
): boolean {
  if (mode === 'node') return Boolean(tree.find('package.json'));
  const isPython = mode === 'wave' || mode === 'python';
  return isPython && Boolean(tree.find('requirements.txt'));
}

/** Looks through one tree. */
class BundleCheck {
  readonly issues: BundleIssue[] = [];
  source = '';

  constructor(readonly tree: FileTree, readonly options: ReadOptions) {}

  #add(
    issue: Omit<BundleIssue, 'message' | 'path'> & { message: string },
    table?: string,
    key?: string,
  ): void {
    this.issues.push({
      path: table && key ? `${table}.${key}` : 'app.toml',
      ...issue,
      ...(table ? locate(this.source, table, key) : {}),
    });
  }

  async manifest(): Promise<AppManifest | undefined> {
    const file = this.tree.find('app.toml');
    if (!file) {
      const nested = this.tree.files.find(f => f.path.endsWith('/app.toml'));
      this.#add({
        code: 'NO_APP_TOML',
        severity: 'error',
        message: `there is no app.toml at the root${
          nested ? `, only ${nested.path}` : ''
        }`,
        remedy: nested
          ? 'Pack the files inside that directory, not the directory itself.'
          : 'Add an app.toml with at least [App] Name and Version.',
      });
      return undefined;
    }
    if (file.size > APP_TOML_LIMIT) {
      this.#add({
        code: 'BAD_APP_TOML',
        severity: 'error',
        message: `app.toml is larger than ${APP_TOML_LIMIT} bytes`,
        remedy: "Put the app's data into other files.",
      });
      return undefined;
    }
    const bytes = await this.tree.read(file, APP_TOML_LIMIT);
    this.source = bytes.toString('utf8');
    if (!Buffer.from(this.source).equals(bytes)) {
      this.#add({
        code: 'BAD_APP_TOML',
        severity: 'error',
        message: 'app.toml is not UTF-8',
        remedy: 'Save it as UTF-8 text.',
      });
      return undefined;
    }
    const { manifest, issues } = readAppToml(this.source, this.options);
    for (const issue of issues)
      this.issues.push({ code: 'BAD_APP_TOML', ...issue });
    return manifest;
  }

  async module({ lifecycle, runtime }: AppManifest): Promise<void> {
    const { mode, module } = runtime;
    if (lifecycle === 'LINK' || mode === 'container' || !module) return;
    const clean = module.replace(/^\.\//, '');
    const candidates = moduleFiles(mode, clean);
    if (candidates.some(path => this.tree.find(path))) return;
    const python = mode === 'wave' || mode === 'python';
    // A Node entry file may come with a dependency, and a Python module with a requirement.
    const installed =
      (mode === 'node' && clean.startsWith('node_modules/')) ||
      (python && (await mayBeInstalled(this.tree, clean)));
    if (installed) return;
    const required = python && this.tree.find('requirements.txt');
    this.#add(
      {
        code: 'MODULE_MISSING',
        severity: 'error',
        message: `Runtime.Module is ${JSON.stringify(
          module,
        )}, but the bundle has no ${candidates[0]}${
          required ? ', and no package in requirements.txt has this name' : ''
        }`,
        remedy: `Correct Runtime.Module, ${
          required
            ? 'pack the missing file, or add the package that has it to requirements.txt.'
            : 'or pack the missing file.'
        }`,
      },
      'Runtime',
      'Module',
    );
  }

  /** Whether a place in the container is, or lies below, a directory of the bundle. */
  #isDirectory(place: string): boolean {
    const inside = place.startsWith(`${APP_ROOT}/`)
      ? place.slice(APP_ROOT.length + 1)
      : undefined;
    return (
      inside !== undefined &&
      this.tree.files.some(
        file => file.path === inside || file.path.startsWith(`${inside}/`),
      )
    );
  }

  mounts({ runtime, files }: AppManifest): void {
    const { volumeMount } = runtime;
    if (volumeMount && this.#isDirectory(volumeMount))
      this.#add(
        {
          code: 'VOLUME_HIDES_FILES',
          severity: 'error',
          message: `Runtime.VolumeMount ${volumeMount} is a directory of the bundle`,
          remedy: 'Choose a directory that is not in the bundle.',
        },
        'Runtime',
        'VolumeMount',
      );
    files.forEach((entry, index) => {
      const absolute = entry.path.startsWith('/')
        ? entry.path
        : `${APP_ROOT}/${entry.path}`;
      const directory = absolute.slice(0, absolute.lastIndexOf('/'));
      if (this.#isDirectory(directory))
        this.issues.push({
          code: 'FILE_HIDES_FILES',
          severity: 'warning',
          path: 'File.Path',
          message: `File.Path ${JSON.stringify(
            entry.path,
          )} hides the bundle's own files in ${directory}`,
          remedy: 'Choose a directory that is not in the bundle.',
          ...locate(this.source, 'File', 'Path', index),
        });
    });
  }

  async longDescription({ longDescriptionPath }: AppManifest): Promise<string> {
    if (!longDescriptionPath) return '';
    const file = this.tree.find(longDescriptionPath.replace(/^\.\//, ''));
    if (file && file.size <= TEXT_LIMIT) {
      const text = (await this.tree.read(file, TEXT_LIMIT)).toString('utf8');
      const turned = turnedAround(text);
      if (turned)
        this.issues.push({
          code: 'TEXT_TURNED_AROUND',
          severity: 'error',
          path: file.path,
          message: `${file.path} contains a character in line ${turned.line} that changes the direction of text (${turned.character})`,
          remedy: 'Remove it. It can make a text look like a different text.',
        });
      return text;
    }
    this.#add(
      {
        code: file ? 'LONG_DESCRIPTION_TOO_LARGE' : 'LONG_DESCRIPTION_MISSING',
        severity: 'error',
        message: `App.LongDescription is ${JSON.stringify(
          longDescriptionPath,
        )}, which ${
          file ? `is larger than ${TEXT_LIMIT} bytes` : 'is not in the bundle'
        }`,
        remedy: file
          ? 'Shorten the text.'
          : 'Correct the path, or pack the file.',
      },
      'App',
      'LongDescription',
    );
    return '';
  }

  privateFiles(): void {
    for (const { path } of this.tree.files.filter(file =>
      PRIVATE_FILES.test(file.path),
    ))
      this.issues.push({
        code: 'PRIVATE_FILE',
        severity: 'warning',
        path,
        message: `${path} often contains credentials, and everybody who can download the bundle can read it`,
        remedy: 'Add it to .appignore, and use a secret of the store instead.',
      });
  }
}

/**
 * Checks a bundle.
 *
 * @returns all that is wrong or odd; without `manifest` where `app.toml` cannot be used
 * @throws BundleError where a file cannot be read
 *
 * @public
 */
export async function checkBundle(
  tree: FileTree,
  options: ReadOptions = {},
): Promise<CheckedBundle> {
  const check = new BundleCheck(tree, options);
  const manifest = await check.manifest();
  let longDescription = '';
  if (manifest) {
    await check.module(manifest);
    check.mounts(manifest);
    longDescription = await check.longDescription(manifest);
  }
  const { issues, ...pictures } = await readPictures(tree);
  const packages = await readOsPackages(tree);
  check.issues.push(...issues, ...packages.issues);
  check.privateFiles();
  return {
    manifest: manifest && {
      ...manifest,
      hasDependencies: hasDependencies(manifest, tree),
      ...(packages.names.length ? { osPackages: packages.names } : {}),
    },
    source: check.source,
    longDescription,
    ...pictures,
    issues: check.issues,
  };
}
