/** Volumes, made by hand or by a provisioner, and bound to one claim. */
import { AGE, NAME } from '../../table/table';
import type { KubeObject } from '../../types';
import { required } from '../causes';
import type { Resource } from '../Resource';
import { fill } from './fill';
import { modeCauses, modesText } from './persistentVolumeClaim';
import { canonicalQuantity } from './quantity';

const PROTECTION = 'kubernetes.io/pv-protection';

function claimOf({ spec }: KubeObject): string {
  return spec.claimRef
    ? `${spec.claimRef.namespace}/${spec.claimRef.name}`
    : '';
}

export const persistentVolumes: Resource = {
  group: '',
  version: 'v1',
  plural: 'persistentvolumes',
  kind: 'PersistentVolume',
  namespaced: false,
  shortNames: ['pv'],
  status: true,
  returnsDeleted: true,
  columns: [
    NAME,
    { name: 'Capacity', cell: ({ spec }) => spec.capacity?.storage ?? '' },
    { name: 'Access Modes', cell: ({ spec }) => modesText(spec.accessModes) },
    {
      name: 'Reclaim Policy',
      cell: ({ spec }) => spec.persistentVolumeReclaimPolicy,
    },
    {
      name: 'Status',
      cell: ({ metadata, status }) =>
        metadata.deletionTimestamp ? 'Terminating' : status?.phase ?? '',
    },
    { name: 'Claim', cell: claimOf },
    { name: 'StorageClass', cell: ({ spec }) => spec.storageClassName ?? '' },
    {
      name: 'VolumeAttributesClass',
      cell: ({ spec }) => spec.volumeAttributesClassName ?? '<unset>',
    },
    { name: 'Reason', cell: ({ status }) => status?.reason ?? '' },
    AGE,
    {
      name: 'VolumeMode',
      priority: 1,
      cell: ({ spec }) => spec.volumeMode ?? '<unset>',
    },
  ],

  defaults(volume) {
    const { spec } = volume;
    if (!spec) return;
    fill(spec, {
      persistentVolumeReclaimPolicy: 'Retain',
      volumeMode: 'Filesystem',
    });
    if (spec.hostPath) fill(spec.hostPath, { type: '' });
    if (spec.capacity?.storage !== undefined)
      spec.capacity.storage = canonicalQuantity(spec.capacity.storage);
  },

  prepareForCreate(volume) {
    volume.metadata.finalizers = [
      ...new Set([...(volume.metadata.finalizers ?? []), PROTECTION]),
    ].sort();
    volume.status = {
      phase: 'Pending',
      lastPhaseTransitionTime: volume.metadata.creationTimestamp,
    };
  },

  prepareForStatusUpdate(before, after, time) {
    const isNew = after.status?.phase !== before.status?.phase;
    const { lastPhaseTransitionTime } = before.status ?? {};
    after.status = {
      ...after.status,
      lastPhaseTransitionTime: isNew ? time : lastPhaseTransitionTime,
    };
  },

  validate: ({ spec }) =>
    spec
      ? [
          ...modeCauses(spec.accessModes, 'spec.accessModes'),
          ...(spec.capacity?.storage ? [] : [required('spec.capacity')]),
        ]
      : [required('spec')],
};
