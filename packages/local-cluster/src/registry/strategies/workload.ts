/** What Deployments, ReplicaSets and StatefulSets have in common: replicas of a pod template. */
import type { Json, KubeObject } from '../../types';
import { bad, required, type Cause } from '../causes';
import { podSpecCauses, podSpecDefaults } from './podSpec';

/** Fills a pod template in place. */
export function templateDefaults(template: Json): void {
  if (!template) return;
  template.metadata ??= {};
  if (template.spec) podSpecDefaults(template.spec);
}

/** The part of their `Resource` that is the same. */
export const workload = {
  group: 'apps',
  version: 'v1',
  namespaced: true,
  status: true,
  scale: true,
  generation: true,
  immutable: ['spec.selector'],

  validate({ spec }: KubeObject): Cause[] {
    if (!spec) return [required('spec')];
    const causes: Cause[] = [];
    if (!spec.selector) causes.push(required('spec.selector'));
    const labels = spec.template?.metadata?.labels ?? {};
    const wanted = Object.entries(spec.selector?.matchLabels ?? {});
    if (!wanted.every(([k, v]) => labels[k] === v))
      causes.push(
        bad(
          'spec.template.metadata.labels',
          labels,
          '`selector` does not match template `labels`',
        ),
      );
    if (spec.replicas < 0)
      causes.push(
        bad(
          'spec.replicas',
          spec.replicas,
          'must be greater than or equal to 0',
        ),
      );
    causes.push(...podSpecCauses(spec.template?.spec, 'spec.template.spec'));
    return causes;
  },
};
