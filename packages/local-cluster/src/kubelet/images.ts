/**
 * Images of the local cluster: a name stands for programs of this machine. No
 * image of a container is ever pulled.
 */

import { pause } from './pause';
import type { VolumeImages } from './VolumeImages';

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
  /** What runs where a container names no command; its `args` follow it. None by default. */
  command?: string[];
  /** Further variables. */
  env?: Record<string, string>;
  /** Set where the image cannot be used here; says why. */
  unavailable?: string;
}

/** An image that cannot be pulled. */
export class ImageError extends Error {
  /** Of a volume, where it is none of a container. */
  volumeImage: string | undefined;

  /** @param reason - as the container's state says it */
  constructor(
    message: string,
    readonly reason:
      | 'ErrImagePull'
      | 'ErrImageNeverPull'
      | 'InvalidImageName' = 'ErrImagePull',
  ) {
    super(message);
  }
}

/** Finds an image by its reference, tag included. */
export class LocalImages {
  readonly #images: Record<string, LocalImage>;
  #failing: string | undefined;
  #slowMs = 0;

  /** @param images - by reference without tag or digest */
  static create(images: Record<string, LocalImage>): LocalImages {
    return new LocalImages(images);
  }

  private constructor(images: Record<string, LocalImage>) {
    this.#images = images;
  }

  /** Has every pull fail, or take its time. */
  setPulls({
    failing,
    slowMs = 0,
  }: {
    failing?: string;
    slowMs?: number;
  }): void {
    this.#failing = failing;
    this.#slowMs = slowMs;
  }

  /** Whether pulls fail or take their time: then no image counts as present, or nobody would notice. */
  get hasPullFault(): boolean {
    return Boolean(this.#failing || this.#slowMs);
  }

  /** Takes as long as a pull takes. @throws ImageError where pulls fail */
  async interfere(signal: AbortSignal): Promise<void> {
    if (this.#slowMs) await pause(this.#slowMs, signal);
    if (this.#failing) throw new ImageError(this.#failing);
  }

  /** @throws ImageError where pulls fail, or a name stands for nothing */
  async pull(reference: string, signal: AbortSignal): Promise<void> {
    await this.interfere(signal);
    this.resolve(reference);
  }

  /** @throws Error with the message of a failed pull */
  resolve(reference: string): LocalImage {
    const name = reference.replace(/@.*$/, '').replace(/:[^/:]+$/, '');
    const image = this.#images[name];
    if (!image) {
      const known = Object.keys(this.#images).join(', ') || 'none';
      throw unpulled(
        reference,
        `the local cluster runs no container images; this is not one of the names that stand for programs of this machine (${known})`,
      );
    }
    if (image.unavailable) throw unpulled(reference, image.unavailable);
    return image;
  }

  /** Whether a name stands for programs, so that nothing has to be pulled. */
  isPresent(reference: string): boolean {
    try {
      this.resolve(reference);
      return true;
    } catch {
      return false;
    }
  }
}

/** A pull that failed, as containerd says it. */
export function unpulled(reference: string, why: string): ImageError {
  const name = JSON.stringify(reference);
  return new ImageError(
    `failed to pull and unpack image ${name}: failed to resolve reference ${name}: ${why}`,
  );
}

/** A repository in capitals is none (distribution's `reference`). */
function assertName(reference: string): void {
  const [repository] = reference.replace(/@.*$/, '').split(/:(?=[^/:]+$)/);
  const path = repository.replace(/^[^/]*[.:][^/]*\//, '');
  if (path === path.toLowerCase()) return;
  throw new ImageError(
    `Failed to apply default image tag ${JSON.stringify(
      reference,
    )}: couldn't parse image name ${JSON.stringify(
      reference,
    )}: invalid reference format: repository name (${path}) must be lowercase`,
    'InvalidImageName',
  );
}

type Tell = (
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
) => void;

/**
 * Has the image of a volume, and tells of it as the kubelet does: as of something of the pod.
 *
 * @throws ImageError
 */
export async function pullVolumeImage(
  images: VolumeImages,
  { reference, pullPolicy }: { reference: string; pullPolicy?: string },
  options: { event: Tell; signal: AbortSignal },
): Promise<void> {
  await had(
    {
      image: reference,
      imagePullPolicy: pullPolicy,
      isPresent: images.has(reference),
      hasPullFault: false,
      pull: () => images.pull(reference, options.signal),
    },
    options.event,
  ).catch(error => {
    if (error instanceof ImageError) error.volumeImage = reference;
    throw error;
  });
}

/**
 * Has the image of a container, and tells of it as the kubelet does. No image is ever pulled: one
 * that there is, is on the machine.
 *
 * @throws ImageError
 */
export async function pullImage(
  images: LocalImages,
  { image, imagePullPolicy }: { image: string; imagePullPolicy?: string },
  options: {
    event: Tell;
    signal: AbortSignal;
  },
): Promise<void> {
  const { event, signal } = options;
  try {
    assertName(image);
  } catch (error) {
    event('Warning', 'InspectFailed', (error as Error).message);
    throw error;
  }
  await had(
    {
      image,
      imagePullPolicy,
      isPresent: images.isPresent(image),
      hasPullFault: images.hasPullFault,
      pull: () => images.pull(image, signal),
    },
    event,
  );
}

/** Has an image, and tells of it. @throws ImageError */
async function had(
  options: {
    image: string;
    imagePullPolicy?: string;
    isPresent: boolean;
    hasPullFault: boolean;
    pull: () => Promise<void>;
  },
  event: Tell,
): Promise<void> {
  const { image, imagePullPolicy, isPresent, hasPullFault } = options;
  const name = JSON.stringify(image);
  if (imagePullPolicy === 'Never' && !isPresent) {
    const message = `Container image ${name} is not present with pull policy of Never`;
    event('Warning', 'ErrImageNeverPull', message);
    throw new ImageError(message, 'ErrImageNeverPull');
  }
  const mustPull =
    imagePullPolicy === 'Always' ||
    (imagePullPolicy !== 'Never' && hasPullFault);
  if (isPresent && !mustPull) {
    event(
      'Normal',
      'Pulled',
      `Container image ${name} already present on machine`,
    );
    return;
  }
  event('Normal', 'Pulling', `Pulling image ${name}`);
  const began = performance.now();
  try {
    await options.pull();
  } catch (error) {
    event(
      'Warning',
      'Failed',
      `Failed to pull image ${name}: ${(error as Error).message}`,
    );
    throw error;
  }
  const took = `${Math.round(performance.now() - began)}ms`;
  event(
    'Normal',
    'Pulled',
    `Successfully pulled image ${name} in ${took} (${took} including waiting). Image size: 0 bytes.`,
  );
}
