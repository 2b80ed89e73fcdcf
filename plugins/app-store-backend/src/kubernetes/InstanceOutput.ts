/** What the cluster says of an instance's pods: their status, events and logs. */
import type { CoreV1Event, V1Pod } from '@kubernetes/client-node';
import type {
  InstanceEvent,
  LogQuery,
  PodStatus,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { IncomingMessage } from 'node:http';
import { StoreError } from '../errors/StoreError';
import type { KubeApi } from './client/KubeApi';
import { KubeError } from './client/KubeError';
import {
  APP_CONTAINER,
  BUNDLE_CONTAINER,
  DEPENDENCIES_CONTAINER,
  objectName,
  PREPARE_CONTAINER,
  pvcName,
  QUEUE_LABEL,
} from './manifests/labels';
import { newestPod } from './observe/pods';
import { podStatus } from './observe/podStatus';
import { withoutPass } from './observe/words/images';
import { withoutAccounts } from './observe/words/plain';

const TAIL_BYTES = 16 * 1024;
/** A log that does not come within this time is done without. */
const TAIL_MS = 5000;
/** What has a log, and where it is looked for: pods of former releases have two containers for what one does now. */
const CONTAINERS: Record<string, string[]> = {
  [APP_CONTAINER]: [APP_CONTAINER],
  [PREPARE_CONTAINER]: [
    PREPARE_CONTAINER,
    DEPENDENCIES_CONTAINER,
    BUNDLE_CONTAINER,
  ],
  [BUNDLE_CONTAINER]: [BUNDLE_CONTAINER, PREPARE_CONTAINER],
  [DEPENDENCIES_CONTAINER]: [DEPENDENCIES_CONTAINER, PREPARE_CONTAINER],
};

/** `PendingWorkloadsSummary` of Kueue's visibility API, as far as it is read. */
interface PendingWorkloads {
  items: Array<{
    metadata: { ownerReferences?: Array<{ uid: string }> };
    /** From 0 on. */
    positionInLocalQueue: number;
  }>;
}

/** Where an instance is in the cluster. */
export interface InstancePlace {
  id: string;
  namespace: string;
}

function lastSeen(event: CoreV1Event): string {
  return String(
    event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp,
  );
}

/**
 * Events, the newest first. Most have a time of whole seconds, those of the scheduler one of
 * microseconds; of those of one second the one with the higher version came later.
 */
export function newestFirst(events: CoreV1Event[]): CoreV1Event[] {
  const second = (event: CoreV1Event) =>
    Math.floor(Date.parse(lastSeen(event)) / 1000);
  const version = ({ metadata }: CoreV1Event) =>
    Number(metadata.resourceVersion ?? 0);
  return [...events].sort(
    (a, b) => second(b) - second(a) || version(b) - version(a),
  );
}

/** Of a pod that is well no specification is kept. */
function hasPreparation({ spec, status }: V1Pod): boolean {
  return Boolean(
    spec?.initContainers?.length || status?.initContainerStatuses?.length,
  );
}

/** Reads status, events and logs. */
export class InstanceOutput {
  readonly #api: KubeApi;
  readonly #podsOf: (instanceId: string) => V1Pod[];

  constructor(api: KubeApi, podsOf: (instanceId: string) => V1Pod[]) {
    this.#api = api;
    this.#podsOf = podsOf;
  }

  /** The newest pod that is not going away. */
  #pod({ id }: InstancePlace): V1Pod | undefined {
    const pod = newestPod(this.#podsOf(id));
    return pod?.metadata?.deletionTimestamp ? undefined : pod;
  }

  /** What the cluster says of its pod (specification 2.3). */
  status(record: InstancePlace): PodStatus {
    return podStatus(this.#pod(record), new Date());
  }

  /** Events of its pods, its workload and its claim, and of ReplicaSets that made no pod. */
  async rawEvents(record: InstancePlace): Promise<CoreV1Event[]> {
    const own = objectName(record.id);
    const pods = this.#podsOf(record.id).map(pod => pod.metadata!.name!);
    const selectors = [own, pvcName(record.id), ...pods].map(
      name => `involvedObject.name=${name}`,
    );
    // A ReplicaSet's name ends with a hash that nobody but its controller knows.
    if (!pods.length)
      selectors.push('involvedObject.kind=ReplicaSet,reason=FailedCreate');
    const lists = await Promise.all(
      selectors.map(fieldSelector =>
        this.#api.json<{ items: CoreV1Event[] }>(
          `/api/v1/namespaces/${record.namespace}/events`,
          { query: { fieldSelector, limit: 200 } },
        ),
      ),
    );
    return newestFirst(
      lists
        .flatMap(list => list.items)
        .filter(({ involvedObject }) => involvedObject.name?.startsWith(own)),
    );
  }

  /**
   * The place of a pod in its queue, from 1 on; undefined where Kueue does not tell it, or the store
   * may not ask. https://kueue.sigs.k8s.io/docs/tasks/manage/monitor_pending_workloads/
   */
  async queuePosition(
    { namespace }: InstancePlace,
    { metadata = {} }: V1Pod,
  ): Promise<number | undefined> {
    const queue = metadata.labels?.[QUEUE_LABEL];
    if (!queue) return undefined;
    try {
      const { items } = await this.#api.json<PendingWorkloads>(
        `/apis/visibility.kueue.x-k8s.io/v1beta1/namespaces/${namespace}/localqueues/${queue}/pendingworkloads`,
      );
      const own = items.find(item =>
        item.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid),
      );
      return own && own.positionInLocalQueue + 1;
    } catch (error) {
      if (error instanceof KubeError) return undefined;
      throw error;
    }
  }

  async events(record: InstancePlace): Promise<InstanceEvent[]> {
    return (await this.rawEvents(record)).map(event => ({
      type:
        event.type === 'Warning' ? ('Warning' as const) : ('Normal' as const),
      reason: event.reason ?? '',
      message: withoutAccounts(withoutPass(event.message ?? '')),
      count: event.count ?? 1,
      lastSeen: lastSeen(event),
    }));
  }

  /**
   * A container's output.
   *
   * @throws StoreError 404 where there is none
   */
  async logs(record: InstancePlace, query: LogQuery): Promise<IncomingMessage> {
    const asked = query.container ?? APP_CONTAINER;
    if (!Object.hasOwn(CONTAINERS, asked))
      throw new StoreError({
        status: 400,
        code: 'NO_SUCH_CONTAINER',
        message: `There is no container ${JSON.stringify(asked)}.`,
        owner: 'you',
        remedy: `Choose ${APP_CONTAINER} or ${PREPARE_CONTAINER}.`,
      });
    const pod = this.#pod(record);
    if (!pod)
      throw new StoreError({
        status: 404,
        code: 'NO_LOG',
        message: 'The instance is not running, so it has no log.',
        owner: 'you',
        remedy: 'Resume it. It then writes a new log.',
      });
    for (const container of CONTAINERS[asked])
      try {
        return await this.#api.stream(
          `/api/v1/namespaces/${record.namespace}/pods/${
            pod.metadata!.name
          }/log`,
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
        const isAbsent =
          error instanceof KubeError &&
          (error.code === 400 || error.code === 404);
        if (!isAbsent) throw error;
      }
    if (asked !== APP_CONTAINER && !hasPreparation(pod))
      throw new StoreError({
        status: 404,
        code: 'NO_LOG',
        message:
          'There is no log of a preparation: none was needed, or it is gone.',
        owner: 'you',
        remedy: `Read the log of the container ${APP_CONTAINER}.`,
      });
    throw new StoreError({
      status: 404,
      code: 'NO_LOG',
      message: query.previous
        ? 'There is no log of a previous run.'
        : 'This container has not started, so it has no log yet.',
      owner: 'you',
      remedy: 'Try again in a moment, or choose another container.',
    });
  }

  /**
   * The end of a container's output, as far as it came before `query.signal`; no more than that is held at a time.
   *
   * @returns whole lines of at most so many bytes; empty where there are none
   */
  async end(
    record: InstancePlace,
    query: LogQuery,
    bytes: number,
  ): Promise<string> {
    const chunks: Buffer[] = [];
    let held = 0;
    let isWhole = true;
    try {
      for await (const chunk of await this.logs(record, query)) {
        chunks.push(chunk as Buffer);
        held += chunk.length;
        while (chunks.length > 1 && held - chunks[0].length >= bytes) {
          held -= chunks.shift()!.length;
          isWhole = false;
        }
      }
    } catch {
      // What came is better than nothing.
    }
    const all = Buffer.concat(chunks);
    if (isWhole && all.length <= bytes) return all.toString('utf8').trimEnd();
    const last = all.subarray(-bytes);
    return last
      .subarray(last.indexOf(10) + 1)
      .toString('utf8')
      .trimEnd();
  }

  /** The last lines of a container's output, and of these the last bytes; empty where there are none. */
  async tail(
    record: InstancePlace,
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
        .slice(-TAIL_BYTES)
        .trimEnd();
    } catch {
      return '';
    }
  }
}
