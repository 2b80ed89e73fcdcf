/** Why an instance that is to end has not ended. Pure. */
import { Case } from './Case';
import type { Diagnosis } from './diagnose';
import type { Facts } from './Facts';
import { found, type Finding } from './Finding';
import { refusalFinding } from './rules/refusal';
import { lostBelow } from './rules/node';

/** A pod may take this long beyond its grace period, in milliseconds. */
const BEYOND_MS = 5000;
/** Its controller may take this long to tell it, in milliseconds. */
const UNTOLD_MS = 10_000;

/** @param since - when it was told to end */
export function diagnoseEnding(facts: Facts & { since: Date }): Diagnosis {
  const look = new Case(facts);
  const finding = findingOf(look, facts.since);
  return { finding, againInMs: look.againInMs };
}

function findingOf(look: Case, since: Date): Finding | undefined {
  const { refusal, pods } = look.facts;
  if (refusal) return refusalFinding(refusal);
  for (const pod of pods) {
    const lost = lostBelow(look, pod);
    if (lost) return lost;
    const { deletionTimestamp, finalizers, name } = pod.metadata ?? {};
    const source = `Pod ${name}`;
    // The time at which its grace period ends.
    // https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination
    if (deletionTimestamp && look.isOlder(deletionTimestamp, BEYOND_MS))
      return finalizers?.length
        ? found(
            [{ source, message: `finalizers: ${finalizers.join(', ')}` }],
            'POD_STUCK',
            `the finalizer ${finalizers[0]} holds it`,
          )
        : found(
            [{ source, message: 'its grace period is over' }],
            'POD_STUCK',
            'its grace period is over, and its node has not confirmed that it ended',
          );
    if (!deletionTimestamp && look.isOlder(since, UNTOLD_MS))
      return found(
        [{ source, message: 'it was not told to end' }],
        'POD_STUCK',
        'the cluster has not told it to end yet',
      );
  }
  return undefined;
}
