/** What the store is set to, for pages and commands. */
import type {
  LaunchProfile,
  RuntimeVersionInfo,
  StoreInfo,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { RuntimeVersion } from '../config/runtimes';
import type { StoreConfig } from '../config/StoreConfig';

function statusOf(version: RuntimeVersion): RuntimeVersionInfo['status'] {
  if (version.deprecated) return 'DEPRECATED';
  return version.default ? 'DEFAULT' : 'AVAILABLE';
}

/** Says what the store offers: runtimes, profiles, switches. */
export class StoreInfoService {
  readonly #config: StoreConfig;
  readonly #version: string;

  constructor(options: { config: StoreConfig; version: string }) {
    this.#config = options.config;
    this.#version = options.version;
  }

  store(): StoreInfo {
    const config = this.#config;
    return {
      version: this.#version,
      appsUrl: config.appsUrl.origin,
      publicMode: config.publicMode,
      downloads: config.downloads,
      instanceTimeoutSeconds: config.instanceTimeoutSeconds,
      terminatedRetentionSeconds: config.terminatedRetentionSeconds,
      aliasRestSeconds: config.aliasRestSeconds,
      aliasHosts: config.aliasHosts,
      extensionSeconds: config.extensionSeconds,
      declarationIntervalSeconds: config.declarations.interval,
      declarationRemovalSeconds: config.declarations.removalGrace,
      notices: config.notices,
      branding: config.branding,
      commandUrl: config.commandUrl,
    };
  }

  runtimeVersions(): RuntimeVersionInfo[] {
    return this.#config.runtimes.map(version => ({
      name: version.name,
      mode: version.mode,
      status: statusOf(version),
      aliases: version.aliases,
      osPackages: version.osPackages,
    }));
  }

  launchProfiles(): LaunchProfile[] {
    return this.#config.launchProfiles.map(
      ({
        scheduling: _,
        gpuResource: __,
        isolation: ___,
        queue: ____,
        ...profile
      }) => profile,
    );
  }
}
