/**
 * What the cluster's objects mean for their instance: pure, so that every state of a cluster can be
 * a line in a test.
 */
import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import type {
  InstanceStatus,
  LaunchStage,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { statusOf } from './causes';
import { diagnose, type Diagnosis } from './diagnose';
import type { Facts } from './Facts';
import { newestPod } from './pods';
import { unsettledMs } from './restarts';
import { isPrepared, preparationOf } from './preparation';
import { APP_CONTAINER } from '../manifests/labels';

/** What is seen of an instance. */
export interface Observation extends Diagnosis {
  status: InstanceStatus;
  stage: LaunchStage;
  restartCount: number;
  /** People can get in, also where the app ended a short time ago and may do so again. */
  ready: boolean;
}

function find(
  statuses: V1ContainerStatus[] | undefined,
  name: string,
): V1ContainerStatus | undefined {
  return statuses?.find(status => status.name === name);
}

function isTrue(pod: V1Pod, type: string): boolean {
  return Boolean(
    pod.status?.conditions?.some(c => c.type === type && c.status === 'True'),
  );
}

function stageOf(pod: V1Pod, isWell: boolean, hasBundle: boolean): LaunchStage {
  if (isWell) return 'ready';
  const app = find(pod.status?.containerStatuses, APP_CONTAINER);
  const appBegan =
    app?.state?.running || app?.state?.terminated || app?.lastState?.terminated;
  if (appBegan && isPrepared(pod)) return 'starting';
  return (
    preparationOf(pod, hasBundle) ??
    (isTrue(pod, 'PodScheduled') ? 'scheduled' : 'accepted')
  );
}

function standing(finding: Diagnosis['finding']): InstanceStatus {
  return finding ? finding.status ?? statusOf(finding.code) : 'PENDING';
}

/** Reads what is known of an instance that is to run. */
export function observe(facts: Facts): Observation {
  const diagnosis = diagnose(facts);
  const { finding } = diagnosis;
  const pod = newestPod(facts.pods);
  if (!pod || pod.metadata?.deletionTimestamp)
    return {
      ...diagnosis,
      status: standing(finding),
      stage: 'accepted',
      restartCount: 0,
      ready: false,
    };
  const app = find(pod.status?.containerStatuses, APP_CONTAINER);
  const ready = isTrue(pod, 'Ready');
  const stage = stageOf(
    pod,
    ready && !unsettledMs(app, facts.now),
    facts.preparing !== undefined && facts.preparing === pod.metadata?.uid,
  );
  // What was refused of one that runs is told beside it.
  const isWell = stage === 'ready';
  return {
    ...diagnosis,
    status: isWell ? 'DEPLOYED' : standing(finding),
    stage,
    restartCount: app?.restartCount ?? 0,
    ready,
  };
}
