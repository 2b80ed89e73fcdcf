/** Rules of `app.toml` that span several keys. */
import {
  appIdentityProblem,
  appNameProblem,
  appVersionProblem,
} from '../names';
import { parseQuantity } from '../quantity';
import { APP_ROOT, isSystemPath } from './entries';
import type { AppManifest, AppMode, AppTables } from './manifest';
import type { TomlReader, TomlTable } from './TomlReader';

/** What templates write where a value is to come: `{{VERSION}}`, `${VERSION}`, `%VERSION%`, `<version>`. */
const PLACEHOLDER =
  /\{\{.*\}\}|\$\{.*\}|\$\(.*\)|\$[A-Z_]+|<%.*%>|^<.*>$|^%.*%$|^__.*__$|^@.*@$/;
const VERSION_PLACEHOLDER =
  /^(app_?)?version$|^(major|x|n)\.(minor|x|y|n)\.(patch|x|z|n)$/i;

/** Longer ones are refused as what they are not, and would take long to look through. */
const PLACEHOLDER_LIMIT = 200;

/** Whether a name or version waits for a build to fill it in. */
function isPlaceholder(key: string, text: string): boolean {
  if (text.length > PLACEHOLDER_LIMIT) return false;
  return (
    PLACEHOLDER.test(text) ||
    (key === 'Version' && VERSION_PLACEHOLDER.test(text))
  );
}

/** The rules of a name and a version (specification 2.2). */
export function checkIdentity(reader: TomlReader, app: TomlTable): void {
  const name = String(app.Name ?? '');
  const version = String(app.Version ?? '');
  const placeholders = ['Name', 'Version'].filter(key =>
    isPlaceholder(key, String(app[key] ?? '')),
  );
  for (const key of placeholders)
    reader.error(
      'App',
      key,
      `is the placeholder ${JSON.stringify(
        String(app[key]).slice(0, 80),
      )}, which was not replaced`,
      key === 'Version'
        ? 'Write the version, such as 1.2.3, or pack the bundle with the tool that replaces the placeholder.'
        : 'Write the name, or pack the bundle with the tool that replaces the placeholder.',
    );
  if (placeholders.length) return;
  const namePart = app.Name === undefined ? undefined : appNameProblem(name);
  if (namePart)
    reader.error(
      'App',
      'Name',
      namePart,
      'Choose another name, for example com.example.my-app.',
    );
  const versionPart =
    app.Version === undefined ? undefined : appVersionProblem(version);
  if (versionPart)
    reader.error(
      'App',
      'Version',
      versionPart,
      'Write it like 1.2.3 or 1.2.3-rc.1.',
    );
  const both = appIdentityProblem(name, version);
  if (both && !namePart && !versionPart)
    reader.error(
      'App',
      'Version',
      `is not valid: ${both}`,
      'Shorten the name or the version.',
    );
}

/** What a tile of the store shows of a title and of a description, in characters; the rest is cut off there. */
const SHOWN = { Title: 60, Description: 160 };

/** Longer texts are taken, and their authors are told. */
export function checkLengths(reader: TomlReader, app: TomlTable): void {
  for (const [key, limit] of Object.entries(SHOWN)) {
    const { length } = [...String(app[key] ?? '')];
    if (length > limit)
      reader.add(
        'warning',
        'App',
        key,
        `has ${length} characters, of which the store's pages show about ${limit}`,
        key === 'Title'
          ? 'Shorten it, and say the rest in App.Description.'
          : 'Shorten it, and say the rest in the file of App.LongDescription.',
      );
  }
}

/** `[Runtime]` of an app that runs (specification 6.2). */
export function checkRuntime(
  reader: TomlReader,
  runtime: TomlTable,
  mode: AppMode,
): void {
  if (mode === 'container') {
    if (runtime.Module !== undefined)
      reader.add(
        'warning',
        'Runtime',
        'Module',
        'has no effect on a container app',
        'Remove it.',
      );
  } else if (!runtime.Module)
    reader.error(
      'Runtime',
      'Module',
      'is missing',
      'Name what to run: a Python module, a Node entry file, or the directory to serve.',
    );
  if ((mode === 'python' || mode === 'container') && runtime.Port === undefined)
    reader.error(
      'Runtime',
      'Port',
      `is missing: ${mode} apps must set the port that they listen on`,
      'Add Port = 8080, or the port that the app listens on.',
    );
  if (
    (runtime.VolumeMount === undefined) !==
    (runtime.VolumeSize === undefined)
  )
    reader.error(
      'Runtime',
      runtime.VolumeMount === undefined ? 'VolumeMount' : 'VolumeSize',
      'is missing: VolumeMount and VolumeSize belong together',
      'Give both VolumeMount and VolumeSize.',
    );
  for (const resource of ['Memory', 'CPU']) {
    const limit = runtime[`${resource}Limit`];
    const reservation = runtime[`${resource}Reservation`];
    if (
      limit !== undefined &&
      reservation !== undefined &&
      parseQuantity(String(reservation)) > parseQuantity(String(limit))
    )
      reader.error(
        'Runtime',
        `${resource}Reservation`,
        `is more than ${resource}Limit`,
        'Raise the limit, or reserve less.',
      );
  }
  for (const key of ['VolumeSize', 'ResourceVolumeSize'])
    if (
      runtime[key] !== undefined &&
      !(parseQuantity(String(runtime[key])) > 0)
    )
      reader.error(
        'Runtime',
        key,
        'must be greater than zero',
        'Write it like 1Gi.',
      );
  const mount = String(runtime.VolumeMount ?? '').replace(/\/+$/, '');
  if (
    mount &&
    ([APP_ROOT, '/resources'].includes(mount) || isSystemPath(mount))
  )
    reader.error(
      'Runtime',
      'VolumeMount',
      'must not hide a system directory or the directory of the app',
      'Choose a separate directory, such as /data.',
    );
}

/** Whether a place in the container lies in the app's own directory. */
function isInApp(place: string): boolean {
  return !place.startsWith('/') || place.startsWith(`${APP_ROOT}/`);
}

/** Nothing is mounted into a directory that is read-only. */
export function checkReadOnlyFiles(
  reader: TomlReader,
  { runtime, files }: AppTables,
): void {
  if (!runtime.ReadOnlyFiles) return;
  const why =
    "must not lie in the app's directory: it is read-only (Runtime.ReadOnlyFiles)";
  if (isInApp(String(runtime.VolumeMount ?? '/')))
    reader.error(
      'Runtime',
      'VolumeMount',
      why,
      'Choose a separate directory, such as /data.',
    );
  files.forEach(({ path }, index) => {
    if (isInApp(path))
      reader.add(
        'error',
        'File',
        'Path',
        why,
        'Choose an absolute path outside /app, such as /config/settings.json.',
        index,
      );
  });
}

/**
 * Whether an app finds the files of its bundle read-only: a static site, and an app that says so.
 *
 * @public
 */
export function hasReadOnlyFiles({ runtime, files }: AppManifest): boolean {
  const { mode, readOnlyFiles, volumeMount } = runtime;
  return (
    (mode === 'static' || Boolean(readOnlyFiles && mode !== 'container')) &&
    !isInApp(volumeMount ?? '/') &&
    !files.some(({ path }) => isInApp(path))
  );
}

/** A LINK app has an address, and nothing to run. */
export function checkLink(
  reader: TomlReader,
  { runtime, link, files }: AppTables,
): void {
  if (Object.keys(runtime).length)
    reader.error(
      'Runtime',
      undefined,
      'must be empty for a LINK app',
      'Remove it, or change App.InstanceLifecycle.',
    );
  if (!link.Address)
    reader.error(
      'Link',
      'Address',
      'is missing for a LINK app',
      'Add [Link] with Address = "https://…".',
    );
  if (files.length)
    reader.error(
      'File',
      undefined,
      'must be empty for a LINK app',
      'Remove it.',
    );
}
