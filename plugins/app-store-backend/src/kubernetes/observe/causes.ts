/**
 * Why an instance does not run, as far as its cluster tells: for each cause its code, who can fix
 * it, what is said and what helps. Nothing else knows these codes.
 */
import type { Problem } from '@ai-app-store/backstage-plugin-app-store-common';
import { ADMISSION_CAUSES } from './causes/admission';
import { APP_CAUSES } from './causes/app';
import type { Cause } from './causes/Cause';
import { CLUSTER_CAUSES } from './causes/cluster';
import { CONTAINER_CAUSES } from './causes/containers';
import { PLACEMENT_CAUSES } from './causes/placement';

const CAUSES = {
  ...CLUSTER_CAUSES,
  ...ADMISSION_CAUSES,
  ...PLACEMENT_CAUSES,
  ...CONTAINER_CAUSES,
  ...APP_CAUSES,
};

type Causes = typeof CAUSES;

/** The code of a cause. */
export type CauseCode = keyof Causes;

type ToldCode = {
  [C in CauseCode]: Causes[C] extends { told: true } ? C : never;
}[CauseCode];

/** Causes that say that the cluster does not take what an instance needs. */
const REFUSALS = [
  ...(Object.keys(ADMISSION_CAUSES) as CauseCode[]),
  'CLUSTER_FORBIDDEN',
  'CLUSTER_REFUSED',
  'CONFIGURATION_INVALID',
  'NAMESPACE_MISSING',
  'NAMESPACE_TERMINATING',
  'NOT_OURS',
  'REQUEST_INVALID',
] as const satisfies readonly CauseCode[];
export const REFUSAL_CODES: ReadonlySet<CauseCode> = new Set(REFUSALS);

/** All codes. */
export const CAUSE_CODES = Object.keys(CAUSES) as CauseCode[];

/** @param facts - what the message of the cause names */
export function problemOf<C extends CauseCode>(
  code: C,
  ...facts: Parameters<Causes[C]['message']>
): Problem {
  const { owner, message, remedy }: Cause = CAUSES[code];
  const known = facts as never[];
  return {
    code,
    message: message(...known),
    owner,
    remedy: typeof remedy === 'string' ? remedy : remedy(...known),
  };
}

function causeOf(code: string | undefined): Cause | undefined {
  return code !== undefined && Object.hasOwn(CAUSES, code)
    ? CAUSES[code as CauseCode]
    : undefined;
}

/** How an instance stands for which this is the cause. */
export function statusOf(code: CauseCode): Cause['status'] {
  return CAUSES[code].status;
}

/** Whether an app with this problem ended by itself and is started again. */
export function isRestarted(problem: Problem | undefined): boolean {
  return Boolean(causeOf(problem?.code)?.restarts);
}

/** Whether the entry program may tell this cause. */
export function isTold(code: string): code is ToldCode {
  return Boolean(causeOf(code)?.told);
}
