/** What is said of an instance while the cluster cannot be read. */
import type { Problem } from '@ai-app-store/backstage-plugin-app-store-common';
import { problemOf } from '../kubernetes/observe/causes';
import { refusalFinding } from '../kubernetes/observe/rules/refusal';
import type { Unread } from '../kubernetes/view/InstanceWatches';
import { problemWithEvidence } from './ReconcileContext';

/** A moment for a sentence: `2026-11-24 12:00 UTC`. */
function minuteOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

export function unreadProblem({ since, error }: Unread): Problem {
  // Refused is not silent.
  if (error && error.code >= 400 && error.code < 500)
    return problemWithEvidence(
      refusalFinding({
        code: error.code,
        reason: error.reason,
        message: error.message,
        details: error.details,
      }),
    )!;
  return problemOf('CLUSTER_UNREADABLE', minuteOf(since));
}
