/** Numbers of a workload's status. */
import type { Json } from '../types';

/** Without counts that are zero (Go's `omitempty`). */
export function nonZero(counts: Record<string, number>): Json {
  return Object.fromEntries(
    Object.entries(counts).filter(([, count]) => count),
  );
}
