/**
 * Images of the local cluster: a name stands for programs of this machine. No
 * image is ever pulled.
 */

/**
 * What an image name stands for.
 *
 * @public
 */
export interface LocalImage {
  /** Directories of this machine shown in the container, read-only, at fixed places. */
  mounts: Array<{ source: string; target: string }>;
  /** `PATH` in the container, before `/usr/local/bin:/usr/bin:/bin`, as places in the container. */
  path: string[];
  /** Further variables. */
  env?: Record<string, string>;
  /** Set where the image cannot be used here; says why. */
  unavailable?: string;
}

/** An image that cannot be pulled (`ErrImagePull`). */
export class ImageError extends Error {}

/** Finds an image by its reference, tag included. */
export class LocalImages {
  readonly #images: Record<string, LocalImage>;

  /** @param images - by reference without tag or digest */
  static create(images: Record<string, LocalImage>): LocalImages {
    return new LocalImages(images);
  }

  private constructor(images: Record<string, LocalImage>) {
    this.#images = images;
  }

  /** @throws Error with the message of a failed pull */
  resolve(reference: string): LocalImage {
    const name = reference.replace(/@.*$/, '').replace(/:[^/:]+$/, '');
    const image = this.#images[name];
    if (!image) {
      const known = Object.keys(this.#images).join(', ') || 'none';
      throw new ImageError(
        `the local cluster runs no container images; ${JSON.stringify(
          reference,
        )} is not one of the names that stand for programs of this machine (${known})`,
      );
    }
    if (image.unavailable)
      throw new ImageError(
        `image ${JSON.stringify(reference)} is not available: ${
          image.unavailable
        }`,
      );
    return image;
  }
}
