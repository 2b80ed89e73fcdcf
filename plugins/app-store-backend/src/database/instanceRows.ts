/** Rows of `instances` as records. */
import type {
  Endpoint,
  InstanceStatus,
  LaunchStage,
  Problem,
  Visibility,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { InstanceObjects } from '../kubernetes/objects';

/**
 * What should be: `terminated` until all but a kept volume is gone, then `released`
 * until the volume is purged, too, or taken back.
 */
export type DesiredState = 'running' | 'suspended' | 'terminated' | 'released';

/** A row of `instances`. */
export interface InstanceRecord {
  id: string;
  appId: string;
  ownerRef: string;
  visibility: Visibility;
  desired: DesiredState;
  slot?: number;
  cluster: string;
  namespace: string;
  objects: InstanceObjects;
  status: InstanceStatus;
  stage?: LaunchStage;
  stages: Partial<Record<LaunchStage, string>>;
  problem?: Problem;
  endpoint?: Endpoint;
  restartCount: number;
  timeoutSeconds: number;
  suspendAfter?: string;
  suspendable: boolean;
  extended: boolean;
  launchProfile?: string;
  parameters: Record<string, string>;
  /** Whose secrets it was started with: its app's owner at the time. */
  secretsOf?: string;
  launch: number;
  applied?: string;
  /** Of its volume's claim, once that was made; an empty volume has to be asked for from then on. */
  claimUid?: string;
  /** When what is left of a terminated instance goes; absent where nothing is kept. */
  purgeAfter?: string;
  revision: number;
  createdAt: string;
  updatedAt: string;
}

export interface InstanceRow {
  id: string;
  app_id: string;
  owner_ref: string;
  visibility: Visibility;
  desired: DesiredState;
  slot: number | null;
  cluster: string;
  namespace: string;
  objects: string;
  status: InstanceStatus;
  stage: LaunchStage | null;
  stages: string;
  problem: string | null;
  endpoint: string | null;
  restart_count: number;
  timeout_seconds: number;
  suspend_after: string | null;
  suspendable: boolean | number;
  extended: boolean | number;
  launch_profile: string | null;
  parameters: string;
  secrets_of: string | null;
  launch: number;
  applied: string | null;
  claim_uid: string | null;
  purge_after: string | null;
  revision: number;
  due_at: number | string | null;
  lease_token: string | null;
  lease_until: number | string | null;
  created_at: string;
  updated_at: string;
}

const json = <T>(text: string | null): T | undefined =>
  text === null ? undefined : JSON.parse(text);

export function toRecord(row: InstanceRow): InstanceRecord {
  return {
    id: row.id,
    appId: row.app_id,
    ownerRef: row.owner_ref,
    visibility: row.visibility,
    desired: row.desired,
    slot: row.slot ?? undefined,
    cluster: row.cluster,
    namespace: row.namespace,
    objects: JSON.parse(row.objects),
    status: row.status,
    stage: row.stage ?? undefined,
    stages: JSON.parse(row.stages),
    problem: json<Problem>(row.problem),
    endpoint: json<Endpoint>(row.endpoint),
    restartCount: row.restart_count,
    timeoutSeconds: row.timeout_seconds,
    suspendAfter: row.suspend_after ?? undefined,
    suspendable: Boolean(row.suspendable),
    extended: Boolean(row.extended),
    launchProfile: row.launch_profile ?? undefined,
    parameters: JSON.parse(row.parameters),
    secretsOf: row.secrets_of ?? undefined,
    launch: row.launch,
    applied: row.applied ?? undefined,
    claimUid: row.claim_uid ?? undefined,
    purgeAfter: row.purge_after ?? undefined,
    revision: Number(row.revision),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** The part of a record that changes, as columns. */
export function toColumns(
  change: Partial<InstanceRecord>,
): Partial<InstanceRow> {
  const text = (value: unknown) =>
    value === undefined ? null : JSON.stringify(value);
  const columns: Partial<InstanceRow> = {};
  const has = (key: keyof InstanceRecord) => key in change;
  if (has('visibility')) columns.visibility = change.visibility;
  if (has('desired')) columns.desired = change.desired;
  if (has('slot')) columns.slot = change.slot ?? null;
  if (has('objects')) columns.objects = JSON.stringify(change.objects);
  if (has('status')) columns.status = change.status;
  if (has('stage')) columns.stage = change.stage ?? null;
  if (has('stages')) columns.stages = JSON.stringify(change.stages);
  if (has('problem')) columns.problem = text(change.problem);
  if (has('endpoint')) columns.endpoint = text(change.endpoint);
  if (has('restartCount')) columns.restart_count = change.restartCount;
  if (has('timeoutSeconds')) columns.timeout_seconds = change.timeoutSeconds;
  if (has('suspendAfter')) columns.suspend_after = change.suspendAfter ?? null;
  if (has('suspendable')) columns.suspendable = change.suspendable;
  if (has('extended')) columns.extended = change.extended;
  if (has('launch')) columns.launch = change.launch;
  if (has('applied')) columns.applied = change.applied ?? null;
  if (has('claimUid')) columns.claim_uid = change.claimUid ?? null;
  if (has('purgeAfter')) columns.purge_after = change.purgeAfter ?? null;
  if (has('updatedAt')) columns.updated_at = change.updatedAt;
  return columns;
}
