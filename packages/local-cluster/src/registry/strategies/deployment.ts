import { AGE, NAME } from '../../table/table';
import type { Resource } from '../Resource';
import { fill } from './fill';
import { CONTAINERS, SELECTOR, templateDefaults, workload } from './workload';

export const deployments: Resource = {
  ...workload,
  plural: 'deployments',
  kind: 'Deployment',
  shortNames: ['deploy'],
  columns: [
    NAME,
    {
      name: 'Ready',
      cell: ({ spec, status = {} }) =>
        `${status.readyReplicas ?? 0}/${spec.replicas}`,
    },
    { name: 'Up-to-date', cell: ({ status }) => status?.updatedReplicas ?? 0 },
    { name: 'Available', cell: ({ status }) => status?.availableReplicas ?? 0 },
    AGE,
    ...CONTAINERS,
    SELECTOR,
  ],

  defaults(deployment) {
    const { spec } = deployment;
    if (!spec) return;
    fill(spec, {
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: {},
    });
    fill(spec.strategy, { type: 'RollingUpdate' });
    if (spec.strategy.type === 'RollingUpdate') {
      spec.strategy.rollingUpdate ??= {};
      fill(spec.strategy.rollingUpdate, {
        maxUnavailable: '25%',
        maxSurge: '25%',
      });
    }
    templateDefaults(spec.template);
  },

  validate(deployment) {
    const causes = workload.validate(deployment);
    const { type, rollingUpdate } = deployment.spec?.strategy ?? {};
    if (type === 'Recreate' && rollingUpdate)
      causes.push({
        reason: 'FieldValueForbidden',
        message:
          "Forbidden: may not be specified when strategy `type` is 'Recreate'",
        field: 'spec.strategy.rollingUpdate',
      });
    return causes;
  },
};
