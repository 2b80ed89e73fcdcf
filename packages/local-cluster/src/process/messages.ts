/** What a local cluster in a process of its own and the process that started it tell each other. */
import type { Fault } from '../faults/readFaults';
import type { LocalClusterOptions } from '../LocalClusterOptions';
import type { LocalCluster } from '../startLocalCluster';

/** What can be sent of the options. */
type SentOptions = Omit<LocalClusterOptions, 'logger' | 'isolation'>;

/** To the cluster. */
export type Order =
  | { start: SentOptions }
  | { setFaults: Fault[]; id: number }
  | { stop: { graceMs?: number } };

/** From it. */
export type Report =
  | {
      started: Pick<LocalCluster, 'address' | 'kubeconfig' | 'description'>;
    }
  | { failed: { name: string; message: string } }
  | { log: { level: 'info' | 'warn' | 'error'; text: string } }
  | { done: number; error?: string };

/** The argument with which the program serves the process that started it. */
export const SERVES_PARENT = '--serve-parent';
