/** The rules of `[[Env]]` and `[[File]]` (specification 6.3, 6.4). */
import { secretKeyProblem, secretNameProblem } from '../names';
import type { EnvEntry, FileEntry } from './manifest';
import type { TomlReader, TomlTable } from './TomlReader';

/**
 * Variables that apps may set by default (specification 6.3, 11.3).
 *
 * @public
 */
export const ALLOWED_WAVE_VARIABLES: readonly RegExp[] = [
  /^H2O_WAVE_APP_MODE$/,
  /^H2O_WAVE_ML_.*$/,
  /^H2O_WAVE_(PUBLIC_DIR|PRIVATE_DIR|MAX_REQUEST_SIZE|NO_STORE|SESSION_INACTIVITY_TIMEOUT|DATA_DIR|PING_INTERVAL)$/,
];

/** Where an app's files are. */
export const APP_ROOT = '/app';

/** Directories that belong to the system of an image; nothing of an app's is mounted into them. */
const SYSTEM_DIRECTORIES =
  /^\/(usr|bin|sbin|lib|lib32|lib64|libx32|etc|proc|sys|dev|tmp|run|boot|root|opt|var|\.old)(\/|$)/;

/** Whether an app may not mount anything at an absolute path. */
export function isSystemPath(path: string): boolean {
  return SYSTEM_DIRECTORIES.test(path);
}

/** Rules that `[[Env]]` and `[[File]]` share (specification 6.3, 6.4). */
function valueOrSecret(
  reader: TomlReader,
  name: 'Env' | 'File',
  entry: TomlTable,
  index: number,
): void {
  const { Value, Secret, SecretKey, Optional } = entry;
  // What is optional and cannot exist is only odd.
  const severity = Optional ? 'warning' : 'error';
  const secretProblem =
    Secret !== undefined && secretNameProblem(String(Secret));
  if (secretProblem)
    reader.add(
      severity,
      name,
      'Secret',
      `is not a valid name of a secret: it ${secretProblem}`,
      'Correct the name of the secret.',
      index,
    );
  const keyProblem =
    SecretKey !== undefined && secretKeyProblem(String(SecretKey));
  if (keyProblem)
    reader.add(
      severity,
      name,
      'SecretKey',
      `is not a valid key: it ${keyProblem}`,
      'Correct the key.',
      index,
    );
  if (
    Value !== undefined &&
    (Secret !== undefined || SecretKey !== undefined || Optional !== undefined)
  )
    reader.error(
      name,
      'Value',
      'excludes Secret, SecretKey and Optional',
      'Keep either Value, or Secret and SecretKey.',
      index,
    );
  else if (
    Value === undefined &&
    (Secret === undefined || SecretKey === undefined)
  )
    reader.error(
      name,
      Secret === undefined ? 'Value' : 'SecretKey',
      'is missing',
      'Give Value, or Secret together with SecretKey.',
      index,
    );
}

/** One `[[Env]]`; `allowed` are the `H2O_WAVE_…` variables that apps may set. */
export function readEnv(
  reader: TomlReader,
  entry: TomlTable,
  index: number,
  allowed: readonly RegExp[],
): EnvEntry {
  const name = String(entry.Name ?? '');
  const [reserved] = /^(H2O_CLOUD|APP_STORE_)/i.exec(name) ?? [];
  if (reserved)
    reader.error(
      'Env',
      'Name',
      `${name} is reserved for the platform`,
      `Choose a name that does not start with ${reserved}.`,
      index,
    );
  else if (/^H2O_WAVE/i.test(name)) {
    if (!allowed.some(pattern => pattern.test(name)))
      reader.error(
        'Env',
        'Name',
        `${name} cannot be set by apps`,
        'Remove it, or ask an admin to allow it (appStore.allowedWaveVariables).',
        index,
      );
  }
  valueOrSecret(reader, 'Env', entry, index);
  return {
    name,
    value: entry.Value as string | undefined,
    secret: entry.Secret as string | undefined,
    secretKey: entry.SecretKey as string | undefined,
    optional: Boolean(entry.Optional),
  };
}

/** One `[[File]]`; `taken` says what holds which directory already, and gets this one's. */
export function readFile(
  reader: TomlReader,
  entry: TomlTable,
  index: number,
  taken: Map<string, string>,
): FileEntry {
  const path = String(entry.Path ?? '');
  const normal = path.replace(/\/+/g, '/').replace(/^\.\//, '');
  const absolute = normal.startsWith('/') ? normal : `${APP_ROOT}/${normal}`;
  const directory = absolute.slice(0, absolute.lastIndexOf('/'));
  if (path) {
    if (/(^|\/)\.{1,2}(\/|$)/.test(normal) || /[\p{Cc}\\:]/u.test(normal))
      reader.error(
        'File',
        'Path',
        'points outside its directory',
        'Write it without "..".',
        index,
      );
    else if (!directory || directory === APP_ROOT)
      reader.error(
        'File',
        'Path',
        'needs its own directory: not / and not the directory of the app',
        'Put the file into a sub-directory, such as config/settings.json.',
        index,
      );
    else if (directory === '/resources' || directory.startsWith('/resources/'))
      reader.error(
        'File',
        'Path',
        'must not be under /resources',
        'Choose another directory.',
        index,
      );
    else if (isSystemPath(directory))
      reader.error(
        'File',
        'Path',
        'must not be in a system directory',
        'Choose a separate directory, such as config/settings.json.',
        index,
      );
    else if (taken.has(directory))
      reader.error(
        'File',
        'Path',
        `shares the directory ${directory} with ${taken.get(directory)}`,
        'Give each File its own directory.',
        index,
      );
    taken.set(directory, 'another File');
  }
  valueOrSecret(reader, 'File', entry, index);
  return {
    path: normal,
    value: entry.Value as string | undefined,
    secret: entry.Secret as string | undefined,
    secretKey: entry.SecretKey as string | undefined,
    optional: Boolean(entry.Optional),
  };
}
