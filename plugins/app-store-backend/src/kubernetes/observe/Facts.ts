/** What the cluster says of one instance at one moment: all that a diagnosis looks at. */
import type { Problem } from '@ai-app-store/backstage-plugin-app-store-common';
import type {
  CoreV1Event,
  V1PersistentVolumeClaim,
  V1Pod,
} from '@kubernetes/client-node';

/** A Deployment, StatefulSet or ReplicaSet, as far as a diagnosis goes. */
export interface WorkloadFacts {
  kind?: string;
  metadata?: { name?: string };
  status?: {
    conditions?: Array<{
      type: string;
      status: string;
      reason?: string;
      message?: string;
    }>;
  };
}

/** A request that the API refused: its Status. */
export interface Refusal {
  code?: number;
  reason?: string;
  message: string;
  details?: {
    name?: string;
    kind?: string;
    causes?: Array<{ reason?: string; field?: string; message?: string }>;
  };
}

export interface Facts {
  now: Date;
  /** When the objects of this launch were applied: what was before says nothing of it. */
  since?: Date;
  /** All pods of the instance, also those that end or have ended. */
  pods: V1Pod[];
  workloads: WorkloadFacts[];
  claim?: V1PersistentVolumeClaim;
  /** uid of the pod that told that its bundle is there, and that it makes what the app depends on. */
  preparing?: string;
  /** What was said last. */
  known?: Pick<Problem, 'code' | 'message' | 'remedy' | 'owner' | 'detail'>;
  /** Why the last attempt to apply its objects was refused. */
  refusal?: Refusal;
  /** Of its pods, workload and claim; undefined where they were not read. */
  events?: CoreV1Event[];
  /** Output of a container's run; undefined where it was not read, empty where there is none. */
  log(container: string, previous: boolean): string | undefined;
  /** Names of secrets by the names of their objects in the cluster. */
  secretNames?: ReadonlyMap<string, string>;
  /** Its place in the queue of its launch profile, from 1 on, where Kueue tells it. */
  queuePosition?: number;
  /** Whose the image of the app is. @default 'admin' */
  imageOf?: 'admin' | 'author';
}

/** One thing that was seen, and where. */
export interface Evidence {
  /** Such as `Pod i-1, condition PodScheduled`. */
  source: string;
  message: string;
}

/** What has to be read before a diagnosis can be made. */
export interface Wants {
  events: boolean;
  secretNames: boolean;
  logs: Array<{ container: string; previous: boolean }>;
}
