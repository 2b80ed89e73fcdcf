/** Where pods are placed: for runtime versions and launch profiles (specification 2.7). */
import type { Config } from '@backstage/config';
import type { V1Affinity, V1Toleration } from '@kubernetes/client-node';
import { oneOf } from './readers';

/** See the module's comment. */
export interface Scheduling {
  nodeSelector?: Record<string, string>;
  tolerations?: V1Toleration[];
  affinity?: V1Affinity;
}

/** Reads `nodeSelector`, `tolerations` and `affinity`. */
export function readScheduling(config: Config): Scheduling {
  const nodeSelector =
    config.getOptional<Record<string, string>>('nodeSelector');
  const affinity = config.getOptional('affinity') as V1Affinity | undefined;
  const tolerations = config
    .getOptionalConfigArray('tolerations')
    ?.map((entry): V1Toleration => {
      const key = entry.getOptionalString('key');
      const value = entry.getOptionalString('value');
      const effect = entry.getOptionalString('effect');
      const tolerationSeconds = entry.getOptionalNumber('tolerationSeconds');
      return {
        ...(key ? { key } : {}),
        operator: oneOf(
          entry,
          'operator',
          ['Exists', 'Equal'],
          value === undefined ? 'Exists' : 'Equal',
        ),
        ...(value === undefined ? {} : { value }),
        ...(effect ? { effect } : {}),
        ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }),
      };
    });
  return {
    ...(nodeSelector ? { nodeSelector } : {}),
    ...(tolerations ? { tolerations } : {}),
    ...(affinity ? { affinity } : {}),
  };
}

/** Two placements as one: selectors are put together, and the second has the last word. */
export function together(a: Scheduling, b: Scheduling = {}): Scheduling {
  const nodeSelector = { ...a.nodeSelector, ...b.nodeSelector };
  const tolerations = [...(a.tolerations ?? []), ...(b.tolerations ?? [])];
  const affinity = b.affinity ?? a.affinity;
  return {
    ...(Object.keys(nodeSelector).length ? { nodeSelector } : {}),
    ...(tolerations.length ? { tolerations } : {}),
    ...(affinity ? { affinity } : {}),
  };
}
