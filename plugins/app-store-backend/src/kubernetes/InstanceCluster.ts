/**
 * An instance's objects in the cluster: applied, read, deleted. Their names hold the
 * instance's UUID, so that a worker that was stalled cannot touch what is another's.
 */
import type { V1EndpointSlice, V1Pod } from '@kubernetes/client-node';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Endpoint } from '@ai-app-store/backstage-plugin-app-store-common';
import type { KubeApi } from './client/KubeApi';
import type { KubeObject } from './client/kubeObjects';
import { LABELS, objectName } from './manifests/labels';
import { Watch } from './client/Watch';
import {
  alreadyExists,
  FencedObjects,
  type StillMine,
} from './client/FencedObjects';
import { InstanceOutput, newest, type InstancePlace } from './InstanceOutput';
import { ofLaunch, workloadOf, type Launched } from './manifests/ofLaunch';

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

/** An instance, as far as its objects in the cluster go. */
export interface InstanceWorkload extends InstancePlace, Launched {
  /** Absent until its objects were applied once. */
  applied?: string;
  /** Uid of the volume's claim, once that was made. */
  claimUid?: string;
}

/** Applies, follows and deletes instances' objects. */
export class InstanceCluster {
  readonly #api: KubeApi;
  readonly #fenced: FencedObjects;
  readonly #namespace: string;
  readonly #pods: Watch<V1Pod, V1Pod>;
  readonly #slices: Watch<V1EndpointSlice, V1EndpointSlice>;
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
    this.output = new InstanceOutput(options.api, id => this.#podsOf(id));
    const onChange = (object: KubeObject) => {
      const id = object.metadata?.labels?.[LABELS.instance];
      if (id) options.onChange(id);
    };
    const common = {
      api: options.api,
      namespace: options.namespace,
      labelSelector: `${LABELS.installation}=${options.installation}`,
      logger: options.logger,
      onChange,
    };
    this.#pods = new Watch<V1Pod, V1Pod>({
      ...common,
      apiVersion: 'v1',
      kind: 'Pod',
      project: pod => pod,
    });
    this.#slices = new Watch<V1EndpointSlice, V1EndpointSlice>({
      ...common,
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      project: slice => slice,
    });
  }

  /** Makes the namespace where it may, then lists and follows. */
  async start(): Promise<void> {
    const namespace = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: this.#namespace },
    };
    if (!(await this.#api.get(namespace).catch(() => ({}))))
      await this.#api.create(namespace);
    await Promise.all([this.#pods.list(), this.#slices.list()]);
    this.#pods.follow();
    this.#slices.follow();
  }

  stop(): void {
    this.#pods.stop();
    this.#slices.stop();
  }

  /** True while what this object says is known to follow the cluster. */
  get synced(): boolean {
    return this.#pods.synced && this.#slices.synced;
  }

  /** For how long nothing was read of the cluster, in milliseconds. */
  unreadMs(now: number): number {
    const broken = [this.#pods, this.#slices].flatMap(watch =>
      watch.brokenAt === undefined ? [] : [watch.brokenAt],
    );
    return broken.length ? now - Math.min(...broken) : 0;
  }

  #podsOf(id: string): V1Pod[] {
    return this.#pods
      .values()
      .filter(pod => pod.metadata?.labels?.[LABELS.instance] === id);
  }

  /** The newest pod that is not going away. */
  pod(id: string): V1Pod | undefined {
    return newest(this.#podsOf(id));
  }

  /** True where a pod, by name and uid, belongs to an instance. */
  async isPodOf(id: string, name: string, uid: string): Promise<boolean> {
    if (this.#podsOf(id).some(pod => pod.metadata?.uid === uid)) return true;
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
    return this.#podsOf(id).length > 0;
  }

  /** The ready address of an instance. */
  endpoint(id: string): Endpoint | undefined {
    for (const slice of this.#slices.values()) {
      if (
        slice.metadata?.labels?.['kubernetes.io/service-name'] !==
        objectName(id)
      )
        continue;
      const port = slice.ports?.find(p => p.name === 'http')?.port;
      const ready = slice.endpoints?.find(
        endpoint => endpoint.conditions?.ready && endpoint.targetRef?.uid,
      );
      if (port && ready)
        return {
          address: ready.addresses[0],
          port,
          podUid: ready.targetRef!.uid!,
        };
    }
    return undefined;
  }

  /**
   * The uid of the instance's volume claim, which is made once: a volume that is gone later is
   * never replaced by an empty one.
   *
   * @throws VolumeLost where it was there and is gone; LeaseLost
   */
  async ensureClaim(
    record: InstanceWorkload,
    stillMine: StillMine,
  ): Promise<string | undefined> {
    const claim = record.objects.claim as KubeObject | undefined;
    if (!claim) return undefined;
    // Releases before this one did not note the uid.
    const wasMade = Boolean(record.claimUid ?? record.applied);
    if (!wasMade)
      try {
        return (await this.#fenced.create(claim, stillMine)).metadata!.uid;
      } catch (error) {
        // A predecessor made it and died before it could say so.
        if (!alreadyExists(error)) throw error;
      }
    const found = await this.#fenced.read(claim);
    const ending = Boolean(found?.metadata!.deletionTimestamp);
    if (found && !ending)
      return (await this.#fenced.adopt(found)).metadata!.uid;
    if (wasMade) throw new VolumeLost(claim.metadata!.name!);
    if (!ending)
      return (await this.#fenced.create(claim, stillMine)).metadata!.uid;
    // It goes once no pod uses it any more.
    await this.#fenced.apply([workloadOf(record, 0)], stillMine);
    throw new Error('the former volume is still being deleted');
  }

  /**
   * Brings all objects but the volume's to the given number of replicas.
   *
   * @throws LeaseLost; KubeError 409 where somebody else changed one meanwhile
   */
  async apply(
    record: InstanceWorkload,
    replicas: 0 | 1,
    stillMine: StillMine,
  ): Promise<void> {
    const { files, service, networkPolicy } = record.objects;
    // What was never applied is not there: that look is saved.
    const fresh = !record.applied;
    // A pod waits for its files, and asks for them at growing distances.
    if (files)
      await this.#fenced.apply(
        [ofLaunch(files as KubeObject, record)],
        stillMine,
        { fresh },
      );
    await this.#fenced.apply(
      [
        ofLaunch(service as KubeObject, record),
        ofLaunch(networkPolicy as KubeObject, record),
        ofLaunch(workloadOf(record, replicas), record),
      ],
      stillMine,
      { fresh },
    );
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
    const { claim, files, service, networkPolicy, workload } = record.objects;
    const objects = [
      workload,
      service,
      networkPolicy,
      files,
      options.keepClaim ? undefined : claim,
    ].filter((o): o is NonNullable<typeof o> => Boolean(o)) as KubeObject[];
    const gone = await this.#fenced.remove(objects, stillMine);
    return gone && !this.hasPods(record.id);
  }
}
