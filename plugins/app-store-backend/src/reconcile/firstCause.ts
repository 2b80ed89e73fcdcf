/** Why an instance does not come up, in the failing container's own words; the first cause stays when a later one follows. */
import type { Problem } from '@ai-app-store/backstage-plugin-app-store-common';
import type { InstanceRecord } from '../instances/instanceRows';
import type { InstanceCluster } from '../kubernetes/InstanceCluster';
import { problemOf } from '../kubernetes/observe/causes';
import { FAILURE_PREFIX, withTold } from '../kubernetes/observe/entryFailures';
import {
  endedUnheard,
  portOf,
  type Observation,
} from '../kubernetes/observe/observe';

const TAIL_LINES = 30;

/** Finds the cause in the failing container's own words. */
export async function firstCause(
  cluster: InstanceCluster,
  record: InstanceRecord,
  seen: Observation,
): Promise<Problem> {
  const problem = seen.problem!;
  const { failing } = seen;
  if (!failing) return problem;
  const known = record.problem;
  if (
    known?.code === problem.code &&
    known.detail &&
    record.restartCount === seen.restartCount
  )
    return known;
  const events =
    problem.code === 'NOT_LISTENING' || failing.unheardSince
      ? await cluster.output.events(record)
      : [];
  const unheard = endedUnheard(seen, known, events);
  // What was found first says more than that it was ended for it.
  if (unheard && known?.code === 'NOT_LISTENING') return known;
  if (unheard || problem.code === 'NOT_LISTENING') {
    const hint = /\((the container listens on port [\d, ]+)\)/.exec(
      events.find(e => e.reason === 'Unhealthy')?.message ?? '',
    )?.[1];
    return {
      ...problemOf('NOT_LISTENING', portOf(cluster.pod(record.id)), hint),
      detail:
        (await cluster.output.tail(
          record,
          failing.container,
          failing.previous,
          TAIL_LINES,
        )) || undefined,
    };
  }
  // The first restart follows at once: the process that failed may be the one before by now.
  const tails: string[] = [];
  for (const previous of [failing.previous, !failing.previous]) {
    tails.push(
      await cluster.output.tail(
        record,
        failing.container,
        previous,
        TAIL_LINES,
      ),
    );
    if (tails.some(text => text.includes(FAILURE_PREFIX))) break;
  }
  const tail =
    tails.find(text => text.includes(FAILURE_PREFIX)) ??
    tails.find(Boolean) ??
    '';
  return withTold(problem, tail);
}
