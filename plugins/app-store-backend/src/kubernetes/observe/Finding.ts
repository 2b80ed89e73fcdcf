/** What a rule found: a cause, and what shows it. */
import type {
  InstanceStatus,
  Problem,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Case } from './Case';
import { problemOf, type CauseCode } from './causes';
import type { Evidence } from './Facts';
import { withoutPass } from './words/images';
import { withoutAccounts } from './words/plain';

export interface Finding {
  code: CauseCode;
  problem: Problem;
  evidence: Evidence[];
  /** How the instance stands, where that is not what the cause itself says. */
  status?: InstanceStatus;
}

/** Looks at an instance for one kind of cause; finds nothing while it lacks something to be sure. */
export type Rule = (look: Case) => Finding | undefined;

/** A cause with what shows it; nothing of it lets anybody in. */
export function found<C extends CauseCode>(
  evidence: Evidence[],
  code: C,
  ...facts: Parameters<typeof problemOf<C>> extends [C, ...infer F] ? F : never
): Finding {
  const plain = facts.map(fact =>
    typeof fact === 'string' ? withoutPass(fact) : fact,
  );
  return {
    code,
    problem: problemOf(code, ...(plain as never)),
    evidence: evidence.map(each => ({
      ...each,
      message: withoutAccounts(withoutPass(each.message)),
    })),
  };
}

/** The same cause with the last lines of the app's own output. */
export function withLog(finding: Finding, log: string | undefined): Finding {
  const detail = log?.trimEnd();
  return detail
    ? { ...finding, problem: { ...finding.problem, detail } }
    : finding;
}
