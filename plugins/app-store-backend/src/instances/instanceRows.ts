/** Rows of `instances` as records. */
import type {
  Endpoint,
  InstanceCondition,
  InstanceStatus,
  LaunchStage,
  Problem,
  Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { AppliedObjects } from '../kubernetes/InstanceWorkload';
import type { Refusal } from '../kubernetes/observe/Facts';
import type { LaunchSteps } from './launches/LaunchRepository';
import {
  flag,
  integer,
  json,
  optional,
  Table,
  text,
  type RecordOf,
  type RowOf,
} from '../database/table';

/**
 * What should be: `terminated` until all but a kept volume is gone, then `released`
 * until the volume is purged, too, or restored.
 */
export type DesiredState = 'running' | 'suspended' | 'terminated' | 'released';

/** What is there for people. */
export const LIVE: DesiredState[] = ['running', 'suspended'];
/** What was terminated, and of which something is left. */
export const ENDED: DesiredState[] = ['terminated', 'released'];

/** How the attempts to apply an instance's objects stand. */
export interface Attempt {
  /** What was to be applied: of anything else nothing was tried yet. */
  of: string;
  count: number;
  /** Milliseconds since 1970. */
  at: number;
  retryAt: number;
  /** Why it was refused; absent where the API did not answer. */
  refusal?: Refusal;
}

export const INSTANCES = Table.create({
  id: text(),
  appId: text(),
  ownerRef: text(),
  visibility: text<Visibility>(),
  desired: text<DesiredState>(),
  slot: optional(integer()),
  cluster: text(),
  namespace: text(),
  /** Of its Kubernetes objects, which lie in a table of their own. */
  objectsDigest: optional(text()),
  hasVolume: flag(),
  status: text<InstanceStatus>(),
  stage: optional(text<LaunchStage>()),
  stages: json<Partial<Record<LaunchStage, string>>>(),
  /** By step of this launch, how long after its beginning it was through, in milliseconds. */
  steps: optional(json<LaunchSteps>()),
  /** uid of the pod that told that it has its bundle, and makes what the app depends on. */
  preparing: optional(text()),
  problem: optional(json<Problem>()),
  endpoint: optional(json<Endpoint>()),
  restartCount: integer(),
  timeoutSeconds: integer(),
  suspendAfter: optional(text()),
  suspendable: flag(),
  extended: flag(),
  launchProfile: optional(text()),
  parameters: json<Record<string, string>>(),
  /** Whose secrets it was started with: its app's owner at the time. */
  secretsOf: optional(text()),
  launch: integer(),
  applied: optional(text()),
  /** What its objects were when they were applied last. */
  appliedObjects: optional(json<AppliedObjects>()),
  /** Absent where the last attempt to apply them went well. */
  attempt: optional(json<Attempt>()),
  /** What a launch waits for, where nothing is wrong with it. */
  notice: optional(text()),
  /** What holds of it, and since when; absent where it was not written since there are any. */
  conditions: optional(json<InstanceCondition[]>()),
  /** Of its volume's claim, once that was made; an empty volume has to be asked for from then on. */
  claimUid: optional(text()),
  /** When what is left of a terminated instance goes; absent where nothing is kept. */
  purgeAfter: optional(text()),
  revision: integer(),
  createdAt: text(),
  updatedAt: text(),
});

/** A row of `instances`, without its objects and its place in the queue. */
export type InstanceRecord = RecordOf<typeof INSTANCES>;

/** What is read of a row. */
export type ReadInstanceRow = RowOf<typeof INSTANCES>;

export type InstanceRow = ReadInstanceRow & {
  /** Read by the release before this one; kept until it is no neighbour any more. */
  objects: string;
  due_at: number | string | null;
  lease_token: string | null;
  lease_until: number | string | null;
};
