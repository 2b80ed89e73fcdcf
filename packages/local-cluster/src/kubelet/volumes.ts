/** A pod's volumes as directories of this machine. */
import { mkdirSync } from 'node:fs';
import { join, normalize } from 'node:path';
import type { Tokens } from '../auth/tokens';
import type { Registry } from '../registry/Registry';
import type { Json, KubeObject } from '../types';
import { discard } from '../discard';
import {
  ContainerConfigError,
  dataOf,
  fieldText,
  resourceText,
  type DataPlural,
} from './environment';
import { pullVolumeImage } from './images';
import type { VolumeImages } from './VolumeImages';
import { placeIn, UnsafePathError, writeAnew } from './safePaths';

/** A directory or file of this machine at a place in a container. */
export interface Mount {
  source: string;
  target: string;
  readOnly: boolean;
}

/** Tokens are written anew at this part of their lifetime, as the kubelet does. */
const TOKEN_LIFETIME_USED = 0.8;
const TOKEN_LIFETIME_SECONDS = 3600;
/** Of a file out of a Secret or a ConfigMap. */
const DEFAULT_MODE = 0o644;
const TOKEN_MODE = 0o600;

/** A part of a volume, made as a directory where it is not there. */
function subPathIn(volume: string, mount: Json, container: string): string {
  try {
    return placeIn(volume, mount.subPath);
  } catch (error) {
    if (!(error instanceof UnsafePathError)) throw error;
    throw new ContainerConfigError(
      `failed to prepare subPath for volumeMount ${JSON.stringify(
        mount.name,
      )} of container ${JSON.stringify(container)}`,
    );
  }
}

/** Volumes that the node fills: containers only read them. */
const FILLED = ['secret', 'configMap', 'downwardAPI', 'projected', 'image'];

/** Makes a pod's volumes and keeps the tokens in them fresh. */
export class PodVolumes {
  readonly #registry: Registry;
  readonly #tokens: Tokens;
  readonly #pod: KubeObject;
  readonly #directory: string;
  readonly #persistentDirectory: string;
  readonly #failed: (error: Error) => void;
  /** Where each volume is, by its name. */
  readonly #places = new Map<string, string>();
  readonly #timers: NodeJS.Timeout[] = [];

  /**
   * @param options - `directory` for what ends with the pod, `persistentDirectory` where persistent
   *   volumes are; `failed` hears of tokens that could not be written anew
   */
  constructor(options: {
    registry: Registry;
    tokens: Tokens;
    pod: KubeObject;
    directory: string;
    persistentDirectory: string;
    failed: (error: Error) => void;
  }) {
    this.#registry = options.registry;
    this.#tokens = options.tokens;
    this.#pod = options.pod;
    this.#directory = options.directory;
    this.#persistentDirectory = options.persistentDirectory;
    this.#failed = options.failed;
  }

  /**
   * Makes every volume.
   *
   * @throws Error (`FailedMount`) where something that a volume needs is not there (yet)
   */
  async make(): Promise<void> {
    for (const volume of this.#pod.spec.volumes ?? []) {
      // Pulled with the images of containers.
      if (volume.image) continue;
      try {
        this.#places.set(
          volume.name,
          volume.persistentVolumeClaim
            ? this.#claimed(volume.persistentVolumeClaim.claimName)
            : await this.#own(volume),
        );
      } catch (error) {
        throw new Error(
          `MountVolume.SetUp failed for volume ${JSON.stringify(
            volume.name,
          )} : ${(error as Error).message}`,
        );
      }
    }
    this.#refreshTokens();
  }

  /** The directory of a claim's volume. */
  #claimed(claimName: string): string {
    const { store } = this.#registry;
    const { namespace } = this.#pod.metadata;
    const claim = store.get('persistentvolumeclaims', namespace, claimName);
    if (!claim)
      throw new Error(`persistentvolumeclaim "${claimName}" not found`);
    if (claim.metadata.deletionTimestamp)
      throw new Error(`persistentvolumeclaim "${claimName}" is being deleted`);
    const { volumeName } = claim.spec;
    const bound =
      volumeName && store.get('persistentvolumes', undefined, volumeName);
    if (!bound || claim.status?.phase !== 'Bound')
      throw new Error(`pod has unbound immediate PersistentVolumeClaims`);
    return this.#persistent(bound);
  }

  /**
   * The directory of a persistent volume. One that somebody made by hand names a path of the node:
   * this node's paths lie below a directory of the cluster, never on the machine's own.
   */
  #persistent({ spec }: KubeObject): string {
    const path: string | undefined = spec.hostPath?.path ?? spec.local?.path;
    if (!path) throw new Error('no volume plugin matched');
    const base = this.#persistentDirectory;
    const plain = normalize(path);
    return placeIn(
      base,
      plain.startsWith(`${base}/`)
        ? plain.slice(base.length)
        : join('host', normalize(`/${path}`)),
    );
  }

  /** A volume that ends with the pod. */
  async #own(volume: Json): Promise<string> {
    if (volume.hostPath)
      throw new Error('hostPath volumes are not served by the local cluster');
    const own = join(this.#directory, 'volumes', volume.name);
    mkdirSync(own, { recursive: true, mode: 0o700 });
    const { secret, configMap, projected } = volume;
    if (secret)
      this.#project(own, 'secrets', { ...secret, name: secret.secretName });
    else if (configMap) this.#project(own, 'configmaps', configMap);
    else if (volume.downwardAPI)
      this.#projectFields(own, volume.downwardAPI.items);
    else if (projected) {
      for (const source of projected.sources ?? []) {
        if (source.secret) this.#project(own, 'secrets', source.secret);
        else if (source.configMap)
          this.#project(own, 'configmaps', source.configMap);
        else if (source.downwardAPI)
          this.#projectFields(own, source.downwardAPI.items);
      }
      await this.#projectTokens(own, projected.sources ?? []);
    }
    return own;
  }

  #project(directory: string, plural: DataPlural, ref: Json): void {
    const { namespace } = this.#pod.metadata;
    const data = dataOf(this.#registry, plural, namespace, ref);
    if (!data) return;
    const items: Json[] =
      ref.items ?? [...data.keys()].map(key => ({ key, path: key }));
    for (const { key, path, mode } of items) {
      const value = data.get(key);
      if (!value) {
        if (ref.optional) continue;
        throw new Error(`references non-existent secret key: ${key}`);
      }
      writeAnew(
        directory,
        path,
        value,
        mode ?? ref.defaultMode ?? DEFAULT_MODE,
      );
    }
  }

  /** Fields of the pod as files (https://kubernetes.io/docs/concepts/workloads/pods/downward-api/). */
  #projectFields(directory: string, items: Json[] = []): void {
    for (const { path, fieldRef, resourceFieldRef } of items) {
      writeAnew(
        directory,
        path,
        fieldRef
          ? fieldText(this.#pod, fieldRef.fieldPath)
          : resourceText(this.#registry, this.#pod, resourceFieldRef),
        DEFAULT_MODE,
      );
    }
  }

  async #projectTokens(directory: string, sources: Json[]): Promise<void> {
    for (const { serviceAccountToken } of sources) {
      if (!serviceAccountToken) continue;
      const { audience, expirationSeconds, path } = serviceAccountToken;
      const { namespace, name, uid } = this.#pod.metadata;
      const { token } = await this.#tokens.issue({
        namespace: namespace!,
        serviceAccount: this.#pod.spec.serviceAccountName ?? 'default',
        audiences: audience ? [audience] : undefined,
        expirationSeconds,
        pod: { name, uid },
      });
      writeAnew(directory, path, token, TOKEN_MODE);
    }
  }

  #refreshTokens(): void {
    for (const { name, projected } of this.#pod.spec.volumes ?? []) {
      const sources: Json[] = projected?.sources ?? [];
      const lifetimes = sources
        .filter(source => source.serviceAccountToken)
        .map(
          ({ serviceAccountToken }) =>
            serviceAccountToken.expirationSeconds ?? TOKEN_LIFETIME_SECONDS,
        );
      if (!lifetimes.length) continue;
      const timer = setInterval(() => {
        this.#projectTokens(this.#places.get(name)!, sources).catch(
          this.#failed,
        );
      }, Math.min(...lifetimes) * 1000 * TOKEN_LIFETIME_USED);
      timer.unref();
      this.#timers.push(timer);
    }
  }

  /**
   * Has the images that volumes of a container are made of.
   *
   * @throws ImageError
   */
  async pull(
    container: Json,
    images: VolumeImages,
    options: Parameters<typeof pullVolumeImage>[2],
  ): Promise<void> {
    for (const { name, image } of this.#pod.spec.volumes ?? []) {
      const isMounted = container.volumeMounts?.some(
        (mount: Json) => mount.name === name,
      );
      if (!image || !isMounted) continue;
      await pullVolumeImage(images, image, options);
      this.#places.set(name, images.directoryOf(image.reference));
    }
  }

  /** The mounts of one container. */
  mounts(container: Json): Mount[] {
    return (container.volumeMounts ?? []).map((mount: Json) => {
      const place = this.#places.get(mount.name);
      if (!place)
        throw new ContainerConfigError(`volume ${mount.name} not found`);
      const source = mount.subPath
        ? subPathIn(place, mount, container.name)
        : place;
      return {
        source,
        target: mount.mountPath,
        readOnly: Boolean(mount.readOnly) || this.#isFilled(mount.name),
      };
    });
  }

  #isFilled(name: string): boolean {
    const volume = this.#pod.spec.volumes.find(
      (each: Json) => each.name === name,
    );
    return FILLED.some(kind => volume[kind]);
  }

  /** Leaves the tokens as they are. */
  stop(): void {
    this.#timers.forEach(timer => clearInterval(timer));
  }

  /** Removes what does not outlive the pod. */
  remove(): void {
    discard(this.#directory);
  }
}
