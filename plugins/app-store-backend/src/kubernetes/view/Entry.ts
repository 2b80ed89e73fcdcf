/** What is kept of one instance: at ten thousand of them each object more is a megabyte. */
import type { WorkloadFacts } from '../observe/Facts';
import type { ObjectKind } from './mark';
import type { PackedPod } from './packPod';

/** Mostly one, which then lies there without an array around it. */
type Few<T> = T | T[] | undefined;

function all<T>(few: Few<T>): T[] {
  if (few === undefined) return [];
  return Array.isArray(few) ? few : [few];
}

const few = <T>(values: T[]): Few<T> =>
  values.length > 1 ? values : values[0];

/** A field each, since an array of them takes twice as much. */
const FIELDS = {
  PersistentVolumeClaim: 'claim',
  NetworkPolicy: 'policy',
  ConfigMap: 'files',
  Service: 'service',
  Deployment: 'deployment',
  StatefulSet: 'statefulSet',
} as const satisfies Record<ObjectKind, string>;

/** Of one instance. */
export class Entry {
  #pods: Few<PackedPod>;
  #slices: Few<string>;
  /** Marks; 0 where there is no such object. */
  claim = 0;
  policy = 0;
  files = 0;
  service = 0;
  deployment = 0;
  statefulSet = 0;
  /** Set where a controller cannot make the pod. */
  refused: WorkloadFacts | undefined;
  claimPhase: string | undefined;

  get pods(): PackedPod[] {
    return all(this.#pods);
  }

  set pods(pods: PackedPod[]) {
    this.#pods = few(pods);
  }

  /** `name address port uid` of one that is ready, the name alone of any other. */
  get slices(): string[] {
    return all(this.#slices);
  }

  set slices(slices: string[]) {
    this.#slices = few(slices);
  }

  mark(kind: ObjectKind): number {
    return this[FIELDS[kind]];
  }

  setMark(kind: ObjectKind, mark: number): void {
    this[FIELDS[kind]] = mark;
  }

  /** Nothing is left, a claim included or not. */
  isEmpty({ butClaim = false } = {}): boolean {
    return (
      !this.pods.length &&
      (butClaim || (!this.slices.length && !this.claim)) &&
      !this.policy &&
      !this.files &&
      !this.service &&
      !this.deployment &&
      !this.statefulSet
    );
  }
}
