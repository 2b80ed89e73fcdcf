/**
 * Reads `app.toml` into an {@link AppManifest}, or says everything that is wrong
 * with it, each fault with its place. One reader for server, browser and command line.
 */
import { parse, TomlError } from 'smol-toml';
import { ALLOWED_WAVE_VARIABLES, readEnv, readFile } from './entries';
import {
  lifecycleOf,
  modeOf,
  toManifest,
  type AppManifest,
  type AppTables,
} from './manifest';
import { checkForLink, checkForMode, checkLegacy } from './modes';
import { readParameter } from './parameters';
import {
  checkIdentity,
  checkLengths,
  checkLink,
  checkReadOnlyFiles,
  checkRuntime,
} from './rules';
import {
  child,
  lower,
  TomlReader,
  type TomlIssue,
  type TomlTable,
} from './TomlReader';

/**
 * Largest `app.toml`, in bytes.
 *
 * @public
 */
export const APP_TOML_LIMIT = 256 * 1024;

/**
 * What the store allows beyond the defaults.
 *
 * @public
 */
export interface ReadOptions {
  /** `H2O_WAVE_…` variables that apps may set (specification 11.3). */
  allowedWaveVariables?: readonly RegExp[];
}

/**
 * Reads the text of an `app.toml`.
 *
 * @returns the manifest where nothing is wrong; all faults and warnings in either case
 *
 * @public
 */
export function readAppToml(
  source: string,
  options: ReadOptions = {},
): { manifest?: AppManifest; issues: TomlIssue[] } {
  const reader = new TomlReader(source);
  if (new TextEncoder().encode(source).length > APP_TOML_LIMIT) {
    reader.issues.push({
      severity: 'error',
      path: 'app.toml',
      message: `app.toml is larger than ${APP_TOML_LIMIT / 1024} KiB`,
      remedy: "Put the app's data into other files.",
    });
    return { issues: reader.issues };
  }
  if (source.includes('\0')) {
    reader.issues.push({
      severity: 'error',
      path: 'app.toml',
      message: 'app.toml contains a NUL character',
      remedy: 'Save it as plain UTF-8 text.',
    });
    return { issues: reader.issues };
  }
  let root: TomlTable;
  try {
    root = parse(source) as TomlTable;
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    reader.issues.push({
      severity: 'error',
      path: 'app.toml',
      message: `app.toml cannot be read: ${error.message
        .split('\n')[0]
        .replace(/^Invalid TOML document: /, '')}`,
      remedy:
        'Correct the TOML at this place. See https://toml.io for the syntax.',
      line: error.line,
      column: error.column,
    });
    return { issues: reader.issues };
  }
  for (const key of Object.keys(root)) {
    const known = ['app', 'runtime', 'env', 'file', 'link'].includes(
      lower(key),
    );
    if (!known && !(lower(key) === 'parameter' && Array.isArray(root[key])))
      reader.add(
        'warning',
        key,
        undefined,
        'is not a known table and is ignored',
        'If the app itself reads it, ignore this warning.',
      );
  }
  if (child(root, 'App') === undefined)
    reader.error(
      'App',
      undefined,
      'is missing',
      'Add an [App] table with Name and Version to app.toml.',
    );
  const app = reader.table('App', child(root, 'App') ?? {});
  const runtime = reader.table('Runtime', child(root, 'Runtime'));
  const link = reader.table('Link', child(root, 'Link'));
  const allowed = options.allowedWaveVariables ?? ALLOWED_WAVE_VARIABLES;
  const env = reader
    .tables('Env', child(root, 'Env'))
    .map((entry, i) => readEnv(reader, entry, i, allowed));
  const mount = String(runtime.VolumeMount ?? '').replace(/\/+$/, '');
  const taken = new Map(mount ? [[mount, 'the volume']] : []);
  const files = reader
    .tables('File', child(root, 'File'))
    .map((entry, i) => readFile(reader, entry, i, taken));
  // A table of that name may be the app's own: then it is left to it.
  const asked = child(root, 'Parameter');
  const names = new Set(env.map(entry => entry.name));
  const parameters = reader
    .tables('Parameter', Array.isArray(asked) ? asked : undefined)
    .map((entry, i) => readParameter(reader, entry, i, names));
  const tables: AppTables = { app, runtime, link, env, files, parameters };

  checkIdentity(reader, app);
  checkLengths(reader, app);
  checkLegacy(reader, tables);
  if (lifecycleOf(tables) === 'LINK') {
    checkLink(reader, tables);
    checkForLink(reader, tables);
  } else {
    checkRuntime(reader, runtime, modeOf(tables));
    checkReadOnlyFiles(reader, tables);
    checkForMode(reader, tables, modeOf(tables));
  }
  // In the order of the file; what has no place comes first.
  const issues = [...reader.issues].sort(
    (a, b) => (a.line ?? 0) - (b.line ?? 0),
  );
  return reader.failed ? { issues } : { manifest: toManifest(tables), issues };
}
