/**
 * Binds claims to volumes: to one that was made by hand, or to one that it makes, a directory of the
 * node (https://kubernetes.io/docs/concepts/storage/persistent-volumes/). A claim that is deleted goes
 * when no pod uses it, and what its class made for it with it.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { discard, DISCARDED } from '../discard';
import { withAnnotations, withStatus } from '../registry/changed';
import { resourceOf } from '../registry/resources';
import type { Json, KubeObject } from '../types';
import { Controller, keyOf, parseKey, type Key } from './Controller';
import { HostPathProvisioner } from './HostPathProvisioner';
import {
  BIND_COMPLETED,
  bindingRefusal,
  BOUND_BY,
  claimRefOf,
  isOwn,
  isUsedBy,
  volumeFor,
} from './volumes';

const OPTIONS = { fieldManager: 'kube-controller-manager' };
const STATUS = { ...OPTIONS, subresource: 'status' } as const;
const SOURCE = { component: 'persistentvolume-controller' };
const CLAIMS = resourceOf('persistentvolumeclaims');
const VOLUMES = resourceOf('persistentvolumes');
/** A claim that cannot be bound is looked at again this much later, in milliseconds. */
const RESYNC_MS = 15_000;

const CLAIM_PROTECTION = 'kubernetes.io/pvc-protection';

/** Keys of volumes begin so in the queue. */
const VOLUME_KEY = 'volume:';

export class VolumeController extends Controller {
  readonly #directory: string;
  readonly #provisioner: HostPathProvisioner;

  constructor(
    options: ConstructorParameters<typeof Controller>[0] & {
      directory: string;
    },
  ) {
    super(options);
    this.#directory = options.directory;
    this.#provisioner = new HostPathProvisioner(options);
  }

  start(): void {
    mkdirSync(this.#directory, { recursive: true });
    for (const left of readdirSync(this.#directory))
      if (left.startsWith(DISCARDED)) discard(join(this.#directory, left));
    this.watch('persistentvolumeclaims', ({ object }) => [
      keyOf(object),
      object.spec?.volumeName && volumeKey(object.spec.volumeName),
    ]);
    this.watch('persistentvolumes', ({ object, type, previous }) => {
      const { claimRef } = object.spec ?? {};
      const claim = claimRef && `${claimRef.namespace}/${claimRef.name}`;
      const isNew =
        object.status?.phase === 'Available' &&
        previous?.status?.phase !== 'Available';
      return [
        ...(type === 'DELETED' ? [] : [volumeKey(object.metadata.name)]),
        claim,
        ...(isNew ? this.#pendingClaims() : []),
      ];
    });
    this.watch('storageclasses', () => this.#pendingClaims());
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

  #pendingClaims(): Key[] {
    return this.registry.store
      .list('persistentvolumeclaims')
      .filter(claim => claim.status?.phase === 'Pending')
      .map(keyOf);
  }

  protected sync(key: Key): void {
    if (key.startsWith(VOLUME_KEY)) {
      this.#syncVolume(key.slice(VOLUME_KEY.length));
      return;
    }
    const { namespace, name } = parseKey(key);
    const claim = this.registry.store.get(CLAIMS.plural, namespace, name);
    if (!claim) return;
    if (claim.metadata.deletionTimestamp) this.#release(claim);
    else if (claim.metadata.annotations?.[BIND_COMPLETED])
      this.#syncBound(claim);
    else this.#bind(claim);
  }

  #volume(name: string | undefined): KubeObject | undefined {
    return name
      ? this.registry.store.get('persistentvolumes', undefined, name)
      : undefined;
  }

  /** A claim goes once no pod uses it. */
  #release(claim: KubeObject): void {
    const { namespace } = claim.metadata;
    const isUsed = this.registry.store
      .list('pods', namespace)
      // A pod without a place uses nothing yet.
      .some(pod => pod.spec.nodeName && isUsedBy(claim, pod));
    if (isUsed) return;
    this.registry.modify(
      CLAIMS,
      claim,
      live => ({
        ...live,
        metadata: {
          ...live.metadata,
          finalizers: live.metadata.finalizers?.filter(
            each => each !== CLAIM_PROTECTION,
          ),
        },
      }),
      OPTIONS,
    );
  }

  /** A claim that was bound and whose volume is gone has lost it. */
  #syncBound(claim: KubeObject): void {
    const volume = this.#volume(claim.spec.volumeName);
    if (volume) {
      this.#complete(claim, volume);
      return;
    }
    if (claim.status?.phase === 'Lost') return;
    this.events.record(
      claim,
      'Warning',
      'ClaimLost',
      'Bound claim has lost its PersistentVolume. Data on the volume is lost!',
      SOURCE,
    );
    this.registry.modify(
      CLAIMS,
      claim,
      live => withStatus(live, { phase: 'Lost' }),
      STATUS,
    );
  }

  #bind(claim: KubeObject): void {
    const { volumeName } = claim.spec;
    const volume = volumeName
      ? this.#namedVolume(claim, volumeName)
      : volumeFor(claim, this.registry.store.list('persistentvolumes')) ??
        this.#provisioner.provision(claim);
    if (volume) this.#claimVolume(volume, claim);
    else this.enqueueOnceAfter(keyOf(claim), RESYNC_MS);
  }

  /** The volume that a claim names, where it is free or kept for this claim. */
  #namedVolume(claim: KubeObject, name: string): KubeObject | undefined {
    const volume = this.#volume(name);
    if (!volume) return undefined;
    const refusal = bindingRefusal(claim, volume);
    if (!refusal) return volume;
    this.events.record(
      claim,
      'Warning',
      refusal.reason,
      refusal.message,
      SOURCE,
    );
    return undefined;
  }

  /** The volume is the claim's, then the claim the volume's. */
  #claimVolume(volume: KubeObject, claim: KubeObject): void {
    const { uid } = claim.metadata;
    const claimed = this.registry.modify(
      VOLUMES,
      volume,
      live =>
        live.spec.claimRef?.uid === uid
          ? live
          : {
              ...withAnnotations(live, { [BOUND_BY]: 'yes' }),
              spec: { ...live.spec, claimRef: claimRefOf(claim) },
            },
      OPTIONS,
    );
    if (claimed) this.#setPhase(claimed, 'Bound');
    const bound = this.registry.modify(
      CLAIMS,
      claim,
      live => ({
        ...withAnnotations(live, {
          [BIND_COMPLETED]: 'yes',
          ...(claim.spec.volumeName ? {} : { [BOUND_BY]: 'yes' }),
        }),
        spec: { ...live.spec, volumeName: volume.metadata.name },
      }),
      OPTIONS,
    );
    if (bound) this.#complete(bound, volume);
  }

  #complete(claim: KubeObject, volume: KubeObject): void {
    this.registry.modify(
      CLAIMS,
      claim,
      live =>
        withStatus(live, {
          phase: 'Bound',
          accessModes: volume.spec.accessModes,
          capacity: volume.spec.capacity,
        }),
      STATUS,
    );
  }

  #setPhase(volume: KubeObject, phase: string): void {
    this.registry.modify(
      VOLUMES,
      volume,
      live => withStatus(live, { phase }),
      STATUS,
    );
  }

  #syncVolume(name: string): void {
    const volume = this.#volume(name);
    if (!volume) return;
    const { claimRef, persistentVolumeReclaimPolicy: policy } = volume.spec;
    const claim =
      claimRef &&
      this.registry.store.get(CLAIMS.plural, claimRef.namespace, claimRef.name);
    const isClaimed =
      claim && (!claimRef.uid || claim.metadata.uid === claimRef.uid);
    if (volume.metadata.deletionTimestamp) {
      if (!isClaimed || claim.status?.phase !== 'Bound') this.#drop(volume);
      return;
    }
    if (!claimRef) {
      if (volume.status?.phase !== 'Available')
        this.#setPhase(volume, 'Available');
    } else if (!claimRef.uid || isClaimed) {
      if (!claimRef.uid && volume.status?.phase === 'Pending')
        this.#setPhase(volume, 'Available');
    } else if (policy === 'Delete' && isOwn(volume)) this.#drop(volume);
    else if (volume.status?.phase !== 'Released')
      this.#setPhase(volume, 'Released');
  }

  /** The volume goes, and what this controller made for it. */
  #drop(volume: KubeObject): void {
    this.registry.finalize(VOLUMES, volume);
    // By its name, not by the path that it says: who may write volumes could have changed that.
    if (isOwn(volume)) discard(join(this.#directory, volume.metadata.name));
  }
}

function volumeKey(name: string): Key {
  return `${VOLUME_KEY}${name}`;
}
