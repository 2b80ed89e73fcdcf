/** An instance as far as its objects in the cluster go, and what was written of them. */
import type { InstancePlace } from './InstanceOutput';
import type { Launched } from './manifests/ofLaunch';
import type { ObjectKind } from './view/mark';

/** By kind: the uid of what was applied, and its mark. */
export type AppliedObjects = Partial<
  Record<ObjectKind, [uid: string, mark: number]>
>;

/** An instance, as far as its objects in the cluster go. */
export interface InstanceWorkload extends InstancePlace, Launched {
  /** Absent until its objects were applied once. */
  applied?: string;
  appliedObjects?: AppliedObjects;
  /** Uid of the volume's claim, once that was made. */
  claimUid?: string;
}

/** A volume that was there is gone, or is being deleted. */
export class VolumeLost extends Error {
  /** Of the claim. */
  readonly claimName: string;

  constructor(name: string) {
    super(`the volume claim ${name} is gone`);
    this.name = 'VolumeLost';
    this.claimName = name;
  }
}
