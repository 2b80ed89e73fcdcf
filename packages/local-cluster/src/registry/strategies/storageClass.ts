import { AGE, NAME } from '../../table/table';
import { required } from '../causes';
import type { Resource } from '../Resource';
import { fill } from './fill';

const DEFAULT = 'storageclass.kubernetes.io/is-default-class';

/** Whether claims that name no class get this one. */
export function isDefaultClass(
  annotations: Record<string, string> = {},
): boolean {
  return annotations[DEFAULT] === 'true';
}

export const storageClasses: Resource = {
  group: 'storage.k8s.io',
  version: 'v1',
  plural: 'storageclasses',
  kind: 'StorageClass',
  namespaced: false,
  shortNames: ['sc'],
  immutable: [
    'provisioner',
    'parameters',
    'reclaimPolicy',
    'volumeBindingMode',
  ],
  columns: [
    {
      ...NAME,
      cell: ({ metadata }) =>
        isDefaultClass(metadata.annotations)
          ? `${metadata.name} (default)`
          : metadata.name,
    },
    { name: 'Provisioner', cell: ({ provisioner }) => provisioner },
    { name: 'ReclaimPolicy', cell: ({ reclaimPolicy }) => reclaimPolicy },
    {
      name: 'VolumeBindingMode',
      cell: ({ volumeBindingMode }) => volumeBindingMode,
    },
    {
      name: 'AllowVolumeExpansion',
      cell: ({ allowVolumeExpansion }) => Boolean(allowVolumeExpansion),
    },
    AGE,
  ],
  defaults: storageClass =>
    fill(storageClass, {
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'Immediate',
    }),
  validate: ({ provisioner }) => (provisioner ? [] : [required('provisioner')]),
};
