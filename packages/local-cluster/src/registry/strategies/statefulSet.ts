import { equal } from '../../apply/equal';
import { AGE, NAME } from '../../table/table';
import type { Json } from '../../types';
import { forbidden } from '../causes';
import type { Resource } from '../Resource';
import { fill } from './fill';
import { CONTAINERS, templateDefaults, workload } from './workload';

/** The specification without what may change. */
function fixedParts(spec: Json): Json {
  const {
    replicas,
    ordinals,
    template,
    updateStrategy,
    persistentVolumeClaimRetentionPolicy,
    minReadySeconds,
    revisionHistoryLimit,
    ...rest
  } = spec ?? {};
  return rest;
}

export const statefulSets: Resource = {
  ...workload,
  immutable: undefined,
  plural: 'statefulsets',
  kind: 'StatefulSet',
  shortNames: ['sts'],
  columns: [
    NAME,
    {
      name: 'Ready',
      cell: ({ spec, status = {} }) =>
        `${status.readyReplicas ?? 0}/${spec.replicas}`,
    },
    AGE,
    ...CONTAINERS,
  ],

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
    for (const claim of spec.volumeClaimTemplates ?? []) {
      fill(claim, { kind: 'PersistentVolumeClaim', apiVersion: 'v1' });
      fill(claim.spec, { volumeMode: 'Filesystem' });
      claim.metadata = { creationTimestamp: null, ...claim.metadata };
      claim.status ??= { phase: 'Pending' };
    }
  },

  prepareForCreate(set) {
    set.status = { replicas: 0, availableReplicas: 0 };
  },

  validateUpdate: (before, after) =>
    equal(fixedParts(before.spec), fixedParts(after.spec))
      ? []
      : [
          forbidden(
            'spec',
            "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
          ),
        ],
};
