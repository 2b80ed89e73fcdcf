/**
 * What holds of an instance, beside its status: each condition with why and since when. Pure.
 *
 * https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md#typical-status-properties
 */
import type {
  InstanceCondition,
  Problem,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { appliedVersion } from './appliedVersion';
import type { InstanceRecord } from './instanceRows';

type Verdict = Pick<InstanceCondition, 'status' | 'reason' | 'message'>;

/** What conditions go by. */
export type ConditionFacts = Pick<
  InstanceRecord,
  | 'desired'
  | 'status'
  | 'stage'
  | 'problem'
  | 'notice'
  | 'applied'
  | 'attempt'
  | 'launch'
  | 'objectsDigest'
>;

const TERMINATED: Verdict = {
  status: 'False',
  reason: 'Terminated',
  message: 'It was terminated.',
};

/** `OUT_OF_MEMORY` as reasons of Kubernetes are written: `OutOfMemory`. */
function reasonOf(code: string): string {
  return code
    .toLocaleLowerCase('en-US')
    .replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** What the database says is in the cluster. */
function applied(facts: ConditionFacts): Verdict {
  const { applied: what, attempt, desired } = facts;
  if (desired === 'terminated' || desired === 'released') return TERMINATED;
  const wanted = appliedVersion(facts);
  // Of anything else nothing was tried; somebody else wrote meanwhile where none counts.
  if (attempt?.of === wanted && attempt.count > 0)
    return attempt.refusal
      ? {
          status: 'False',
          reason: attempt.refusal.reason || 'Refused',
          message: 'The cluster refuses its objects.',
        }
      : {
          status: 'Unknown',
          reason: 'NoAnswer',
          message: 'The cluster does not answer.',
        };
  if (what === wanted)
    return {
      status: 'True',
      reason: 'Applied',
      message: 'Its objects are in the cluster.',
    };
  return what
    ? {
        status: 'False',
        reason: 'OutOfDate',
        message: 'Its objects are about to be changed.',
      }
    : {
        status: 'False',
        reason: 'Queued',
        message: 'Its objects were not applied yet.',
      };
}

function ofProblem(
  status: InstanceCondition['status'],
  problem: Problem,
): Verdict {
  return {
    status,
    reason: reasonOf(problem.code),
    message: problem.message,
  };
}

/** It can be opened. */
function ready(facts: ConditionFacts): Verdict {
  const { status, problem, notice, stage, desired } = facts;
  if (status === 'UNKNOWN')
    return problem
      ? ofProblem('Unknown', problem)
      : {
          status: 'Unknown',
          reason: 'NotSeen',
          message: 'The cluster has not said how it is.',
        };
  if (desired === 'suspended')
    return {
      status: 'False',
      reason: 'Suspended',
      message: 'It is to be suspended.',
    };
  if (desired !== 'running') return TERMINATED;
  if (status === 'DEPLOYED')
    return {
      status: 'True',
      reason: 'Available',
      message: 'It can be opened.',
    };
  if (problem) return ofProblem('False', problem);
  return notice
    ? { status: 'False', reason: 'Waiting', message: notice }
    : {
        status: 'False',
        reason: 'Starting',
        message: `It is starting${stage ? `: ${stage}` : ''}.`,
      };
}

/** Nothing of it runs, and its volume is kept. */
function suspended({ desired, status }: ConditionFacts): Verdict {
  if (desired === 'running')
    return {
      status: 'False',
      reason: 'NotSuspended',
      message: 'It is to run.',
    };
  return status === 'SUSPENDED'
    ? {
        status: 'True',
        reason: 'PodEnded',
        message: 'It has no pod.',
      }
    : {
        status: 'False',
        reason: 'PodEnding',
        message: 'Its pod is ending.',
      };
}

const TYPES: Array<
  [InstanceCondition['type'], (facts: ConditionFacts) => Verdict]
> = [
  ['Applied', applied],
  ['Ready', ready],
  ['Suspended', suspended],
];

/**
 * All conditions of an instance.
 *
 * @param before - what they were: one whose status is the same keeps its time
 * @param now - of those that changed
 */
export function conditionsOf(
  facts: ConditionFacts,
  before: InstanceCondition[] | undefined,
  now: Date,
): InstanceCondition[] {
  return TYPES.map(([type, look]) => {
    const verdict = look(facts);
    const former = before?.find(each => each.type === type);
    return {
      type,
      ...verdict,
      lastTransitionTime:
        former?.status === verdict.status
          ? former.lastTransitionTime
          : now.toISOString(),
    };
  });
}
