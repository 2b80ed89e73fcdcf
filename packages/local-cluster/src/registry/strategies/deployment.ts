import type { Resource } from '../Resource';
import { fill } from './fill';
import { templateDefaults, workload } from './workload';

export const deployments: Resource = {
  ...workload,
  plural: 'deployments',
  kind: 'Deployment',
  shortNames: ['deploy'],

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
    deployment.status ??= {};
  },
};
