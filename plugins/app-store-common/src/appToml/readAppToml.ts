/**
 * Reads `app.toml` into an {@link AppManifest}, or says everything that is wrong
 * with it, each fault with its place. One reader for server, browser and command line.
 */
import { parse, TomlError } from 'smol-toml';
import {
  appIdentityProblem,
  appNameProblem,
  appVersionProblem,
} from '../names';
import type { InstanceLifecycle } from '../types';
import { APP_TOML_KEYS, type APP_MODES, type ROUTING_MODES } from './keys';
import { locate, type Position } from './position';

/** Largest `app.toml`, in bytes. */
export const APP_TOML_LIMIT = 256 * 1024;
/** Most `[[Env]]` and `[[File]]` tables. */
const ENTRY_LIMIT = 500;
/** Longest timeout, in seconds: ten years. */
const TIMEOUT_LIMIT_S = 10 * 365 * 24 * 3600;
/** Further faults are not looked for. */
const ISSUE_LIMIT = 100;
export const DEFAULT_WAVE_PORT = 10101;
export const DEFAULT_PORT = 8080;

/** How an app is run. */
export type AppMode = (typeof APP_MODES)[number];
/** How an app is addressed. */
export type RoutingMode = (typeof ROUTING_MODES)[number];

/** One `[[Env]]`. */
export interface EnvEntry {
  name: string;
  value?: string;
  secret?: string;
  secretKey?: string;
  optional: boolean;
}

/** One `[[File]]`. */
export interface FileEntry extends Omit<EnvEntry, 'name'> {
  path: string;
}

/** What `app.toml` says, with the defaults that do not depend on the store. */
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
  };
  env: EnvEntry[];
  files: FileEntry[];
}

/** One fault or warning. */
export interface TomlIssue extends Partial<Position> {
  severity: 'error' | 'warning';
  /** `Runtime.Port`. */
  path: string;
  message: string;
  remedy: string;
}

/** What the store allows beyond the defaults. */
export interface ReadOptions {
  /** `H2O_WAVE_…` variables that apps may set (specification 11.3). */
  allowedWaveVariables?: RegExp[];
}

/** Variables that apps may set by default (specification 6.3, 11.3). */
export const ALLOWED_WAVE_VARIABLES: readonly RegExp[] = [
  /^H2O_WAVE_APP_MODE$/,
  /^H2O_WAVE_ML_.*$/,
  /^H2O_WAVE_(PUBLIC_DIR|PRIVATE_DIR|MAX_REQUEST_SIZE|NO_STORE|SESSION_INACTIVITY_TIMEOUT|DATA_DIR|PING_INTERVAL)$/,
];

type Table = Record<string, unknown>;
const lower = (value: string) => value.toLocaleLowerCase('en-US');
const upper = (value: string) => value.toLocaleUpperCase('en-US');

function seconds(duration: string | undefined): number | undefined {
  if (duration === undefined) return undefined;
  if (duration === '-1') return -1;
  const unit = { s: 1, m: 60, h: 3600 };
  const total = [...duration.matchAll(/(\d+(?:\.\d+)?)([smh])/g)].reduce(
    (sum, [, amount, name]) => sum + Number(amount) * unit[name as 's'],
    0,
  );
  return Math.min(Math.round(total), TIMEOUT_LIMIT_S);
}

class Reader {
  readonly issues: TomlIssue[] = [];
  constructor(readonly source: string, readonly options: ReadOptions) {}

  add(
    severity: TomlIssue['severity'],
    table: string,
    key: string | undefined,
    message: string,
    remedy: string,
    index = 0,
  ): void {
    if (this.issues.length >= ISSUE_LIMIT) return;
    const path = key ? `${table}.${key}` : table;
    this.issues.push({
      severity,
      path,
      message: `${path} ${message}`,
      remedy,
      ...locate(this.source, table, key, index),
    });
  }

  error(
    table: string,
    key: string | undefined,
    message: string,
    remedy: string,
    index?: number,
  ): void {
    this.add('error', table, key, message, remedy, index);
  }

  /** The values of a table by their proper key, checked one by one. */
  table(name: string, raw: unknown, index = 0): Table {
    const out: Table = {};
    if (raw === undefined) return out;
    if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
      this.error(name, undefined, 'must be a table', `Write it as [${name}].`);
      return out;
    }
    const specs = APP_TOML_KEYS.filter(spec => spec.table === name);
    for (const [key, value] of Object.entries(raw)) {
      const spec = specs.find(s => lower(s.key) === lower(key));
      if (!spec) {
        this.add(
          'warning',
          name,
          key,
          'is not a key of the app store and is ignored',
          'Check its spelling, or leave it if the app reads it itself.',
          index,
        );
        continue;
      }
      const checked = spec.schema.safeParse(value);
      if (checked.success) out[spec.key] = checked.data;
      else
        this.error(
          name,
          spec.key,
          checked.error.issues[0].message,
          spec.description,
          index,
        );
    }
    for (const spec of specs) {
      const given = Object.keys(raw).some(
        key => lower(key) === lower(spec.key),
      );
      if (spec.required && !given)
        this.error(
          name,
          spec.key,
          'is missing',
          `Add it to ${name}. ${spec.description}`,
          index,
        );
    }
    return out;
  }

  tables(name: string, raw: unknown): Table[] {
    if (raw === undefined) return [];
    if (!Array.isArray(raw)) {
      this.error(
        name,
        undefined,
        'must be a list of tables',
        `Write it as [[${name}]], with two brackets.`,
      );
      return [];
    }
    if (raw.length > ENTRY_LIMIT) {
      this.error(
        name,
        undefined,
        `stands more than ${ENTRY_LIMIT} times`,
        'Use fewer entries.',
      );
      return [];
    }
    return raw.map((entry, index) => this.table(name, entry, index));
  }

  /** Rules that `[[Env]]` and `[[File]]` share (specification 6.3, 6.4). */
  valueOrSecret(name: 'Env' | 'File', entry: Table, index: number): void {
    const { Value, Secret, SecretKey, Optional } = entry;
    if (
      Value !== undefined &&
      (Secret !== undefined ||
        SecretKey !== undefined ||
        Optional !== undefined)
    )
      this.error(
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
      this.error(
        name,
        Secret === undefined ? 'Value' : 'SecretKey',
        'is missing',
        'Give Value, or Secret together with SecretKey.',
        index,
      );
  }

  env(entry: Table, index: number): EnvEntry {
    const name = String(entry.Name ?? '');
    if (/^H2O_CLOUD/i.test(name))
      this.error(
        'Env',
        'Name',
        `${name} belongs to the platform`,
        'Choose a name that does not begin with H2O_CLOUD.',
        index,
      );
    else if (/^H2O_WAVE/i.test(name)) {
      const allowed =
        this.options.allowedWaveVariables ?? ALLOWED_WAVE_VARIABLES;
      if (!allowed.some(pattern => pattern.test(name)))
        this.error(
          'Env',
          'Name',
          `${name} may not be set by apps`,
          'Remove it, or ask an admin to allow it (appStore.apps.allowedWaveVariables).',
          index,
        );
    }
    this.valueOrSecret('Env', entry, index);
    return {
      name,
      value: entry.Value as string | undefined,
      secret: entry.Secret as string | undefined,
      secretKey: entry.SecretKey as string | undefined,
      optional: Boolean(entry.Optional),
    };
  }

  file(
    entry: Table,
    index: number,
    directories: Map<string, number>,
  ): FileEntry {
    const path = String(entry.Path ?? '');
    const normal = path.replace(/\/+/g, '/').replace(/^\.\//, '');
    const directory = normal.slice(0, Math.max(0, normal.lastIndexOf('/')));
    if (path) {
      if (/(^|\/)\.{1,2}(\/|$)/.test(normal) || /[\p{Cc}\\:]/u.test(normal))
        this.error(
          'File',
          'Path',
          'leaves its directory',
          'Write it without "..".',
          index,
        );
      else if (!directory || directory === '.')
        this.error(
          'File',
          'Path',
          "needs a directory of its own: neither / nor the app's own directory",
          'Put the file into a sub-directory, such as config/settings.json.',
          index,
        );
      else if (
        directory === '/resources' ||
        directory.startsWith('/resources/')
      )
        this.error(
          'File',
          'Path',
          'may not lie under /resources',
          'Choose another directory.',
          index,
        );
      else if (isSystemPath(directory))
        this.error(
          'File',
          'Path',
          'may not lie in a directory of the system',
          'Choose a directory of its own, such as config/settings.json.',
          index,
        );
      else if (directories.has(directory))
        this.error(
          'File',
          'Path',
          `shares the directory ${directory} with another File`,
          'Give each File a directory of its own.',
          index,
        );
      directories.set(directory, index);
    }
    this.valueOrSecret('File', entry, index);
    return {
      path: normal,
      value: entry.Value as string | undefined,
      secret: entry.Secret as string | undefined,
      secretKey: entry.SecretKey as string | undefined,
      optional: Boolean(entry.Optional),
    };
  }
}

/** Directories that belong to the system of an image; nothing of an app's is mounted into them. */
const SYSTEM_DIRECTORIES =
  /^\/(usr|bin|sbin|lib|lib32|lib64|libx32|etc|proc|sys|dev|tmp|run|boot|root|opt|var|\.old)(\/|$)/;

function isSystemPath(path: string): boolean {
  return SYSTEM_DIRECTORIES.test(path);
}

function child(root: Table, name: string): unknown {
  const key = Object.keys(root).find(k => lower(k) === lower(name));
  return key ? root[key] : undefined;
}

function checkIdentity(reader: Reader, name: string, version: string): void {
  const namePart = name && appNameProblem(name);
  if (namePart)
    reader.error(
      'App',
      'Name',
      namePart,
      'Choose another name, for example com.example.my-app.',
    );
  const versionPart = version && appVersionProblem(version);
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
      `does not fit: ${both}`,
      'Shorten the name or the version.',
    );
}

function checkRuntime(
  reader: Reader,
  app: Table,
  runtime: Table,
  mode: AppMode,
): void {
  const isLink = upper(String(app.InstanceLifecycle ?? '')) === 'LINK';
  if (isLink) {
    if (Object.keys(runtime).length)
      reader.error(
        'Runtime',
        undefined,
        'must be empty for a LINK app',
        'Remove it, or change App.InstanceLifecycle.',
      );
    return;
  }
  if (mode === 'container') {
    if (runtime.Module !== undefined)
      reader.add(
        'warning',
        'Runtime',
        'Module',
        'means nothing to a container app',
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
      `is missing: ${mode} apps say where they listen`,
      'Add Port = 8080, or whichever port the app listens on.',
    );
  if (
    (runtime.VolumeMount === undefined) !==
    (runtime.VolumeSize === undefined)
  )
    reader.error(
      'Runtime',
      runtime.VolumeMount === undefined ? 'VolumeMount' : 'VolumeSize',
      'is missing: the two volume keys go together',
      'Give both VolumeMount and VolumeSize.',
    );
  const mount = String(runtime.VolumeMount ?? '').replace(/\/$/, '');
  if (mount && (['/app', '/resources'].includes(mount) || isSystemPath(mount)))
    reader.error(
      'Runtime',
      'VolumeMount',
      'may not hide a directory of the system or of the app',
      'Choose a directory of its own, such as /data.',
    );
}

/**
 * Reads the text of an `app.toml`.
 *
 * @returns the manifest where nothing is wrong; all faults and warnings in either case
 */
export function readAppToml(
  source: string,
  options: ReadOptions = {},
): { manifest?: AppManifest; issues: TomlIssue[] } {
  const reader = new Reader(source, options);
  if (new TextEncoder().encode(source).length > APP_TOML_LIMIT) {
    reader.issues.push({
      severity: 'error',
      path: 'app.toml',
      message: `app.toml is larger than ${APP_TOML_LIMIT / 1024} KiB`,
      remedy: 'Keep data of the app in other files.',
    });
    return { issues: reader.issues };
  }
  if (source.includes('\0')) {
    reader.issues.push({
      severity: 'error',
      path: 'app.toml',
      message: 'app.toml holds a NUL character',
      remedy: 'Save it as plain UTF-8 text.',
    });
    return { issues: reader.issues };
  }
  let root: Table;
  try {
    root = parse(source) as Table;
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    reader.issues.push({
      severity: 'error',
      path: 'app.toml',
      message: `app.toml cannot be read: ${error.message
        .split('\n')[0]
        .replace(/^Invalid TOML document: /, '')}`,
      remedy: 'Mend the TOML at this place; https://toml.io shows the form.',
      line: error.line,
      column: error.column,
    });
    return { issues: reader.issues };
  }
  for (const key of Object.keys(root)) {
    if (!['app', 'runtime', 'env', 'file', 'link'].includes(lower(key)))
      reader.add(
        'warning',
        key,
        undefined,
        'is not a table of the app store and is left to the app',
        'Nothing to do if the app reads it itself.',
      );
  }
  if (child(root, 'App') === undefined)
    reader.error(
      'App',
      undefined,
      'is missing',
      'Begin app.toml with an [App] table that has Name and Version.',
    );
  const app = reader.table('App', child(root, 'App') ?? {});
  const runtime = reader.table('Runtime', child(root, 'Runtime'));
  const link = reader.table('Link', child(root, 'Link'));
  const env = reader
    .tables('Env', child(root, 'Env'))
    .map((entry, i) => reader.env(entry, i));
  const directories = new Map<string, number>();
  const files = reader
    .tables('File', child(root, 'File'))
    .map((entry, i) => reader.file(entry, i, directories));

  const name = String(app.Name ?? '');
  const version = String(app.Version ?? '');
  checkIdentity(reader, name, version);
  const mode = lower(String(runtime.AppMode ?? 'wave')) as AppMode;
  const lifecycle = upper(
    String(app.InstanceLifecycle ?? 'ON_DEMAND'),
  ) as InstanceLifecycle;
  checkRuntime(reader, app, runtime, mode);
  if (lifecycle === 'LINK') {
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
  if (reader.issues.some(issue => issue.severity === 'error'))
    return { issues: reader.issues };

  const manifest: AppManifest = {
    name,
    version,
    title: String(app.Title ?? '') || name,
    description: String(app.Description ?? ''),
    longDescriptionPath: app.LongDescription as string | undefined,
    tags: (app.Tags as string[]) ?? [],
    keywords: (app.Keywords as string[]) ?? [],
    lifecycle,
    instanceTimeoutSeconds: seconds(app.InstanceTimeout as string | undefined),
    linkAddress: link.Address as string | undefined,
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
    },
    // The last of several entries for one variable counts (specification 6.3).
    env: [...new Map(env.map(entry => [entry.name, entry])).values()],
    files,
  };
  return { manifest, issues: reader.issues };
}
