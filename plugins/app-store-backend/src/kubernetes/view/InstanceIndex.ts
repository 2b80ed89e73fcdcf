/** What the watches saw of each instance: little, by the instance's id, and without a call. */
import type {
  V1EndpointSlice,
  V1PersistentVolumeClaim,
  V1Pod,
} from '@kubernetes/client-node';
import type { Endpoint } from '@ai-app-store/backstage-plugin-app-store-common';
import type { WatchSink } from '../client/Watch';
import type { KubeObject } from '../client/kubeObjects';
import { instanceOf, LABELS } from '../manifests/labels';
import type { WorkloadFacts } from '../observe/Facts';
import { Entry } from './Entry';
import { ASTRAY, ENDING, markOf, type ObjectKind } from './mark';
import { PodClock, type PodTimes } from './PodClock';
import { packPod, uidOf, unpackPod } from './packPod';
import { packSlice, sliceName } from './packSlice';

/** Failures alone are kept of a workload's conditions. */
function refusedOf(object: KubeObject): WorkloadFacts | undefined {
  const { kind, metadata, status } = object as KubeObject & WorkloadFacts;
  const conditions = status?.conditions?.filter(
    ({ type, status: value, reason }) =>
      (type === 'ReplicaFailure' && value === 'True') ||
      (value === 'False' && reason === 'ProgressDeadlineExceeded'),
  );
  return conditions?.length
    ? { kind, metadata: { name: metadata?.name }, status: { conditions } }
    : undefined;
}

/**
 * Whether a claim only left the watch, since somebody changed a label of it: one that a pod uses is marked for
 * deletion long before it is gone.
 * https://kubernetes.io/docs/concepts/storage/persistent-volumes/#storage-object-in-use-protection
 */
function leftWatch(entry: Entry, object: KubeObject, kind: ObjectKind) {
  return (
    kind === 'PersistentVolumeClaim' &&
    entry.pods.length > 0 &&
    entry.mark(kind) !== ENDING &&
    !object.metadata!.deletionTimestamp
  );
}

/** The values with this one, in the place of the one that it is a newer form of. */
function put<T>(values: T[], value: T, isSame: (each: T) => boolean): T[] {
  return values.some(isSame)
    ? values.map(each => (isSame(each) ? value : each))
    : [...values, value];
}

/** Follows the objects of all instances. */
export class InstanceIndex {
  readonly #entries = new Map<string, Entry>();
  /** What this process wrote and has not seen come back: an older event says nothing new. */
  readonly #written = new Map<string, number>();
  readonly #clock = new PodClock();
  readonly #onChange: (instanceId: string) => void;

  /** @param onChange - told of an instance of which something changed */
  constructor(onChange: (instanceId: string) => void) {
    this.#onChange = onChange;
  }

  #entry(id: string): Entry {
    let entry = this.#entries.get(id);
    if (!entry) {
      entry = new Entry();
      this.#entries.set(id, entry);
    }
    return entry;
  }

  #changed(id: string): void {
    if (this.#entries.get(id)?.isEmpty()) this.#entries.delete(id);
    this.#onChange(id);
  }

  pods(id: string): V1Pod[] {
    return (
      this.#entries.get(id)?.pods.map(packed => unpackPod(packed, id)) ?? []
    );
  }

  /** When this process saw a pod come as far as it is. */
  podTimes(uid: string | undefined): PodTimes {
    return this.#clock.times(uid);
  }

  hasPods(id: string): boolean {
    return Boolean(this.#entries.get(id)?.pods.length);
  }

  /** The ready address of an instance. */
  endpoint(id: string): Endpoint | undefined {
    for (const slice of this.#entries.get(id)?.slices ?? []) {
      const [, address, port, podUid] = slice.split(' ');
      if (address) return { address, port: Number(port), podUid };
    }
    return undefined;
  }

  /** The mark of an object that is there; undefined where there is none. */
  mark(id: string, kind: ObjectKind): number | undefined {
    return this.#entries.get(id)?.mark(kind) || undefined;
  }

  /** Workloads whose controller cannot make the pod. */
  refused(id: string): WorkloadFacts | undefined {
    return this.#entries.get(id)?.refused;
  }

  claimPhase(id: string): string | undefined {
    return this.#entries.get(id)?.claimPhase;
  }

  /** True where nothing of an instance is left but its claim. */
  isGone(id: string): boolean {
    return this.#entries.get(id)?.isEmpty({ butClaim: true }) ?? true;
  }

  /** Ids of all instances of which something is there. */
  ids(): IterableIterator<string> {
    return this.#entries.keys();
  }

  /**
   * Takes what was written as seen.
   *
   * @returns its mark
   */
  wrote(id: string, object: KubeObject): number {
    const kind = object.kind as ObjectKind;
    const mark = markOf(object);
    this.#entry(id).setMark(kind, mark);
    this.#written.set(
      `${id}/${kind}`,
      Number(object.metadata!.resourceVersion),
    );
    return mark;
  }

  /** True for an event from before what this process wrote last. */
  #isOld(id: string, object: KubeObject): boolean {
    const key = `${id}/${object.kind}`;
    const written = this.#written.get(key);
    if (written === undefined) return false;
    if (Number(object.metadata!.resourceVersion) < written) return true;
    this.#written.delete(key);
    return false;
  }

  /** A sink that hears of objects of instances alone. */
  #sink<T extends KubeObject>(
    take: (id: string, object: T) => void,
    remove: (id: string, object: T) => void,
    /** Removes what a new list does not have. */
    keepOnly: (entry: Entry, listed: Set<string>, id: string) => boolean,
    /** Whose it is. */
    idOf = (object: KubeObject) => object.metadata?.labels?.[LABELS.instance],
  ): WatchSink<T> {
    let listed: Set<string> | undefined;
    return {
      begin: () => {
        listed = new Set();
      },
      take: object => {
        const id = idOf(object);
        if (!id) return;
        listed?.add(object.metadata!.uid!);
        listed?.add(id);
        take(id, object);
      },
      remove: object => {
        const id = idOf(object);
        if (id) remove(id, object);
      },
      end: () => {
        const found = listed!;
        listed = undefined;
        for (const [id, entry] of [...this.#entries])
          if (keepOnly(entry, found, id)) this.#changed(id);
      },
    };
  }

  podSink(): WatchSink<V1Pod> {
    return this.#sink<V1Pod>(
      (id, pod) => {
        this.#clock.note(pod);
        const entry = this.#entry(id);
        const packed = packPod(pod, id);
        // A list brings what is known already.
        if (entry.pods.includes(packed)) return;
        entry.pods = put(
          entry.pods,
          packed,
          each => uidOf(each) === pod.metadata!.uid,
        );
        this.#changed(id);
      },
      (id, pod) => {
        this.#clock.forget(pod.metadata!.uid!);
        const entry = this.#entry(id);
        entry.pods = entry.pods.filter(
          each => uidOf(each) !== pod.metadata!.uid,
        );
        this.#changed(id);
      },
      (entry, listed) => {
        const kept = entry.pods.filter(pod => listed.has(uidOf(pod)));
        const lost = kept.length !== entry.pods.length;
        entry.pods = kept;
        return lost;
      },
    );
  }

  sliceSink(): WatchSink<V1EndpointSlice> {
    const nameOf = (slice: string) => slice.split(' ', 1)[0];
    return this.#sink<V1EndpointSlice>(
      (id, slice) => {
        const entry = this.#entry(id);
        const packed = packSlice(slice, id);
        if (entry.slices.includes(packed)) return;
        entry.slices = put(
          entry.slices,
          packed,
          each => nameOf(each) === sliceName(slice, id),
        );
        this.#changed(id);
      },
      (id, slice) => {
        const entry = this.#entry(id);
        entry.slices = entry.slices.filter(
          each => nameOf(each) !== sliceName(slice, id),
        );
        this.#changed(id);
      },
      // Slices are listed by instance: what is left of another one is overwritten.
      (entry, listed, id) => {
        if (!entry.slices.length || listed.has(id)) return false;
        entry.slices = [];
        return true;
      },
    );
  }

  objectSink(kind: ObjectKind): WatchSink<KubeObject> {
    const isWorkload = kind === 'Deployment' || kind === 'StatefulSet';
    return this.#sink<KubeObject>(
      (id, listed) => {
        // Items of a list do not say their kind.
        const object = { ...listed, kind };
        if (this.#isOld(id, object)) return;
        const entry = this.#entry(id);
        const mark = markOf(object);
        const phase =
          kind === 'PersistentVolumeClaim'
            ? (object as V1PersistentVolumeClaim).status?.phase
            : entry.claimPhase;
        const refused = isWorkload ? refusedOf(object) : entry.refused;
        const same =
          entry.mark(kind) === mark &&
          entry.claimPhase === phase &&
          JSON.stringify(entry.refused) === JSON.stringify(refused);
        entry.setMark(kind, mark);
        entry.claimPhase = phase;
        entry.refused = refused;
        if (!same) this.#changed(id);
      },
      (id, object) => {
        if (this.#isOld(id, { ...object, kind })) return;
        const entry = this.#entry(id);
        entry.setMark(kind, leftWatch(entry, object, kind) ? ASTRAY : 0);
        if (isWorkload) entry.refused = undefined;
        if (kind === 'PersistentVolumeClaim') entry.claimPhase = undefined;
        this.#changed(id);
      },
      (entry, listed, id) => {
        if (!entry.mark(kind) || listed.has(id)) return false;
        entry.setMark(kind, 0);
        if (isWorkload) entry.refused = undefined;
        return true;
      },
      // Somebody may have changed the label; the name stays.
      ({ metadata }) => instanceOf(metadata?.name),
    );
  }
}
