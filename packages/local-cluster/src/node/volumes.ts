/** A pod's volumes as directories of this machine. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { Tokens } from '../api/tokens';
import type { Registry } from '../registry/Registry';
import type { Json, KubeObject } from '../types';
import { discard } from './discard';
import { ContainerConfigError } from './environment';

/** A directory or file of this machine at a place in a container. */
export interface Mount {
  source: string;
  target: string;
  readOnly: boolean;
}

/** What keeps a pod's volumes from being made (`FailedMount`); tried again. */
export class MountError extends Error {}

function inside(directory: string, path: string): string {
  const full = normalize(join(directory, path));
  if (full !== directory && !full.startsWith(`${directory}/`))
    throw new MountError(`path ${JSON.stringify(path)} leaves its volume`);
  return full;
}

/** Makes a pod's volumes. */
export class PodVolumes {
  readonly #registry: Registry;
  readonly #tokens: Tokens;
  readonly #pod: KubeObject;
  readonly #directory: string;

  constructor(options: {
    registry: Registry;
    tokens: Tokens;
    pod: KubeObject;
    directory: string;
  }) {
    this.#registry = options.registry;
    this.#tokens = options.tokens;
    this.#pod = options.pod;
    this.#directory = options.directory;
  }

  /**
   * Makes every volume and returns where each one is.
   *
   * @throws MountError where something that a volume needs is not there (yet)
   */
  async make(): Promise<Map<string, string>> {
    const places = new Map<string, string>();
    for (const volume of this.#pod.spec.volumes ?? [])
      places.set(volume.name, await this.#volume(volume));
    return places;
  }

  async #volume(volume: Json): Promise<string> {
    const own = join(this.#directory, 'volumes', volume.name);
    const { namespace } = this.#pod.metadata;
    if (volume.persistentVolumeClaim) {
      const claim = this.#registry.store.get(
        'persistentvolumeclaims',
        namespace,
        volume.persistentVolumeClaim.claimName,
      );
      if (!claim)
        throw new MountError(
          `persistentvolumeclaim "${volume.persistentVolumeClaim.claimName}" not found`,
        );
      if (claim.metadata.deletionTimestamp)
        throw new MountError(
          `persistentvolumeclaim "${claim.metadata.name}" is being deleted`,
        );
      const bound =
        claim.spec.volumeName &&
        this.#registry.store.get(
          'persistentvolumes',
          undefined,
          claim.spec.volumeName,
        );
      if (!bound || claim.status?.phase !== 'Bound')
        throw new MountError(
          `pod has unbound immediate PersistentVolumeClaims`,
        );
      mkdirSync(bound.spec.hostPath.path, { recursive: true });
      return bound.spec.hostPath.path;
    }
    if (volume.hostPath)
      throw new MountError(
        'hostPath volumes are not served by the local cluster',
      );
    mkdirSync(own, { recursive: true, mode: 0o700 });
    if (volume.secret)
      this.#project(own, [
        {
          secret: {
            name: volume.secret.secretName,
            items: volume.secret.items,
            optional: volume.secret.optional,
          },
        },
      ]);
    else if (volume.configMap)
      this.#project(own, [{ configMap: volume.configMap }]);
    else if (volume.downwardAPI)
      this.#project(own, [{ downwardAPI: volume.downwardAPI }]);
    else if (volume.projected) {
      this.#project(own, volume.projected.sources ?? []);
      await this.projectTokens(own, volume.projected.sources ?? []);
    }
    return own;
  }

  #project(directory: string, sources: Json[]): void {
    for (const source of sources) {
      const ref = source.secret ?? source.configMap;
      if (!ref) continue;
      const plural = source.secret ? 'secrets' : 'configmaps';
      const object = this.#registry.store.get(
        plural,
        this.#pod.metadata.namespace,
        ref.name,
      );
      if (!object) {
        if (ref.optional) continue;
        throw new MountError(
          `${source.secret ? 'secret' : 'configmap'} "${ref.name}" not found`,
        );
      }
      const data = (object.data ?? {}) as Record<string, string>;
      const items: Json[] =
        ref.items ?? Object.keys(data).map(key => ({ key, path: key }));
      for (const { key, path } of items) {
        if (!(key in data)) {
          if (ref.optional) continue;
          throw new MountError(`references non-existent secret key: ${key}`);
        }
        const file = inside(directory, path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(
          file,
          source.secret ? Buffer.from(data[key], 'base64') : data[key],
          { mode: 0o600 },
        );
      }
    }
  }

  /** Writes fresh tokens; returns when the first of them is due again, in milliseconds. */
  async projectTokens(
    directory: string,
    sources: Json[],
  ): Promise<number | undefined> {
    let due: number | undefined;
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
      writeFileSync(inside(directory, path), token, { mode: 0o600 });
      const next = (expirationSeconds ?? 3600) * 800;
      due = due === undefined ? next : Math.min(due, next);
    }
    return due;
  }

  /** The mounts of one container. */
  mounts(container: Json, places: Map<string, string>): Mount[] {
    return (container.volumeMounts ?? []).map((mount: Json) => {
      const place = places.get(mount.name);
      if (!place)
        throw new ContainerConfigError(`volume ${mount.name} not found`);
      const source = mount.subPath ? inside(place, mount.subPath) : place;
      if (mount.subPath) mkdirSync(source, { recursive: true });
      return {
        source,
        target: mount.mountPath,
        readOnly: Boolean(mount.readOnly),
      };
    });
  }

  /** Removes what does not outlive the pod. */
  remove(): void {
    discard(this.#directory);
  }
}
