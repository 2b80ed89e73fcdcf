import type { Resource } from '../Resource';
import { fill } from './fill';
import { templateDefaults, workload } from './workload';

export const statefulSets: Resource = {
  ...workload,
  plural: 'statefulsets',
  kind: 'StatefulSet',
  shortNames: ['sts'],
  immutable: ['spec.selector', 'spec.serviceName', 'spec.volumeClaimTemplates'],

  defaults(set) {
    const { spec } = set;
    if (!spec) return;
    fill(spec, {
      replicas: 1,
      podManagementPolicy: 'OrderedReady',
      revisionHistoryLimit: 10,
      updateStrategy: {},
      persistentVolumeClaimRetentionPolicy: {
        whenDeleted: 'Retain',
        whenScaled: 'Retain',
      },
    });
    fill(spec.updateStrategy, { type: 'RollingUpdate' });
    if (spec.updateStrategy.type === 'RollingUpdate')
      spec.updateStrategy.rollingUpdate ??= { partition: 0 };
    templateDefaults(spec.template);
    set.status ??= { replicas: 0, availableReplicas: 0 };
  },
};
