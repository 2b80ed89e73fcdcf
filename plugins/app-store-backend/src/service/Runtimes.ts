/** The runtime versions of this store, and whether an app can be run with one. */
import type {
  AppManifest,
  Problem,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { RuntimeVersion } from '../config/StoreConfig';

/** See the module's comment. */
export class Runtimes {
  readonly #versions: RuntimeVersion[];
  readonly #allowedCustomImages: RegExp[];
  readonly #unavailableImage: (image: string) => string | undefined;

  constructor(options: {
    versions: RuntimeVersion[];
    /** What `Runtime.CustomImage` may be; whole references match. */
    allowedCustomImages?: RegExp[];
    unavailableImage?: (image: string) => string | undefined;
  }) {
    this.#versions = options.versions;
    this.#allowedCustomImages = options.allowedCustomImages ?? [];
    this.#unavailableImage = options.unavailableImage ?? (() => undefined);
  }

  /** The runtime version of an app: the one it names, or the default of its mode. */
  find(manifest: AppManifest): RuntimeVersion | undefined {
    const { runtimeVersion, mode } = manifest.runtime;
    if (runtimeVersion)
      return this.#versions.find(
        version =>
          version.mode === mode &&
          [version.name, ...version.aliases].includes(runtimeVersion),
      );
    const ofMode = this.#versions.filter(version => version.mode === mode);
    return ofMode.find(version => version.default) ?? ofMode[0];
  }

  /** The runtime versions of a mode that new apps may name. */
  namesOf(mode: AppManifest['runtime']['mode']): string[] {
    return this.#versions
      .filter(version => version.mode === mode && !version.deprecated)
      .map(version => version.name);
  }

  /** The image that an app asks for and may not have. */
  refusedImage(manifest: AppManifest): string | undefined {
    const { customImage } = manifest.runtime;
    return customImage &&
      !this.#allowedCustomImages.some(pattern => pattern.test(customImage))
      ? customImage
      : undefined;
  }

  /** What keeps an app from being run here. */
  problems(manifest: AppManifest): Problem[] {
    if (manifest.lifecycle === 'LINK') return [];
    const version = this.find(manifest);
    if (!version) {
      const wanted = manifest.runtime.runtimeVersion
        ? `the runtime version ${manifest.runtime.runtimeVersion}`
        : `a runtime for ${manifest.runtime.mode} apps`;
      return [
        {
          code: 'NO_RUNTIME',
          message: `This store has not got ${wanted}.`,
          owner: 'admin',
          remedy: 'An admin adds it to appStore.runtimes.',
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
            "The app's author imports a new version with another Runtime.RuntimeVersion.",
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
            'An admin adds it to the image and to osPackages of the runtime version.',
        },
      ];
    const refused = this.refusedImage(manifest);
    if (refused)
      return [
        {
          code: 'IMAGE_NOT_ALLOWED',
          message: `The image ${refused} is not allowed in this store.`,
          owner: 'admin',
          remedy: 'An admin allows it with appStore.allowedCustomImages.',
        },
      ];
    const image =
      manifest.runtime.mode === 'container'
        ? manifest.runtime.customImage ?? version.image
        : version.image;
    if (!image)
      return [
        {
          code: 'NO_IMAGE',
          message: 'The app has no container image.',
          owner: 'author',
          remedy: "The app's author sets Runtime.CustomImage.",
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
            'An admin installs what is missing, or points the store at a cluster that has the image.',
        },
      ];
    return [];
  }
}
