import { AGE, NAME } from '../../table/table';
import type { Resource } from '../Resource';
import { fill } from './fill';
import { CONTAINERS, SELECTOR, templateDefaults, workload } from './workload';

export const replicaSets: Resource = {
  ...workload,
  plural: 'replicasets',
  kind: 'ReplicaSet',
  shortNames: ['rs'],
  fieldLabels: { 'status.replicas': undefined },
  columns: [
    NAME,
    { name: 'Desired', type: 'integer', cell: ({ spec }) => spec.replicas },
    {
      name: 'Current',
      type: 'integer',
      cell: ({ status }) => status?.replicas ?? 0,
    },
    {
      name: 'Ready',
      type: 'integer',
      cell: ({ status }) => status?.readyReplicas ?? 0,
    },
    AGE,
    ...CONTAINERS,
    SELECTOR,
  ],

  defaults(set) {
    if (!set.spec) return;
    fill(set.spec, { replicas: 1 });
    templateDefaults(set.spec.template);
  },

  prepareForCreate(set) {
    set.status = { replicas: 0 };
  },
};
