/**
 * An instance's objects in the cluster: applied, read, deleted. Their names hold the
 * instance's UUID, so that a worker that was stalled cannot touch what is another's.
 */
import type {
  CoreV1Event,
  V1EndpointSlice,
  V1Pod,
  V1TokenReview,
} from '@kubernetes/client-node';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type {
  Endpoint,
  InstanceEvent,
  LogQuery,
  PodStatus,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { IncomingMessage } from 'node:http';
import type { InstanceRecord } from '../database/instanceRows';
import {
  KubeError,
  type KubeApi,
  type KubeObject,
} from '../kubernetes/KubeApi';
import {
  LABELS,
  LAUNCH_ANNOTATION,
  objectName,
  TOKEN_AUDIENCE,
} from '../kubernetes/labels';
import { APP_CONTAINER } from '../kubernetes/objects';
import { podStatus } from '../kubernetes/podStatus';
import { Watch } from '../kubernetes/Watch';
import { StoreError } from '../service/StoreError';
import { alreadyExists, FencedObjects, type StillMine } from './FencedObjects';

/** A log that does not come within this time is done without. */
const TAIL_MS = 5000;
const CONTAINERS = new Set(['app', 'bundle', 'dependencies']);

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

/** An object of a launch: one that is otherwise the same has another version with each launch. */
function ofLaunch(object: KubeObject, { launch }: InstanceRecord): KubeObject {
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: {
        ...object.metadata?.annotations,
        [LAUNCH_ANNOTATION]: String(launch),
      },
    },
  };
}

/** The Deployment or StatefulSet with a number of replicas. */
function workloadOf(record: InstanceRecord, replicas: 0 | 1): KubeObject {
  const { workload } = record.objects;
  const { template } = workload.spec!;
  return {
    ...workload,
    spec: {
      ...workload.spec,
      replicas,
      // Each launch has a pod of its own, however quickly one follows another.
      template: {
        ...template,
        metadata: {
          ...template.metadata,
          annotations: {
            ...template.metadata?.annotations,
            [LAUNCH_ANNOTATION]: String(record.launch),
          },
        },
      },
    },
  } as unknown as KubeObject;
}

/** See the module's comment. */
export class InstanceCluster {
  readonly #api: KubeApi;
  readonly #fenced: FencedObjects;
  readonly #namespace: string;
  readonly #pods: Watch<V1Pod, V1Pod>;
  readonly #slices: Watch<V1EndpointSlice, V1EndpointSlice>;

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
    return this.#podsOf(id)
      .filter(pod => !pod.metadata?.deletionTimestamp)
      .sort((a, b) =>
        String(b.metadata?.creationTimestamp).localeCompare(
          String(a.metadata?.creationTimestamp),
        ),
      )[0];
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

  /** The pod behind a token that a pod of this cluster was given for the store; undefined where it is none. */
  async reviewToken(
    token: string,
  ): Promise<{ name: string; uid: string } | undefined> {
    const review = await this.#api.json<V1TokenReview>(
      '/apis/authentication.k8s.io/v1/tokenreviews',
      {
        method: 'POST',
        body: {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenReview',
          spec: { token, audiences: [TOKEN_AUDIENCE] },
        },
      },
    );
    const { authenticated, audiences, user } = review.status ?? {};
    if (!authenticated || !audiences?.includes(TOKEN_AUDIENCE))
      return undefined;
    const extra = (user?.extra ?? {}) as Record<string, string[]>;
    const [name] = extra['authentication.kubernetes.io/pod-name'] ?? [];
    const [uid] = extra['authentication.kubernetes.io/pod-uid'] ?? [];
    return name && uid ? { name, uid } : undefined;
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
    record: InstanceRecord,
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
    record: InstanceRecord,
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
    record: InstanceRecord,
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

  /** What the cluster says of its pod (specification 2.3). */
  status(record: InstanceRecord): PodStatus {
    return podStatus(this.pod(record.id), new Date());
  }

  async events(record: InstanceRecord): Promise<InstanceEvent[]> {
    const names = [
      objectName(record.id),
      ...this.#podsOf(record.id).map(pod => pod.metadata!.name!),
    ];
    const lists = await Promise.all(
      names.map(name =>
        this.#api.json<{ items: CoreV1Event[] }>(
          `/api/v1/namespaces/${record.namespace}/events`,
          {
            query: { fieldSelector: `involvedObject.name=${name}`, limit: 200 },
          },
        ),
      ),
    );
    // Times have a grain of a second; what came later has the higher version.
    const version = (event: CoreV1Event) =>
      Number(event.metadata.resourceVersion ?? 0);
    return lists
      .flatMap(list => list.items)
      .sort((a, b) => version(b) - version(a))
      .map(event => ({
        type:
          event.type === 'Warning' ? ('Warning' as const) : ('Normal' as const),
        reason: event.reason ?? '',
        message: event.message ?? '',
        count: event.count ?? 1,
        lastSeen: String(
          event.lastTimestamp ??
            event.eventTime ??
            event.metadata.creationTimestamp,
        ),
      }))
      .sort((a, b) => b.lastSeen.localeCompare(a.lastSeen));
  }

  /**
   * A container's output.
   *
   * @throws StoreError 404 where there is none
   */
  async logs(
    record: InstanceRecord,
    query: LogQuery,
  ): Promise<IncomingMessage> {
    const container = query.container ?? APP_CONTAINER;
    if (!CONTAINERS.has(container))
      throw new StoreError({
        status: 400,
        code: 'NO_SUCH_CONTAINER',
        message: `There is no container ${JSON.stringify(container)}.`,
        owner: 'you',
        remedy: `Choose one of ${[...CONTAINERS].join(', ')}.`,
      });
    const pod = this.pod(record.id);
    if (!pod)
      throw new StoreError({
        status: 404,
        code: 'NO_LOG',
        message: 'The instance does not run, so it has no log now.',
        owner: 'you',
        remedy: 'Resume it; the log begins anew.',
      });
    try {
      return await this.#api.stream(
        `/api/v1/namespaces/${record.namespace}/pods/${pod.metadata!.name}/log`,
        {
          query: {
            container,
            previous: query.previous || undefined,
            follow: query.follow || undefined,
            tailLines: query.tail,
          },
          signal: query.signal,
        },
      );
    } catch (error) {
      if (
        error instanceof KubeError &&
        (error.code === 400 || error.code === 404)
      )
        throw new StoreError({
          status: 404,
          code: 'NO_LOG',
          message: query.previous
            ? 'There was no earlier run whose log is kept.'
            : 'This part of the launch has not begun, so it has no log yet.',
          owner: 'you',
          remedy: 'Look again in a moment, or choose another part.',
        });
      throw error;
    }
  }

  /** The last lines of a container's output; empty where there are none. */
  async tail(
    record: InstanceRecord,
    container: string,
    previous: boolean,
    lines: number,
  ): Promise<string> {
    try {
      const stream = await this.logs(record, {
        container,
        previous,
        tail: lines,
        signal: AbortSignal.timeout(TAIL_MS),
      });
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks)
        .toString('utf8')
        .slice(-16 * 1024)
        .trimEnd();
    } catch {
      return '';
    }
  }
}
