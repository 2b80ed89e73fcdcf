/** Something that must hold between the store and its cluster. */
import type {
  DoctorCheck,
  DoctorRepair,
} from '@ai-app-store/backstage-plugin-app-store-common';

/** What a look found. */
type Verdict = Pick<DoctorCheck, 'state' | 'message' | 'remedy'> & {
  evidence?: DoctorCheck['evidence'];
  /** There is nothing that a repair could do. */
  repairable?: false;
};

/** What is compared with a cluster that cannot be read. */
export const UNKNOWN: Verdict = {
  state: 'WARNING',
  message: 'It is not known while the cluster cannot be read.',
  repairable: false,
};

export type RepairItem = DoctorRepair['items'][number];

export interface Check {
  /** In addresses and commands. */
  id: string;
  title: string;
  /** A look sends requests to the cluster: it is not made all the time. */
  asksCluster?: true;
  /** Where it is FAILED, the title of a banner on every page for admins; its look costs next to nothing. */
  banner?: string;
  look(): Promise<Verdict>;
  /**
   * Puts right what was found.
   *
   * @param dryRun - only says what it would do
   */
  repair?(dryRun: boolean): Promise<RepairItem[]>;
}

/** Pieces of evidence that are shown; the rest is counted. */
const SHOWN = 20;

/** As much evidence as somebody reads. */
export function shown(
  evidence: DoctorCheck['evidence'],
): DoctorCheck['evidence'] {
  return evidence.length > SHOWN
    ? [
        ...evidence.slice(0, SHOWN),
        { source: 'and', message: `${evidence.length - SHOWN} more` },
      ]
    : evidence;
}

/** "1 instance", "2 instances" */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
