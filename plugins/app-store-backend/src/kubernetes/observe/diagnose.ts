/**
 * Why an instance does not run: pure, so that every moment of a cluster can be a line in a test.
 *
 * Rules in order, the first that finds something decides. Two things hold for all of them: a
 * healthy start has no cause at any moment, and a cause that was right stays right until the
 * instance is well again (held against recordings in `test/diagnosis`).
 */
import { Case } from './Case';
import type { Facts, Wants } from './Facts';
import type { Finding, Rule } from './Finding';
import { notAdmitted } from './rules/admission';
import { ended, silent } from './rules/app';
import { setup, waiting } from './rules/containers';
import { disruption, formerDisruption, podFailed } from './rules/disruption';
import { initFailed } from './rules/initContainers';
import { nodeLost } from './rules/node';
import { unsettledMs } from './restarts';
import { claimLost, unschedulable } from './rules/placement';
import { refused } from './rules/refusal';
import { gated, sidecars } from './rules/sidecars';

const RULES: Rule[] = [
  refused,
  nodeLost,
  claimLost,
  notAdmitted,
  podFailed,
  unschedulable,
  waiting,
  setup,
  // Before containers that it killed.
  disruption,
  initFailed,
  ended,
  silent,
  sidecars,
  gated,
  // The next pod is on its way, and nothing is wrong with it.
  formerDisruption,
];

/** Of pods that run, that end, and of none at all. */
const ALWAYS: Rule[] = [refused, nodeLost];
/** Of pods that end, beside those. */
const OF_ENDING: Rule[] = [claimLost, notAdmitted, disruption];

/** It was told to end: how its containers do so says nothing. */
function isEnding({ pod }: Case): boolean {
  return Boolean(pod?.metadata?.deletionTimestamp);
}

/** People can get in, and it has come to rest since it ended last. */
function isWell(look: Case): boolean {
  return (
    look.condition('Ready')?.status === 'True' &&
    !look.pod!.metadata?.deletionTimestamp &&
    !unsettledMs(look.app, look.facts.now)
  );
}

function appliesTo(rule: Rule, look: Case): boolean {
  if (ALWAYS.includes(rule)) return true;
  if (isEnding(look)) return OF_ENDING.includes(rule);
  return !isWell(look);
}

/** What a look at an instance brought. */
export interface Diagnosis {
  finding?: Finding;
  /** What has to be read before it is known; then there is no finding. */
  wants?: Wants;
  /** Milliseconds after which the same facts mean something else. */
  againInMs?: number;
  /** What a launch waits for, where nothing is wrong with it. */
  notice?: string;
}

/** Finds why an instance does not run; nothing where it does, or is on its way. */
export function diagnose(facts: Facts): Diagnosis {
  const look = new Case(facts);
  for (const rule of RULES) {
    if (!appliesTo(rule, look)) continue;
    const finding = rule(look);
    const { wants, againInMs } = look;
    // A later rule must not take for the cause what an earlier one would have known better.
    if (wants.events || wants.secretNames || wants.logs.length)
      return { wants, againInMs };
    if (finding) return { finding, againInMs };
  }
  return { againInMs: look.againInMs, notice: look.notice };
}
