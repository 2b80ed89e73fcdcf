/**
 * The store's configuration, read and checked once at start: what is wrong is
 * said with the key that holds it.
 */
import { InputError } from '@backstage/errors';
import { ConfigReader, type Config } from '@backstage/config';
import {
  ALLOWED_WAVE_VARIABLES,
  APP_MODES,
  type AppMode,
  type Notice,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { RoleRefsOptions } from '../identity/RoleRefs';
import { readBundleConfig, type BundleConfig } from './BundleConfig';
import { parse as parseDomain } from './domains';
import { absolutePath } from './paths';
import {
  readGpu,
  readProfiles,
  type GpuConfig,
  type ProfileConfig,
} from './profiles';
import {
  address,
  color,
  matching,
  oneOf,
  patterns,
  quantity,
  refuse,
  seconds,
  sizes,
  url,
  whole,
} from './readers';
import { readKubernetesConfig, type KubernetesConfig } from './kubernetes';
import { readReservedAliases } from './reservedAliases';
import { readRoleRefs, readRoles } from './roles';
import { readScheduling, type Scheduling } from './scheduling';
import { readTags, type TagConfig } from './tags';

/** A runtime version: how apps of a mode are run. */
export interface RuntimeVersion {
  name: string;
  mode: AppMode;
  image: string;
  /** `{{module}}` and `{{port}}` are filled in; empty for an image's own entry point. */
  command: string[];
  default: boolean;
  deprecated: boolean;
  /** Further names that it answers to. */
  aliases: string[];
  /** Operating-system packages of the image, for `packages.txt`. */
  osPackages: string[];
  /** Further room in the container, which goes with the pod. */
  ephemeralVolumes: EphemeralVolume[];
  scheduling: Scheduling;
}

/** An `emptyDir` of a runtime version. */
export interface EphemeralVolume {
  mountPath: string;
  sizeLimit?: string;
  medium?: 'Memory';
}

/** Sizes that apps get unless they say otherwise. */
export interface DefaultResources {
  memoryLimit: string;
  memoryReservation: string;
  cpuLimit?: string;
  cpuReservation?: string;
}

/** See the module's comment. */
export interface StoreConfig {
  /** Scheme, apps' domain and port: `http://apps.localhost:7008`. */
  appsUrl: URL;
  portalUrl: URL;
  adminGroups: string[];
  fullAccessGroups: string[];
  /** Of the admins, those who import apps of the marketplace; all of them where there are none. */
  appImporters: string[];
  roleRefs: RoleRefsOptions;
  /** What a sign-in said of a person holds for this long; -1: for ever. */
  claimsLapseSeconds: number;
  limits: {
    instances: number;
    visitorInstances: number;
    appVersions: number;
    bundleBytes: number;
    /** Bytes of one kept environment. */
    environmentBytes: number;
    concurrentImports: number;
  };
  uploadTimeoutSeconds: number;
  /** An app's dependencies are given up after this long. */
  installTimeoutSeconds: number;
  /** Whether answers of the API are checked against its document, too: for tests. */
  checkAnswers: boolean;
  /** Whether owners may download bundles. */
  downloads: boolean;
  requireRuntimeVersion: boolean;
  allowedCustomImages: RegExp[];
  allowedWaveVariables: RegExp[];
  instanceTimeoutSeconds: number;
  /** How much longer an owner may have an instance run, once for each start; 0 for not at all. */
  extensionSeconds: number;
  startTimeoutSeconds: number;
  /** How long the volume of a terminated instance is kept. */
  terminatedRetentionSeconds: number;
  /** Between two looks at whether an app can be run here. */
  preconditionSeconds: number;
  auditRetentionDays: number;
  /** `owned`: only who brought the first version of a name may add one. `open`: everybody may, and the highest version is the one that people get. */
  appNames: 'open' | 'owned';
  /** Whether PUBLIC apps are listed for people who are not signed in. */
  publicMode: boolean;
  /** Whether policies count that an admin lays over the access rules (specification 3.7). */
  iamEnabled: boolean;
  /** Whether the portal's permission policy asks the store what of the catalog people may read. */
  catalogPolicyWired: boolean;
  /** Names of the tags that are categories. */
  categoryTags: string[];
  /** Names that nobody may have as an alias. */
  reservedAliases: string[];
  /** How long the name of a deleted alias is kept for its last owner. */
  aliasRestSeconds: number;
  notices: Notice[];
  branding: { title: string; logoUrl?: string; color?: string };
  commandUrl?: string;
  launchProfiles: ProfileConfig[];
  gpu: GpuConfig;
  /** Whether every app has to say its memory and processor sizes. */
  requireResources: boolean;
  /** What `{{REGISTRY}}` stands for in `Runtime.CustomImage`. */
  appRegistry: string;
  shmSize: string;
  kubernetes: KubernetesConfig;
  bundles: BundleConfig;
  resources: DefaultResources;
  runtimes: RuntimeVersion[];
  extraEnv: Array<{ name: string; value: string }>;
  npmRegistry?: string;
  pypiIndex?: string;
  tags: TagConfig[];
  /** For whom tags without admin roles are. */
  emptyAdminRoles: 'everyone' | 'admins';
  examples?: {
    directory: string;
    owner: string;
    secrets: Array<{ name: string; data: Record<string, string> }>;
  };
}

/**
 * Apps are strangers: the portal sets cookies for its host name and everything
 * below it, so no app may be served there. `localhost` is a public suffix to
 * browsers, hence the exception.
 */
export function assertSeparateDomains(portalUrl: URL, appsUrl: URL): void {
  const portal = parseDomain(portalUrl.hostname);
  const apps = parseDomain(appsUrl.hostname);
  if (
    apps === portal ||
    (apps.endsWith(`.${portal}`) && portal !== 'localhost')
  ) {
    throw new InputError(
      `appStore.gateway.baseUrl (${appsUrl.hostname}) must not be or lie under the portal's host name, backend.baseUrl (${portalUrl.hostname}): every app would receive the portal's sign-in cookie. Choose a domain of its own for apps.`,
    );
  }
}

/** Where the store puts something itself, and what a container cannot do without. */
const TAKEN_PATHS =
  /^\/(app|resources|dev|proc|sys|etc|usr|bin|sbin|lib|lib64|opt|var\/run\/secrets)(\/|$)/;

function readEphemeralVolumes(config: Config): EphemeralVolume[] {
  const seen = new Set<string>();
  return (config.getOptionalConfigArray('ephemeralVolumes') ?? []).map(
    entry => {
      const sizeLimit = quantity(entry, 'sizeLimit');
      const medium = oneOf(entry, 'medium', ['Disk', 'Memory'], 'Disk');
      const mountPath = matching(
        entry,
        'mountPath',
        /^(\/(?!\.{1,2}(\/|$))[^/:\p{Cc}]+)+$/u,
        'an absolute path in the container, in its shortest form',
      );
      if (TAKEN_PATHS.test(mountPath))
        refuse(entry, 'mountPath', `is ${mountPath}, which is taken`);
      if (seen.has(mountPath))
        refuse(entry, 'mountPath', `is ${mountPath} a second time`);
      seen.add(mountPath);
      return {
        mountPath,
        ...(sizeLimit ? { sizeLimit } : {}),
        ...(medium === 'Memory' ? { medium } : {}),
      };
    },
  );
}

function readRuntimes(config: Config): RuntimeVersion[] {
  const runtimes = (config.getOptionalConfigArray('runtimes') ?? []).map(
    entry => ({
      name: entry.getString('name'),
      mode: oneOf<AppMode>(entry, 'mode', APP_MODES, 'wave'),
      image: entry.getOptionalString('image') ?? '',
      command: entry.getOptionalStringArray('command') ?? [],
      default: entry.getOptionalBoolean('default') ?? false,
      deprecated: entry.getOptionalBoolean('deprecated') ?? false,
      aliases: entry.getOptionalStringArray('aliases') ?? [],
      osPackages: entry.getOptionalStringArray('osPackages') ?? [],
      ephemeralVolumes: readEphemeralVolumes(entry),
      scheduling: readScheduling(entry),
    }),
  );
  for (const mode of APP_MODES)
    if (runtimes.filter(each => each.mode === mode && each.default).length > 1)
      throw new InputError(
        `appStore.runtimes has more than one default for ${mode} apps`,
      );
  const names = new Set<string>();
  for (const { mode, name, aliases } of runtimes)
    for (const each of [name, ...aliases]) {
      if (names.has(`${mode}/${each}`))
        throw new InputError(
          `appStore.runtimes holds ${JSON.stringify(
            each,
          )} twice for ${mode} apps`,
        );
      names.add(`${mode}/${each}`);
    }
  return runtimes;
}

const SEVERITIES = [
  'info',
  'error',
  'warning',
  'blocked',
  'success',
  'severe',
] as const;

/** What an instance gets where neither its profile nor its app says more. */
function readResources(config: Config) {
  const fallback = { memoryLimit: '2Gi', memoryReservation: '512Mi' };
  const own = config.getOptionalConfig('resources');
  return { ...fallback, ...(own && sizes(own, fallback)) };
}

/** A time that something is waited for. */
function patience(config: Config, key: string, fallback: string): number {
  const value = seconds(config, key, fallback);
  return value > 0 ? value : refuse(config, key, 'must be more than nothing');
}

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

function atLeastZero(config: Config, key: string, fallback: string): number {
  const value = seconds(config, key, fallback);
  return value < 0 ? refuse(config, key, 'must not be -1') : value;
}

/**
 * Reads `appStore` and what of the portal's own configuration matters to it.
 *
 * @throws InputError naming the key
 */
export function readStoreConfig(root: Config): StoreConfig {
  // A portal's own configuration does not say where a part of it is; what is wrong is told by the whole key.
  const config = new ConfigReader(
    root.get('appStore'),
    'the configuration',
    undefined,
    'appStore',
  );
  const portalUrl = url(root, 'backend.baseUrl');
  const appsUrl = url(root, 'appStore.gateway.baseUrl');
  assertSeparateDomains(portalUrl, appsUrl);
  const examples = config.getOptionalConfig('examples');
  const roleRefs = readRoleRefs(config);
  const gpu = readGpu(config);
  return {
    appsUrl,
    portalUrl,
    adminGroups: readRoles(config, 'roles.admin', roleRefs),
    fullAccessGroups: readRoles(config, 'roles.fullAccess', roleRefs),
    appImporters: readRoles(config, 'roles.appImporter', roleRefs),
    roleRefs,
    claimsLapseSeconds: seconds(config, 'roles.claimsLapse', '720h'),
    limits: {
      instances: whole(config, 'limits.instances', 10),
      visitorInstances: whole(config, 'limits.visitorInstances', 5),
      appVersions: whole(config, 'limits.appVersions', 10),
      bundleBytes: whole(config, 'limits.bundleBytes', 512 * 1024 ** 2),
      environmentBytes: whole(config, 'limits.environmentBytes', 4 * 1024 ** 3),
      concurrentImports: whole(config, 'limits.concurrentImports', 2, {
        min: 1,
      }),
    },
    uploadTimeoutSeconds: patience(config, 'uploadTimeout', '15m'),
    installTimeoutSeconds: patience(config, 'installTimeout', '15m'),
    downloads: config.getOptionalBoolean('downloads') ?? true,
    checkAnswers: config.getOptionalBoolean('checkAnswers') ?? false,
    requireRuntimeVersion:
      config.getOptionalBoolean('requireRuntimeVersion') ?? false,
    allowedCustomImages: patterns(config, 'allowedCustomImages', []),
    allowedWaveVariables: patterns(
      config,
      'allowedWaveVariables',
      ALLOWED_WAVE_VARIABLES,
    ),
    instanceTimeoutSeconds: seconds(config, 'instanceTimeout', '8h'),
    extensionSeconds: atLeastZero(config, 'instanceExtension', '4h'),
    startTimeoutSeconds: patience(config, 'startTimeout', '5m'),
    terminatedRetentionSeconds: atLeastZero(
      config,
      'terminatedRetention',
      '168h',
    ),
    preconditionSeconds: seconds(config, 'preconditionInterval', '10m'),
    auditRetentionDays: whole(config, 'audit.retentionDays', 365, { min: 1 }),
    appNames: oneOf(config, 'appNames', ['open', 'owned'], 'owned'),
    publicMode: config.getOptionalBoolean('publicMode') ?? false,
    iamEnabled: config.getOptionalBoolean('iam.enabled') ?? false,
    catalogPolicyWired:
      config.getOptionalBoolean('catalog.policyWired') ?? false,
    categoryTags: config.getOptionalStringArray('categoryTags') ?? [],
    reservedAliases: readReservedAliases(config),
    aliasRestSeconds: atLeastZero(config, 'aliases.nameRest', '168h'),
    notices: (config.getOptionalConfigArray('notices') ?? []).map(entry => ({
      severity: oneOf(entry, 'severity', SEVERITIES, 'info'),
      title: entry.getString('title'),
      content: entry.getOptionalString('content'),
    })),
    branding: {
      title: config.getOptionalString('branding.title') ?? 'App Store',
      logoUrl: address(config, 'branding.logoUrl', ['data:']),
      color: color(config, 'branding.color'),
    },
    commandUrl: address(config, 'commandUrl', ['https:', 'http:']),
    launchProfiles: readProfiles(config, gpu),
    gpu,
    requireResources: config.getOptionalBoolean('requireResources') ?? false,
    appRegistry: config.getOptionalString('appRegistry') ?? '',
    shmSize: quantity(config, 'shmSize') ?? '2Gi',
    kubernetes: readKubernetesConfig(config, portalUrl),
    bundles: readBundleConfig(config),
    resources: readResources(config),
    runtimes: readRuntimes(config),
    extraEnv: (config.getOptionalConfigArray('extraEnv') ?? []).map(entry => ({
      name: matching(entry, 'name', VARIABLE, 'the name of a variable'),
      value: entry.getString('value'),
    })),
    npmRegistry: config.getOptionalString('packages.npmRegistry') || undefined,
    pypiIndex: config.getOptionalString('packages.pypiIndex') || undefined,
    ...readTags(config, roleRefs),
    examples: examples && {
      directory: absolutePath(examples.getString('directory')),
      owner: examples.getString('owner'),
      secrets: (examples.getOptionalConfigArray('secrets') ?? []).map(
        entry => ({
          name: entry.getString('name'),
          data: entry.get<Record<string, string>>('data'),
        }),
      ),
    },
  };
}
