/**
 * Keys that mean something to some apps only: what cannot be obeyed is refused with a
 * reason, or where an app is none the worse for it, warned of.
 */
import type { AppManifest, AppMode, AppTables } from './manifest';
import type { TomlReader } from './TomlReader';

const PROGRAM_MODES: readonly AppMode[] = ['python', 'node', 'container'];
const INSTALLING_MODES: readonly AppMode[] = ['wave', 'python', 'node'];

/** Keys of `[Runtime]` that are for some modes only, with the reason and what helps. */
const FOR_MODES: Array<{
  key: string;
  modes: readonly AppMode[];
  why: (mode: AppMode) => string;
  remedy: string;
}> = [
  {
    key: 'CustomImage',
    modes: ['container'],
    why: mode =>
      `is only for AppMode = "container": a ${mode} app uses the image of its runtime version`,
    remedy: 'Remove it, or set RuntimeVersion.',
  },
  {
    key: 'AppEntryPoint',
    modes: ['container'],
    why: mode =>
      `is only for AppMode = "container": a ${mode} app starts its Module`,
    remedy: 'Remove it, and set Module to what should start.',
  },
  {
    key: 'AppArgs',
    modes: PROGRAM_MODES,
    why: mode =>
      mode === 'static'
        ? 'has no effect: a static app has no program that takes arguments'
        : 'has no effect: the Wave server starts the app without arguments',
    remedy: 'Remove it, or pass the values with [[Env]].',
  },
  {
    key: 'ResourceVolumeSize',
    modes: INSTALLING_MODES,
    why: mode => `has no effect: a ${mode} app installs nothing when it starts`,
    remedy:
      'Remove it. To keep data of the app, use VolumeMount and VolumeSize.',
  },
  {
    key: 'ReadOnlyFiles',
    modes: INSTALLING_MODES,
    why: mode =>
      mode === 'static'
        ? 'has no effect: a static app has no program that changes files'
        : 'has no effect: a container app has no files in the store',
    remedy: 'Remove it.',
  },
];

/** Refuses keys of `[Runtime]` that an app of this mode would not obey. */
export function checkForMode(
  reader: TomlReader,
  { runtime, link }: AppTables,
  mode: AppMode,
): void {
  for (const { key, modes, why, remedy } of FOR_MODES)
    if (runtime[key] !== undefined && !modes.includes(mode))
      reader.error('Runtime', key, why(mode), remedy);
  if (runtime.EnableOIDC)
    reader.add(
      'warning',
      'Runtime',
      'EnableOIDC',
      'requests the settings of an identity provider. This store does not provide them: the app starts without them',
      'If the app runs without them, do nothing: the gateway signs people in.',
    );
  if (Object.keys(link).length)
    reader.add(
      'warning',
      'Link',
      undefined,
      'has no effect: the app is not a LINK app',
      'Remove it, or set App.InstanceLifecycle = "LINK".',
    );
}

/** Warns of what a LINK app is none the worse for: nothing of it runs. */
export function checkForLink(
  reader: TomlReader,
  { app, env, parameters }: AppTables,
): void {
  const idle = (table: string, key?: string) =>
    reader.add(
      'warning',
      table,
      key,
      'has no effect: a LINK app does not run',
      'Remove it.',
    );
  if (app.InstanceTimeout !== undefined) idle('App', 'InstanceTimeout');
  if (env.length) idle('Env');
  if (parameters.length) idle('Parameter');
}

/** Warns of keys that no app needs any more. */
export function checkLegacy(reader: TomlReader, { app }: AppTables): void {
  if (app.SetupGuide !== undefined)
    reader.add(
      'warning',
      'App',
      'SetupGuide',
      'is not shown by this store',
      'Put the text into the file of App.LongDescription.',
    );
}

/**
 * What people should know of an app that is started without all it asks for.
 *
 * @public
 */
export function remarksOf({ lifecycle, runtime }: AppManifest): string[] {
  if (lifecycle === 'LINK') return [];
  const remarks: string[] = [];
  if (runtime.enableOidc)
    remarks.push(
      'The app requests the settings of an identity provider (EnableOIDC). This store does not provide them: the app starts without them.',
    );
  // Of apps that were imported before such keys were refused.
  const ignored = [
    ['CustomImage', runtime.customImage],
    ['AppEntryPoint', runtime.entryPoint],
    ['AppArgs', runtime.args],
    ['ResourceVolumeSize', runtime.resourceVolumeSize],
  ].flatMap(([key, value]) => {
    const rule = FOR_MODES.find(each => each.key === key)!;
    return value !== undefined && !rule.modes.includes(runtime.mode)
      ? [key as string]
      : [];
  });
  if (ignored.length)
    remarks.push(
      `${ignored.join(', ')} of app.toml ${
        ignored.length > 1 ? 'have' : 'has'
      } no effect on a ${runtime.mode} app.`,
    );
  return remarks;
}
