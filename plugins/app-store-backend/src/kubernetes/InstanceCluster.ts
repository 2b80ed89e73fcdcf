/**
 * An instance's objects in the cluster: applied, followed, deleted. Their names hold the
 * instance's UUID, so that a worker that was stalled cannot touch what is another's.
 */
import type { V1Pod } from '@kubernetes/client-node';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Endpoint } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Heartbeat } from './client/Heartbeat';
import type { KubeApi } from './client/KubeApi';
import { KubeError } from './client/KubeError';
import type { KubeObject } from './client/kubeObjects';
import {
  LABELS,
  LAUNCH_ANNOTATION,
  objectName,
  pvcName,
} from './manifests/labels';
import {
  alreadyExists,
  FencedObjects,
  type StillMine,
} from './client/FencedObjects';
import { InstanceOutput, type InstancePlace } from './InstanceOutput';
import type { InstanceObjects } from './manifests/instanceObjects';
import { ofLaunch, workloadOf, type Launched } from './manifests/ofLaunch';
import type { KnownFacts } from './InstanceDiagnosis';
import { InstanceIndex } from './view/InstanceIndex';
import { InstanceWatches, type Unread } from './view/InstanceWatches';
import { ENDING, OBJECT_KINDS, type ObjectKind } from './view/mark';

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

/** Applies, follows and deletes instances' objects. */
export class InstanceCluster {
  readonly #api: KubeApi;
  readonly #fenced: FencedObjects;
  readonly #namespace: string;
  readonly #index: InstanceIndex;
  readonly #watches: InstanceWatches;
  /** What its pods and containers say. */
  readonly output: InstanceOutput;

  constructor(options: {
    api: KubeApi;
    namespace: string;
    installation: string;
    logger: LoggerService;
    onChange: (instanceId: string) => void;
  }) {
    this.#api = options.api;
    this.#fenced = new FencedObjects(options);
    this.#namespace = options.namespace;
    this.#index = new InstanceIndex(options.onChange);
    this.#watches = new InstanceWatches({ ...options, index: this.#index });
    this.output = new InstanceOutput(options.api, id => this.#index.pods(id));
  }

  /** Makes the namespace where it is missing and the store may do that. */
  async ensureNamespace(): Promise<void> {
    const namespace = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: this.#namespace },
    };
    const isForbidden = (error: unknown) =>
      error instanceof KubeError && error.code === 403;
    const found = await this.#api.get(namespace).catch(error => {
      // Whoever may not look is told by the first object that is refused.
      if (isForbidden(error)) return namespace;
      throw error;
    });
    if (found) return;
    await this.#api.create(namespace).catch(error => {
      if (!isForbidden(error) && !alreadyExists(error)) throw error;
    });
  }

  /** Lists and follows, and goes on trying. */
  start(): void {
    this.#watches.start();
  }

  /** True once all was listed for the first time. */
  get isListed(): boolean {
    return this.#watches.isListed;
  }

  async whenListed(): Promise<void> {
    return this.#watches.whenListed();
  }

  stop(): void {
    this.#watches.stop();
  }

  get heartbeat(): Heartbeat {
    return this.#watches.heartbeat;
  }

  /** Told when the cluster answers again. */
  onAnswer(listener: () => void): () => void {
    return this.#watches.heartbeat.onAnswer(listener);
  }

  /** True while what this object says is known to follow the cluster. */
  get synced(): boolean {
    return this.#watches.synced;
  }

  /** Set where the cluster cannot be read: since when, and why. */
  unread(): Unread | undefined {
    return this.#watches.unread();
  }

  /** Ids of instances of which the cluster has something. */
  ids(): IterableIterator<string> {
    return this.#index.ids();
  }

  /** Pods of one launch; those of releases before this one do not say of which they are. */
  pods(id: string, launch: number): V1Pod[] {
    return this.#index.pods(id).filter(({ metadata }) => {
      const of = metadata?.annotations?.[LAUNCH_ANNOTATION];
      return of === undefined || of === String(launch);
    });
  }

  /** All pods of an instance, whatever launch they are of. */
  allPods(id: string): V1Pod[] {
    return this.#index.pods(id);
  }

  /** True where a pod, by name and uid, belongs to an instance. */
  async isPodOf(id: string, name: string, uid: string): Promise<boolean> {
    if (this.#index.pods(id).some(pod => pod.metadata?.uid === uid))
      return true;
    const pod = await this.#api.get<KubeObject>({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: this.#namespace },
    });
    return (
      pod?.metadata?.uid === uid &&
      pod.metadata.labels?.[LABELS.instance] === id
    );
  }

  hasPods(id: string): boolean {
    return this.#index.hasPods(id);
  }

  /** The ready address of an instance. */
  endpoint(id: string): Endpoint | undefined {
    return this.#index.endpoint(id);
  }

  /** What a diagnosis can be told without a call. */
  facts(
    id: string,
    launch: number,
  ): Pick<KnownFacts, 'pods' | 'workloads' | 'claim'> {
    const refused = this.#index.refused(id);
    const kinds = (['Deployment', 'StatefulSet'] as const).filter(kind =>
      this.#index.mark(id, kind),
    );
    const phase = this.#index.claimPhase(id);
    return {
      pods: this.pods(id, launch),
      workloads: refused
        ? [refused]
        : kinds.map(kind => ({ kind, metadata: { name: objectName(id) } })),
      ...(phase
        ? { claim: { metadata: { name: pvcName(id) }, status: { phase } } }
        : {}),
    };
  }

  /**
   * Kinds of which the object is missing, or is not what was applied: compared in memory. Empty
   * while the cluster cannot be read.
   */
  drift(id: string, applied: AppliedObjects | undefined): ObjectKind[] {
    if (!applied || !this.synced) return [];
    return OBJECT_KINDS.filter(kind => {
      const expected = applied[kind];
      if (!expected) return false;
      const mark = this.#index.mark(id, kind);
      // Nothing is made or changed under what is being deleted, nor under a pod that has its volume.
      if (mark === ENDING) return false;
      if (kind === 'PersistentVolumeClaim' && !mark && this.hasPods(id))
        return false;
      return mark !== expected[1];
    });
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
      const drifted = this.drift(record.id, record.appliedObjects);
      return drifted.includes('PersistentVolumeClaim')
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
    const after = await this.#applyAll(
      wanted([service, workloadOf(record, replicas)]).map(object =>
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
    return gone && !this.hasPods(record.id);
  }

  /** True where the watches see nothing of an instance any more. */
  seemsGone(id: string, options: { keepClaim: boolean }): boolean {
    return (
      this.#index.isGone(id) &&
      (options.keepClaim ||
        this.#index.mark(id, 'PersistentVolumeClaim') === undefined)
    );
  }
}
