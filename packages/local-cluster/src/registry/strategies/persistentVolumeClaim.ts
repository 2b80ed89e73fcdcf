import { required } from '../causes';
import type { Resource } from '../Resource';
import { fill } from './fill';

export const persistentVolumeClaims: Resource = {
  group: '',
  version: 'v1',
  plural: 'persistentvolumeclaims',
  kind: 'PersistentVolumeClaim',
  namespaced: true,
  shortNames: ['pvc'],
  status: true,

  defaults(claim) {
    if (claim.spec)
      fill(claim.spec, {
        volumeMode: 'Filesystem',
        storageClassName: 'standard',
      });
    claim.status ??= { phase: 'Pending' };
  },

  validate: ({ spec }) => [
    ...(spec?.accessModes?.length
      ? []
      : [required('spec.accessModes', 'at least 1 access mode is required')]),
    ...(spec?.resources?.requests?.storage
      ? []
      : [required('spec.resources[storage]')]),
  ],
};
