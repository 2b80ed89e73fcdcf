/** What `app.toml` says, once it is known to be right. */
import { parseDuration } from '../duration';
import type { AppParameter, InstanceLifecycle } from '../types';
import type { APP_MODES, ROUTING_MODES } from './keys';
import { lower, upper, type TomlTable } from './TomlReader';

/** Longest timeout, in seconds: ten years. */
const TIMEOUT_LIMIT_S = 10 * 365 * 24 * 3600;
/** @public */
export const DEFAULT_WAVE_PORT = 10101;
/** @public */
export const DEFAULT_PORT = 8080;

/**
 * How an app is run.
 *
 * @public
 */
export type AppMode = (typeof APP_MODES)[number];
/**
 * How an app is addressed.
 *
 * @public
 */
export type RoutingMode = (typeof ROUTING_MODES)[number];

/**
 * One `[[Env]]`.
 *
 * @public
 */
export interface EnvEntry {
  name: string;
  value?: string;
  secret?: string;
  secretKey?: string;
  optional: boolean;
}

/**
 * One `[[File]]`.
 *
 * @public
 */
export interface FileEntry extends Omit<EnvEntry, 'name'> {
  path: string;
}

/**
 * What `app.toml` says, with the defaults that do not depend on the store.
 *
 * @public
 */
export interface AppManifest {
  name: string;
  version: string;
  title: string;
  description: string;
  longDescriptionPath?: string;
  tags: string[];
  keywords: string[];
  lifecycle: InstanceLifecycle;
  /** Seconds; -1 never; undefined for the store's default. */
  instanceTimeoutSeconds?: number;
  linkAddress?: string;
  runtime: {
    mode: AppMode;
    module?: string;
    runtimeVersion?: string;
    port: number;
    customImage?: string;
    args?: string[];
    entryPoint?: string[];
    memoryLimit?: string;
    memoryReservation?: string;
    cpuLimit?: string;
    cpuReservation?: string;
    gpuCount: number;
    gpuType?: string;
    volumeMount?: string;
    volumeSize?: string;
    resourceVolumeSize?: string;
    enableOidc: boolean;
    enableShm: boolean;
    routingMode: RoutingMode;
    /** Origins whose pages may show the app in a frame; absent for those of the app and the portal alone. */
    frameAncestors?: string[];
    /** It leaves the files of its bundle as they are; see {@link hasReadOnlyFiles}. */
    readOnlyFiles?: boolean;
    /** What it reaches in the network; absent for the store's default. */
    egress?: string[];
  };
  env: EnvEntry[];
  files: FileEntry[];
  /** What is asked when an instance is run; absent of apps that were imported before there were any. */
  parameters?: AppParameter[];
  /** Operating-system packages that the bundle's `packages.txt` names. */
  osPackages?: string[];
  /** Something is to be installed at a start; absent of apps that were imported before it was looked for. */
  hasDependencies?: boolean;
}

/** The tables of an `app.toml`, each value checked by itself. */
export interface AppTables {
  app: TomlTable;
  runtime: TomlTable;
  link: TomlTable;
  env: EnvEntry[];
  files: FileEntry[];
  parameters: AppParameter[];
}

/** `App.InstanceLifecycle`, `ON_DEMAND` where it is not given. */
export function lifecycleOf({ app }: AppTables): InstanceLifecycle {
  return upper(
    String(app.InstanceLifecycle ?? 'ON_DEMAND'),
  ) as InstanceLifecycle;
}

/** A legacy category is a word to be found by; `All` and `Other` say nothing. */
function categoryKeyword(category: unknown): string[] {
  const text = String(category ?? '').trim();
  return text && !['ALL', 'OTHER'].includes(upper(text)) ? [text] : [];
}

/** `Runtime.AppMode`, `wave` where it is not given. */
export function modeOf({ runtime }: AppTables): AppMode {
  return lower(String(runtime.AppMode ?? 'wave')) as AppMode;
}

function timeoutOf(text: string | undefined): number | undefined {
  const seconds = text === undefined ? undefined : parseDuration(text);
  return seconds && Math.min(Math.round(seconds), TIMEOUT_LIMIT_S);
}

/** Puts the tables together, with the defaults that do not depend on the store. */
export function toManifest(tables: AppTables): AppManifest {
  const { app, runtime, link, env, files, parameters } = tables;
  const mode = modeOf(tables);
  return {
    name: String(app.Name),
    version: String(app.Version),
    title: String(app.Title ?? '').trim() || String(app.Name),
    description: String(app.Description ?? ''),
    longDescriptionPath: app.LongDescription as string | undefined,
    tags: (app.Tags as string[]) ?? [],
    keywords: [
      ...new Set([
        ...((app.Keywords as string[]) ?? []),
        ...categoryKeyword(app.Category),
      ]),
    ],
    lifecycle: lifecycleOf(tables),
    instanceTimeoutSeconds: timeoutOf(
      app.InstanceTimeout as string | undefined,
    ),
    linkAddress:
      lifecycleOf(tables) === 'LINK'
        ? (link.Address as string | undefined)
        : undefined,
    runtime: {
      mode,
      module: runtime.Module as string | undefined,
      runtimeVersion: runtime.RuntimeVersion as string | undefined,
      port:
        (runtime.Port as number | undefined) ??
        (mode === 'wave' ? DEFAULT_WAVE_PORT : DEFAULT_PORT),
      customImage: runtime.CustomImage as string | undefined,
      args: runtime.AppArgs as string[] | undefined,
      entryPoint: runtime.AppEntryPoint as string[] | undefined,
      memoryLimit: runtime.MemoryLimit as string | undefined,
      memoryReservation: runtime.MemoryReservation as string | undefined,
      cpuLimit: runtime.CPULimit as string | undefined,
      cpuReservation: runtime.CPUReservation as string | undefined,
      gpuCount: (runtime.GPUCount as number | undefined) ?? 0,
      gpuType: runtime.GPUType as string | undefined,
      volumeMount: (runtime.VolumeMount as string | undefined)?.replace(
        /\/+$/,
        '',
      ),
      volumeSize: runtime.VolumeSize as string | undefined,
      resourceVolumeSize: runtime.ResourceVolumeSize as string | undefined,
      enableOidc: Boolean(runtime.EnableOIDC),
      enableShm: Boolean(runtime.EnableSHM),
      routingMode: upper(
        String(runtime.RoutingMode ?? 'DOMAIN'),
      ) as RoutingMode,
      frameAncestors: runtime.FrameAncestors as string[] | undefined,
      readOnlyFiles: runtime.ReadOnlyFiles as boolean | undefined,
      egress: runtime.Egress as string[] | undefined,
    },
    // The last of several entries for one variable counts (specification 6.3).
    env: [...new Map(env.map(entry => [entry.name, entry])).values()],
    files,
    parameters,
  };
}
