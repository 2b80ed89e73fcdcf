/**
 * The store's configuration, read and checked once at start: what is wrong is
 * said with the key that holds it.
 */
import { InputError } from '@backstage/errors';
import type { Config } from '@backstage/config';
import {
  ALLOWED_WAVE_VARIABLES,
  type AppMode,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { readBundleConfig, type BundleConfig } from './BundleConfig';
import { parse as parseDomain } from './domains';
import { absolutePath } from './paths';

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
  nodeSelector?: Record<string, string>;
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
  /** Whether owners may download bundles. */
  downloads: boolean;
  requireRuntimeVersion: boolean;
  allowedCustomImages: RegExp[];
  allowedWaveVariables: RegExp[];
  instanceTimeoutSeconds: number;
  startTimeoutSeconds: number;
  kubernetes: {
    namespace: string;
    storeUrl: string;
    kubeconfig?: string;
    context?: string;
    gatewayNamespace?: string;
  };
  bundles: BundleConfig;
  resources: DefaultResources;
  runtimes: RuntimeVersion[];
  extraEnv: Array<{ name: string; value: string }>;
  npmRegistry?: string;
  pypiIndex?: string;
  tags: Array<{
    name: string;
    title: string;
    color: string;
    description: string;
    visitorRoles: string[];
    adminRoles: string[];
  }>;
  examples?: {
    directory: string;
    owner: string;
    secrets: Array<{ name: string; data: Record<string, string> }>;
  };
}

const DURATION = /^(-1|(\d+(\.\d+)?[smh])+)$/;

function durationSeconds(
  config: Config,
  key: string,
  fallback: string,
): number {
  const text = config.getOptionalString(key) ?? fallback;
  if (!DURATION.test(text))
    throw new InputError(
      `appStore.${key} must be a duration such as 8h or 30m, or -1; it is ${JSON.stringify(
        text,
      )}`,
    );
  if (text === '-1') return -1;
  const unit: Record<string, number> = { s: 1, m: 60, h: 3600 };
  return [...text.matchAll(/(\d+(?:\.\d+)?)([smh])/g)].reduce(
    (sum, [, n, u]) => sum + Number(n) * unit[u],
    0,
  );
}

/** Regular expressions that match a whole text; `fallback` where none are configured. */
function patterns(
  config: Config,
  key: string,
  fallback: readonly RegExp[],
): RegExp[] {
  return (
    config.getOptionalStringArray(key)?.map(text => {
      try {
        return new RegExp(`^(?:${text})$`);
      } catch {
        throw new InputError(
          `appStore.${key} holds ${JSON.stringify(
            text,
          )}, which is not a regular expression`,
        );
      }
    }) ?? [...fallback]
  );
}

function url(config: Config, key: string): URL {
  const text = config.getString(key);
  if (!URL.canParse(text))
    throw new InputError(`${key} must be a URL; it is ${JSON.stringify(text)}`);
  return new URL(text);
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

function readRuntimes(config: Config): RuntimeVersion[] {
  const runtimes = (config.getOptionalConfigArray('runtimes') ?? []).map(
    entry => ({
      name: entry.getString('name'),
      mode: entry.getString('mode') as AppMode,
      image: entry.getOptionalString('image') ?? '',
      command: entry.getOptionalStringArray('command') ?? [],
      default: entry.getOptionalBoolean('default') ?? false,
      deprecated: entry.getOptionalBoolean('deprecated') ?? false,
      aliases: entry.getOptionalStringArray('aliases') ?? [],
      osPackages: entry.getOptionalStringArray('osPackages') ?? [],
      nodeSelector: entry.getOptional<Record<string, string>>('nodeSelector'),
    }),
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

/**
 * Reads `appStore` and what of the portal's own configuration matters to it.
 *
 * @throws InputError naming the key
 */
export function readStoreConfig(root: Config): StoreConfig {
  const config = root.getConfig('appStore');
  const portalUrl = url(root, 'backend.baseUrl');
  const appsUrl = url(root, 'appStore.gateway.baseUrl');
  assertSeparateDomains(portalUrl, appsUrl);
  const examples = config.getOptionalConfig('examples');
  return {
    appsUrl,
    portalUrl,
    adminGroups: config.getOptionalStringArray('roles.admin') ?? [],
    fullAccessGroups: config.getOptionalStringArray('roles.fullAccess') ?? [],
    limits: {
      instances: config.getOptionalNumber('limits.instances') ?? 10,
      visitorInstances:
        config.getOptionalNumber('limits.visitorInstances') ?? 5,
      appVersions: config.getOptionalNumber('limits.appVersions') ?? 10,
      bundleBytes:
        config.getOptionalNumber('limits.bundleBytes') ?? 512 * 1024 * 1024,
      environmentBytes:
        config.getOptionalNumber('limits.environmentBytes') ?? 4 * 1024 ** 3,
      concurrentImports:
        config.getOptionalNumber('limits.concurrentImports') ?? 2,
    },
    uploadTimeoutSeconds: durationSeconds(config, 'uploadTimeout', '15m'),
    installTimeoutSeconds: durationSeconds(config, 'installTimeout', '15m'),
    downloads: config.getOptionalBoolean('downloads') ?? true,
    requireRuntimeVersion:
      config.getOptionalBoolean('requireRuntimeVersion') ?? false,
    allowedCustomImages: patterns(config, 'allowedCustomImages', []),
    allowedWaveVariables: patterns(
      config,
      'allowedWaveVariables',
      ALLOWED_WAVE_VARIABLES,
    ),
    instanceTimeoutSeconds: durationSeconds(config, 'instanceTimeout', '8h'),
    startTimeoutSeconds: durationSeconds(config, 'startTimeout', '5m'),
    kubernetes: {
      namespace:
        config.getOptionalString('kubernetes.namespace') ?? 'app-store',
      storeUrl:
        config.getOptionalString('kubernetes.storeUrl') ?? portalUrl.origin,
      kubeconfig: config.getOptionalString('kubernetes.kubeconfig'),
      context: config.getOptionalString('kubernetes.context'),
      gatewayNamespace: config.getOptionalString('kubernetes.gatewayNamespace'),
    },
    bundles: readBundleConfig(config),
    resources: {
      memoryLimit: config.getOptionalString('resources.memoryLimit') ?? '2Gi',
      memoryReservation:
        config.getOptionalString('resources.memoryReservation') ?? '512Mi',
      cpuLimit: config.getOptionalString('resources.cpuLimit'),
      cpuReservation: config.getOptionalString('resources.cpuReservation'),
    },
    runtimes: readRuntimes(config),
    extraEnv: (config.getOptionalConfigArray('extraEnv') ?? []).map(entry => ({
      name: entry.getString('name'),
      value: entry.getString('value'),
    })),
    npmRegistry: config.getOptionalString('packages.npmRegistry') || undefined,
    pypiIndex: config.getOptionalString('packages.pypiIndex') || undefined,
    tags: (config.getOptionalConfigArray('tags') ?? []).map(entry => ({
      name: entry.getString('name'),
      title: entry.getOptionalString('title') ?? entry.getString('name'),
      color: entry.getOptionalString('color') ?? '#5b6b7b',
      description: entry.getOptionalString('description') ?? '',
      visitorRoles: entry.getOptionalStringArray('visitorRoles') ?? [],
      adminRoles: entry.getOptionalStringArray('adminRoles') ?? [],
    })),
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
