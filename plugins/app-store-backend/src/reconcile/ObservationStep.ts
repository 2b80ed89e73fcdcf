/** The second step: what the cluster shows of an instance that is to run. */
import {
  LAUNCH_STAGES,
  type LaunchStage,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { V1Pod } from '@kubernetes/client-node';
import type { InstanceRecord } from '../instances/instanceRows';
import { launchBegan, stepsOf } from '../instances/launches/launchBegan';
import { observeInstance } from '../kubernetes/InstanceDiagnosis';
import { REFUSAL_CODES } from '../kubernetes/observe/causes';
import { hasRuntime, newestPod } from '../kubernetes/observe/pods';
import { refusalOf } from './backOff';
import { launchSteps } from './launchSteps';
import type { Claim } from './InstanceQueue';
import {
  LOST,
  problemWithEvidence,
  UNLISTED_MS,
  type ReconcileContext,
} from './ReconcileContext';
import { unreadProblem } from './unreadProblem';

/** Reads, and writes back. */
export class ObservationStep {
  readonly #o: ReconcileContext;

  constructor(options: ReconcileContext) {
    this.#o = options;
  }

  /** @returns milliseconds until another look is needed, if one is */
  async observe(claim: Claim): Promise<number | undefined> {
    const { record } = claim;
    const cluster = this.#o.cluster;
    const now = this.#o.now();
    const { unread } = this.#o.silence;
    if (unread) {
      // Another replica may read the cluster: it looks first, and leaves nothing to do here.
      if (this.#o.silence.leave(record.id)) return 0;
      // Its address stays: whoever is in goes on, if it runs.
      await this.#o.rows.write(claim, {
        status: 'UNKNOWN',
        problem: unreadProblem(unread),
      });
      return undefined;
    }
    // What was not seen yet may be there.
    if (!cluster.isListed) return UNLISTED_MS;
    // Nothing else is looked for: its volume is not there.
    if (record.problem?.code === LOST && !cluster.hasPods(record.id))
      return undefined;
    const facts = cluster.facts(record.id, record.launch);
    const seen = await observeInstance(
      cluster.output,
      record,
      {
        ...facts,
        now,
        since: appliedAt(record),
        preparing: record.preparing,
        refusal: refusalOf(record),
        known: record.problem,
        imageOf: facts.pods.some(hasRuntime) ? 'admin' : 'author',
      },
      () => this.#o.queue.secretNamesOf(record.id),
    );
    const address = seen.ready ? cluster.endpoint(record.id) : undefined;
    const endpoint = facts.pods.some(
      pod => pod.metadata?.uid === address?.podUid,
    )
      ? address
      : undefined;
    // Ready means that people can get in: the address has to be known too.
    const waitsForAddress = seen.status === 'DEPLOYED' && !endpoint;
    const status = waitsForAddress ? 'PENDING' : seen.status;
    const stage: LaunchStage = waitsForAddress ? 'starting' : seen.stage;
    const pod = newestPod(facts.pods);
    const wasReady = stepsOf(record).routed !== undefined;
    const code = seen.finding?.code;
    const isRefused =
      code && REFUSAL_CODES.has(code) && record.problem?.code !== code;
    await this.#o.rows.write(claim, {
      status,
      stage,
      stages: reached(record, stage, now),
      steps: this.#steps(record, pod, status === 'DEPLOYED'),
      problem: problemWithEvidence(seen.finding),
      notice: seen.notice,
      endpoint,
      restartCount: seen.restartCount,
    });
    if (isRefused) this.#o.metrics.refused(code);
    if (!wasReady && record.steps?.routed !== undefined)
      this.#o.metrics.launched(record.steps);
    return seen.againInMs;
  }

  #steps(
    record: InstanceRecord,
    pod: V1Pod | undefined,
    isReady: boolean,
  ): InstanceRecord['steps'] {
    const steps = stepsOf(record);
    // What happens to a pod later on is no part of its launch.
    const wasReady = steps.routed !== undefined || record.stages.ready;
    if (wasReady || steps.applied === undefined) return record.steps;
    const beganMs = launchBegan(record).getTime();
    return {
      ...launchSteps(steps, pod, this.#o.cluster.podTimes(pod?.metadata?.uid), {
        beganMs,
      }),
      ...(isReady
        ? { routed: Math.max(0, this.#o.now().getTime() - beganMs) }
        : {}),
    };
  }
}

/** Since when the cluster has its objects: what came before is the time in our own queue. */
function appliedAt(record: InstanceRecord): Date {
  const { applied } = stepsOf(record);
  return applied === undefined
    ? new Date(record.stages.accepted ?? record.updatedAt)
    : new Date(launchBegan(record).getTime() + applied);
}

/** The stages with the time of this one, and of those that went by unseen. */
function reached(
  record: InstanceRecord,
  stage: LaunchStage,
  now: Date,
): InstanceRecord['stages'] {
  const stages = { ...record.stages };
  for (const earlier of LAUNCH_STAGES.slice(
    0,
    LAUNCH_STAGES.indexOf(stage) + 1,
  ))
    stages[earlier] ??= now.toISOString();
  return stages;
}
