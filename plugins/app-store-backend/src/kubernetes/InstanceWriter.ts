/**
 * Writes an instance's objects to the cluster. Their names hold the instance's UUID, so that a
 * worker that was stalled cannot touch what is another's.
 */
import {
  alreadyExists,
  FencedObjects,
  type StillMine,
} from './client/FencedObjects';
import type { KubeApi } from './client/KubeApi';
import { KubeError } from './client/KubeError';
import type { KubeObject } from './client/kubeObjects';
import {
  VolumeLost,
  type AppliedObjects,
  type InstanceWorkload,
} from './InstanceWorkload';
import type { InstanceObjects } from './manifests/instanceObjects';
import { ofLaunch, workloadOf } from './manifests/ofLaunch';
import type { InstanceIndex } from './view/InstanceIndex';
import { markOf, type ObjectKind } from './view/mark';

const uidsOf = (applied: AppliedObjects = {}) =>
  Object.fromEntries(
    Object.entries(applied).map(([kind, [uid]]) => [kind, uid]),
  );

/** A field that cannot be changed once the object is there. */
const isImmutable = (error: unknown) =>
  error instanceof KubeError &&
  error.code === 422 &&
  /immutable|updates to statefulset spec for fields other than/.test(
    error.message,
  );

/** Applies and deletes. */
export class InstanceWriter {
  readonly #fenced: FencedObjects;
  readonly #index: InstanceIndex;

  constructor(options: {
    api: KubeApi;
    installation: string;
    /** Takes what was written as seen. */
    index: InstanceIndex;
  }) {
    this.#fenced = new FencedObjects(options);
    this.#index = options.index;
  }

  /**
   * The claim of the instance's volume, which is made once: a volume that is gone later is
   * never replaced by an empty one.
   *
   * @returns undefined for an app without a volume
   * @throws VolumeLost where it was there and is gone; LeaseLost
   */
  async ensureClaim(
    record: InstanceWorkload,
    stillMine: StillMine,
  ): Promise<KubeObject | undefined> {
    const claim = record.objects.claim as KubeObject | undefined;
    if (!claim) return undefined;
    // Releases before this one did not note the uid.
    const wasMade = Boolean(record.claimUid ?? record.applied);
    if (!wasMade)
      try {
        return await this.#fenced.create(claim, stillMine);
      } catch (error) {
        // A predecessor made it and died before it could say so.
        if (!alreadyExists(error)) throw error;
      }
    const found = await this.#fenced.read(claim, record.claimUid);
    const ending = Boolean(found?.metadata!.deletionTimestamp);
    if (found && !ending) {
      const owned = await this.#fenced.adopt(found);
      const expected = record.appliedObjects?.PersistentVolumeClaim;
      return expected && markOf({ ...found, kind: claim.kind }) !== expected[1]
        ? this.#relabel(owned, claim, stillMine)
        : owned;
    }
    if (wasMade) throw new VolumeLost(claim.metadata!.name!);
    if (!ending) return this.#fenced.create(claim, stillMine);
    // It goes once no pod uses it any more.
    await this.#fenced.apply([workloadOf(record, 0)], stillMine);
    throw new Error('the former volume is still being deleted');
  }

  /** Labels and annotations as they should be; what a claim asks for may have been raised since. */
  async #relabel(
    found: KubeObject,
    claim: KubeObject,
    stillMine: StillMine,
  ): Promise<KubeObject> {
    const { spec } = found as { spec?: { resources?: unknown } };
    const [written] = await this.#fenced.apply(
      [
        {
          ...claim,
          spec: {
            ...(claim as { spec?: object }).spec,
            resources: spec?.resources,
          },
        } as KubeObject,
      ],
      stillMine,
      { uids: { PersistentVolumeClaim: found.metadata!.uid! } },
    );
    return written;
  }

  /**
   * Brings all objects but the volume's to the given number of replicas, or some of them.
   *
   * @param only - the kinds that drifted; all where it is absent
   * @returns what was written
   * @throws LeaseLost; KubeError 409 where somebody else changed one meanwhile
   */
  async apply(
    record: InstanceWorkload,
    replicas: 0 | 1,
    stillMine: StillMine,
    only?: ObjectKind[],
  ): Promise<AppliedObjects> {
    const { files, service, networkPolicy } = record.objects;
    const options = {
      // What was never applied is not there: that look is saved.
      fresh: !record.applied,
      uids: uidsOf(record.appliedObjects),
    };
    const wanted = (objects: Array<unknown>) =>
      (objects as Array<KubeObject | undefined>).filter(
        (object): object is KubeObject =>
          Boolean(object) &&
          (!only || only.includes(object!.kind as ObjectKind)),
      );
    // Nobody reaches a pod before its policy is there, and a pod waits for its files.
    const before = await this.#applyAll(
      wanted([networkPolicy, files]).map(object => ofLaunch(object, record)),
      stillMine,
      options,
    );
    // The workload first: its pod takes longer than its way in.
    const after = await this.#applyAll(
      wanted([workloadOf(record, replicas), service]).map(object =>
        ofLaunch(object, record),
      ),
      stillMine,
      options,
    );
    return this.noteWritten(record.id, [...before, ...after]);
  }

  /** What was written, as it will be compared. */
  noteWritten(id: string, objects: KubeObject[]): AppliedObjects {
    return Object.fromEntries(
      objects.map(object => [
        object.kind,
        [object.metadata!.uid!, this.#index.wrote(id, object)],
      ]),
    );
  }

  async #applyAll(
    objects: KubeObject[],
    stillMine: StillMine,
    options: { fresh: boolean; uids: Partial<Record<string, string>> },
  ): Promise<KubeObject[]> {
    if (!objects.length) return [];
    try {
      return await this.#fenced.apply(objects, stillMine, options);
    } catch (error) {
      if (!isImmutable(error)) throw error;
      // Made anew at the next look, once it is gone; volumes are no part of it.
      const workload = objects.filter(({ kind }) => kind === 'StatefulSet');
      if (!workload.length) throw error;
      await this.#fenced.remove(workload, stillMine, options.uids);
      throw new KubeError(
        409,
        'Replaced',
        'the workload is made anew, since what changed cannot be changed in place',
      );
    }
  }

  /**
   * Deletes all objects.
   *
   * @param options.keepClaim - the volume stays
   * @returns true where none of them is left
   * @throws LeaseLost
   */
  async remove(
    record: InstanceWorkload,
    options: { keepClaim: boolean },
    stillMine: StillMine,
  ): Promise<boolean> {
    const { claim, files, service, networkPolicy, workload } =
      record.objects as Record<keyof InstanceObjects, KubeObject | undefined>;
    const objects = [
      workload,
      service,
      networkPolicy,
      files,
      options.keepClaim ? undefined : claim,
    ].filter((o): o is KubeObject => Boolean(o));
    const gone = await this.#fenced.remove(
      objects,
      stillMine,
      uidsOf(record.appliedObjects),
    );
    return gone && !this.#index.hasPods(record.id);
  }
}
