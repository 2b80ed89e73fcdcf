import type { Resource } from '../Resource';
import { fill } from './fill';
import { templateDefaults, workload } from './workload';

export const replicaSets: Resource = {
  ...workload,
  plural: 'replicasets',
  kind: 'ReplicaSet',
  shortNames: ['rs'],

  defaults(set) {
    if (!set.spec) return;
    fill(set.spec, { replicas: 1 });
    templateDefaults(set.spec.template);
    set.status ??= { replicas: 0 };
  },
};
