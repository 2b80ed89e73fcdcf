/** Where pods are placed: for runtime versions and launch profiles (specification 2.7). */
import type { V1Affinity, V1Toleration } from '@kubernetes/client-node';
import { z } from 'zod';
import { kubernetesObject, text, wholeNumber } from './values';

/** Where pods may be placed. */
export interface Scheduling {
  nodeSelector?: Record<string, string>;
  tolerations?: V1Toleration[];
  affinity?: V1Affinity;
}

/** What an entry says of it. */
export const scheduling = {
  nodeSelector: z.record(z.string(), z.string('must be a text')).optional(),
  tolerations: z
    .array(
      z
        .object({
          key: text.optional(),
          operator: z.enum(['Exists', 'Equal']).optional(),
          value: text.optional(),
          effect: text.optional(),
          tolerationSeconds: wholeNumber({
            min: Number.MIN_SAFE_INTEGER,
          }).optional(),
        })
        .transform(
          (entry): V1Toleration => ({
            operator: entry.value === undefined ? 'Exists' : 'Equal',
            ...entry,
          }),
        ),
    )
    .optional(),
  affinity: kubernetesObject<V1Affinity>(
    'an affinity as a pod has it',
  ).optional(),
};

/** An entry with its placement as one value. */
export function placed<T extends Scheduling>(entry: T) {
  const { nodeSelector, tolerations, affinity, ...rest } = entry;
  return {
    ...rest,
    scheduling: merged({ nodeSelector, tolerations, affinity }),
  };
}

/** Two placements as one: selectors are put together, and the second has the last word. */
export function merged(a: Scheduling, b: Scheduling = {}): Scheduling {
  const nodeSelector = { ...a.nodeSelector, ...b.nodeSelector };
  const tolerations = [...(a.tolerations ?? []), ...(b.tolerations ?? [])];
  const affinity = b.affinity ?? a.affinity;
  return {
    ...(Object.keys(nodeSelector).length ? { nodeSelector } : {}),
    ...(tolerations.length ? { tolerations } : {}),
    ...(affinity ? { affinity } : {}),
  };
}
