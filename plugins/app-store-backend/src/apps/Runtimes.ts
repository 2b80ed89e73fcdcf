/** The runtime versions of this store, and whether an app can be run with one. */
import {
  isEgressAllowed,
  parseEgress,
  parseQuantity,
  type AppManifest,
  type Problem,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { ProfileConfig } from '../config/profiles';
import type { RuntimeVersion } from '../config/runtimes';
import type { StoreConfig } from '../config/StoreConfig';
import type { Sizes } from '../kubernetes/manifests/sizes';
import { StoreError } from '../errors/StoreError';

/** What the runtimes go by. */
export type RuntimeSettings = Pick<
  StoreConfig,
  | 'runtimes'
  | 'allowedCustomImages'
  | 'launchProfiles'
  | 'resources'
  | 'gpu'
  | 'appRegistry'
  | 'allowedEgress'
  | 'notPublic'
>;

/** A reservation that another level gave is not more than the limit: Kubernetes refuses that. */
function atMost<T extends string | undefined>(
  reservation: T,
  limit: string | undefined,
): T {
  return reservation !== undefined &&
    limit !== undefined &&
    parseQuantity(reservation) > parseQuantity(limit)
    ? (limit as T)
    : reservation;
}

/** Finds the runtime version of an app, and says what keeps it from running with it. */
export class Runtimes {
  readonly #config: RuntimeSettings;
  readonly #unavailableImage: (image: string) => string | undefined;

  constructor(options: {
    config: RuntimeSettings;
    unavailableImage?: (image: string) => string | undefined;
  }) {
    this.#config = options.config;
    this.#unavailableImage = options.unavailableImage ?? (() => undefined);
  }

  get versions(): ReadonlyArray<RuntimeVersion> {
    return this.#config.runtimes;
  }

  get profiles(): ReadonlyArray<ProfileConfig> {
    return this.#config.launchProfiles;
  }

  /**
   * The launch profile of a name.
   *
   * @throws StoreError 400 where there is none
   */
  requireProfile(name: string): ProfileConfig {
    const found = this.profiles.find(profile => profile.name === name);
    if (found) return found;
    const names = this.profiles.map(profile => profile.name);
    throw new StoreError({
      status: 400,
      code: 'NO_SUCH_PROFILE',
      message: `This store has no launch profile ${JSON.stringify(name)}.`,
      owner: 'you',
      remedy: names.length
        ? `Choose one of ${names.join(', ')}.`
        : 'Leave it out, or ask an admin to add it to appStore.launchProfiles.',
    });
  }

  /** @throws StoreError 400 for an image that this store does not allow, or that the app would not use */
  requireImage(image: string, mode: AppManifest['runtime']['mode']): void {
    if (mode !== 'container')
      throw new StoreError({
        status: 400,
        code: 'IMAGE_NOT_USED',
        message: `A ${mode} app uses the image of its runtime version.`,
        owner: 'you',
        remedy:
          'Only an app with AppMode = "container" can have its own image.',
      });
    if (this.#isAllowed(image)) return;
    throw new StoreError({
      status: 400,
      code: 'IMAGE_NOT_ALLOWED',
      message: `The image ${image} is not allowed in this store.`,
      owner: 'admin',
      remedy: 'An admin can allow it in appStore.allowedCustomImages.',
    });
  }

  #isAllowed(image: string): boolean {
    return this.#config.allowedCustomImages.some(pattern =>
      pattern.test(image),
    );
  }

  /** What an app gets: the profile's sizes, then its own, then the store's. */
  sizes(manifest: AppManifest, profileName?: string): Sizes {
    const { runtime } = manifest;
    const { resources, gpu } = this.#config;
    const profile = this.profiles.find(each => each.name === profileName);
    const gpuCount = profile?.gpuCount ?? runtime.gpuCount;
    const gpuType = profile?.gpuType ?? runtime.gpuType ?? gpu.defaultType;
    const memoryLimit =
      profile?.memoryLimit ?? runtime.memoryLimit ?? resources.memoryLimit;
    const cpuLimit =
      profile?.cpuLimit ?? runtime.cpuLimit ?? resources.cpuLimit;
    return {
      memoryLimit,
      memoryReservation: atMost(
        profile?.memoryReservation ??
          runtime.memoryReservation ??
          resources.memoryReservation,
        memoryLimit,
      ),
      cpuLimit,
      cpuReservation: atMost(
        profile?.cpuReservation ??
          runtime.cpuReservation ??
          resources.cpuReservation,
        cpuLimit,
      ),
      gpuCount,
      ...(gpuCount && gpuType ? { gpuType } : {}),
    };
  }

  /** The image reference with `{{REGISTRY}}` and `{{VERSION}}` filled in (specification 6.2). */
  image(reference: string, manifest: AppManifest): string {
    return reference
      .replaceAll('{{REGISTRY}}', this.#config.appRegistry)
      .replaceAll('{{VERSION}}', manifest.version);
  }

  /** What is wrong with the processors that an app wants. */
  #gpuProblems(manifest: AppManifest, profileName?: string): Problem[] {
    const { gpu } = this.#config;
    const { gpuCount, gpuType } = this.sizes(manifest, profileName);
    if (!gpuCount) return [];
    if (!gpu.allowedTypes.length)
      return [
        {
          code: 'GPU_OFF',
          message: `The app needs ${gpuCount} GPU${
            gpuCount > 1 ? 's' : ''
          }, and this store has none.`,
          owner: 'admin',
          remedy:
            'An admin can add types of GPUs to appStore.gpu.allowedTypes.',
        },
      ];
    if (gpuCount > gpu.maxCount)
      return [
        {
          code: 'TOO_MANY_GPUS',
          message: `The app needs ${gpuCount} GPUs. In this store an instance can have at most ${gpu.maxCount}.`,
          owner: 'author',
          remedy:
            "The app's author can ask for fewer, or an admin can raise appStore.gpu.maxCount.",
        },
      ];
    if (gpuType && !gpu.allowedTypes.includes(gpuType))
      return [
        {
          code: 'GPU_TYPE_NOT_ALLOWED',
          message: `This store has no GPUs of the type ${gpuType}.`,
          owner: 'author',
          remedy: `The app's author can choose one of ${gpu.allowedTypes.join(
            ', ',
          )}, or leave GPUType out.`,
        },
      ];
    return [];
  }

  /** The runtime version of an app: the one it names, or the default of its mode. */
  find(manifest: AppManifest): RuntimeVersion | undefined {
    const { runtimeVersion, mode } = manifest.runtime;
    if (runtimeVersion)
      return this.versions.find(
        version =>
          version.mode === mode &&
          [version.name, ...version.aliases].includes(runtimeVersion),
      );
    const ofMode = this.versions.filter(version => version.mode === mode);
    return ofMode.find(version => version.default) ?? ofMode[0];
  }

  /** The runtime versions of a mode that new apps may name. */
  namesOf(mode: AppManifest['runtime']['mode']): string[] {
    return this.versions
      .filter(version => version.mode === mode && !version.deprecated)
      .map(version => version.name);
  }

  /** The image that an app asks for and may not have. */
  refusedImage(manifest: AppManifest): string | undefined {
    const { customImage } = manifest.runtime;
    if (!customImage) return undefined;
    const image = this.image(customImage, manifest);
    return this.#isAllowed(image) ? undefined : image;
  }

  /** What an app asks to reach and may not. */
  #refusedEgress({ runtime }: AppManifest): string[] {
    const { allowedEgress, notPublic } = this.#config;
    if (allowedEgress.includes('open')) return [];
    const allowed = allowedEgress.flatMap(entry => parseEgress(entry) ?? []);
    return (runtime.egress ?? []).filter(
      entry => !isEgressAllowed(parseEgress(entry)!, allowed, notPublic),
    );
  }

  /** What keeps an app from being run here. */
  problems(manifest: AppManifest, profileName?: string): Problem[] {
    if (manifest.lifecycle === 'LINK') return [];
    if (
      profileName &&
      !this.profiles.some(profile => profile.name === profileName)
    )
      return [
        {
          code: 'NO_SUCH_PROFILE',
          message: `The app's launch profile ${profileName} no longer exists.`,
          owner: 'author',
          remedy: "The app's owner must choose another default launch profile.",
        },
      ];
    const gpuProblems = this.#gpuProblems(manifest, profileName);
    if (gpuProblems.length) return gpuProblems;
    const version = this.find(manifest);
    if (!version) {
      const wanted = manifest.runtime.runtimeVersion
        ? `the runtime version ${manifest.runtime.runtimeVersion}`
        : `a runtime for ${manifest.runtime.mode} apps`;
      return [
        {
          code: 'NO_RUNTIME',
          message: `This store does not have ${wanted}.`,
          owner: 'admin',
          remedy: 'An admin can add it to appStore.runtimes.',
        },
      ];
    }
    if (version.deprecated)
      return [
        {
          code: 'RUNTIME_DEPRECATED',
          message: `The runtime version ${version.name} is deprecated.`,
          owner: 'author',
          remedy:
            "The app's author must import a new version with another Runtime.RuntimeVersion.",
        },
      ];
    const missing = (manifest.osPackages ?? []).filter(
      name => !version.osPackages.includes(name.replace(/=.*$/, '')),
    );
    if (missing.length)
      return [
        {
          code: 'OS_PACKAGE_MISSING',
          message: `The app needs ${missing.join(
            ', ',
          )} (packages.txt), which the runtime ${version.name} does not have.`,
          owner: 'admin',
          remedy:
            'An admin can add it to the image and to osPackages of the runtime version.',
        },
      ];
    const refusedEgress = this.#refusedEgress(manifest);
    if (refusedEgress.length)
      return [
        {
          code: 'EGRESS_NOT_ALLOWED',
          message: `The app needs access to ${refusedEgress.join(
            ', ',
          )} (Runtime.Egress), which this store does not allow.`,
          owner: 'admin',
          remedy:
            'An admin can allow it in appStore.kubernetes.networkPolicy.allowedEgress.',
        },
      ];
    const refused = this.refusedImage(manifest);
    if (refused)
      return [
        {
          code: 'IMAGE_NOT_ALLOWED',
          message: `The image ${refused} is not allowed in this store.`,
          owner: 'admin',
          remedy: 'An admin can allow it in appStore.allowedCustomImages.',
        },
      ];
    const image =
      manifest.runtime.mode === 'container'
        ? (manifest.runtime.customImage &&
            this.image(manifest.runtime.customImage, manifest)) ??
          version.image
        : version.image;
    if (!image)
      return [
        {
          code: 'NO_IMAGE',
          message: 'The app has no container image.',
          owner: 'author',
          remedy: "The app's author must set Runtime.CustomImage.",
        },
      ];
    const reason = this.#unavailableImage(image);
    if (reason)
      return [
        {
          code: 'IMAGE_UNAVAILABLE',
          message: `The ${
            image === version.image
              ? `runtime ${version.name}`
              : `image ${image}`
          } cannot be used here: ${reason}.`,
          owner: 'admin',
          remedy:
            'An admin must install what is missing, or connect the store to a cluster that has the image.',
        },
      ];
    return [];
  }
}
