/** The instances of a cluster: what is seen of them, and how their objects are written. */
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
import { alreadyExists } from './client/FencedObjects';
import { InstanceOutput } from './InstanceOutput';
import { InstanceWriter } from './InstanceWriter';
import type { AppliedObjects } from './InstanceWorkload';
import type { KnownFacts } from './InstanceDiagnosis';
import type { PodTimes } from './view/PodClock';
import { InstanceIndex } from './view/InstanceIndex';
import { InstanceWatches, type Unread } from './view/InstanceWatches';
import { ENDING, OBJECT_KINDS, type ObjectKind } from './view/mark';

/** Follows instances' objects, and leads to what writes them. */
export class InstanceCluster {
  readonly #api: KubeApi;
  readonly #namespace: string;
  readonly #index: InstanceIndex;
  readonly #watches: InstanceWatches;
  /** Applies and deletes its objects. */
  readonly writer: InstanceWriter;
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
    this.#namespace = options.namespace;
    this.#index = new InstanceIndex(options.onChange);
    this.#watches = new InstanceWatches({ ...options, index: this.#index });
    this.writer = new InstanceWriter({ ...options, index: this.#index });
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

  /** When this process saw a pod come as far as it is. */
  podTimes(uid: string | undefined): PodTimes {
    return this.#index.podTimes(uid);
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

  /** What is there of an instance, where that is all that every instance has. */
  baseline(id: string): AppliedObjects | undefined {
    if (!this.synced) return undefined;
    const found: AppliedObjects = {};
    for (const kind of OBJECT_KINDS) {
      const mark = this.#index.mark(id, kind);
      // Which object it is lies in its mark, too.
      if (mark) found[kind] = ['', mark];
    }
    const isWhole =
      found.Service &&
      found.NetworkPolicy &&
      (found.Deployment ?? found.StatefulSet);
    return isWhole ? found : undefined;
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

  /** True where the watches see nothing of an instance any more. */
  seemsGone(id: string, options: { keepClaim: boolean }): boolean {
    return (
      this.#index.isGone(id) &&
      (options.keepClaim ||
        this.#index.mark(id, 'PersistentVolumeClaim') === undefined)
    );
  }
}
