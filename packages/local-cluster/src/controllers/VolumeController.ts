/**
 * Binds every claim to a volume of its own: a directory of the node. A claim
 * that is deleted goes when no pod uses it, and its directory with it.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { discard, DISCARDED } from '../discard';
import { resourceOf } from '../registry/resources';
import type { Json, KubeObject } from '../types';
import {
  Controller,
  keyOf,
  parseKey,
  type Key,
  type Logger,
} from './Controller';
import type { Registry } from '../registry/Registry';

const OPTIONS = { fieldManager: 'local-cluster-volumes' };
const PROTECTION = 'kubernetes.io/pvc-protection';

export class VolumeController extends Controller {
  readonly #directory: string;

  constructor(options: {
    registry: Registry;
    logger: Logger;
    directory: string;
  }) {
    super(options);
    this.#directory = options.directory;
  }

  start(): void {
    mkdirSync(this.#directory, { recursive: true });
    for (const left of readdirSync(this.#directory))
      if (left.startsWith(DISCARDED)) discard(join(this.#directory, left));
    this.watch('persistentvolumeclaims', event => {
      if (event.type === 'DELETED') this.#remove(event.object);
      return [keyOf(event.object)];
    });
    this.watch('pods', event =>
      event.type === 'DELETED'
        ? (event.object.spec?.volumes ?? []).map(
            (v: Json) =>
              v.persistentVolumeClaim &&
              `${event.object.metadata.namespace}/${v.persistentVolumeClaim.claimName}`,
          )
        : [],
    );
  }

  #remove(claim: KubeObject): void {
    const volume =
      claim.spec.volumeName &&
      this.registry.store.get(
        'persistentvolumes',
        undefined,
        claim.spec.volumeName,
      );
    if (!volume) return;
    this.registry.finalize(resourceOf('persistentvolumes'), volume);
    discard(volume.spec.hostPath.path);
  }

  protected sync(key: Key): void {
    const { namespace, name } = parseKey(key);
    const resource = resourceOf('persistentvolumeclaims');
    const claim = this.registry.store.get(resource.plural, namespace, name);
    if (!claim) return;
    if (claim.metadata.deletionTimestamp) {
      const used = this.registry.store
        .list('pods', namespace)
        .some(pod =>
          (pod.spec.volumes ?? []).some(
            (v: Json) => v.persistentVolumeClaim?.claimName === name,
          ),
        );
      if (!used)
        this.registry.modify(
          resource,
          claim,
          live => ({
            ...live,
            metadata: {
              ...live.metadata,
              finalizers: live.metadata.finalizers?.filter(
                f => f !== PROTECTION,
              ),
            },
          }),
          OPTIONS,
        );
      return;
    }
    if (claim.status?.phase === 'Bound') return;
    const volumeName = `pvc-${claim.metadata.uid}`;
    const path = join(this.#directory, volumeName);
    mkdirSync(path, { recursive: true });
    if (!this.registry.store.get('persistentvolumes', undefined, volumeName)) {
      this.registry.create(
        resourceOf('persistentvolumes'),
        undefined,
        {
          metadata: { name: volumeName },
          spec: {
            capacity: { storage: claim.spec.resources.requests.storage },
            accessModes: claim.spec.accessModes,
            hostPath: { path },
            persistentVolumeReclaimPolicy: 'Delete',
            storageClassName: claim.spec.storageClassName,
            claimRef: {
              kind: 'PersistentVolumeClaim',
              apiVersion: 'v1',
              namespace,
              name,
              uid: claim.metadata.uid,
            },
          },
        },
        OPTIONS,
      );
    }
    const bound = this.registry.modify(
      resource,
      claim,
      live => ({
        ...live,
        metadata: {
          ...live.metadata,
          finalizers: [
            ...new Set([...(live.metadata.finalizers ?? []), PROTECTION]),
          ],
        },
        spec: { ...live.spec, volumeName },
      }),
      OPTIONS,
    );
    if (bound)
      this.registry.modify(
        resource,
        bound,
        live => ({
          ...live,
          status: {
            phase: 'Bound',
            accessModes: claim.spec.accessModes,
            capacity: { storage: claim.spec.resources.requests.storage },
          },
        }),
        { ...OPTIONS, subresource: 'status' },
      );
  }
}
