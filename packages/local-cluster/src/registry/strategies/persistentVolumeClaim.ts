/** Claims of storage: what was asked for stays, but may grow where its class allows. */
import { parseQuantity } from '@ai-app-store/backstage-plugin-app-store-common';
import { equal } from '../../apply/equal';
import { AGE, NAME } from '../../table/table';
import type { Json, KubeObject } from '../../types';
import { bad, forbidden, notSupported, required, type Cause } from '../causes';
import type { Resource } from '../Resource';
import { fill } from './fill';
import { canonicalQuantity } from './quantity';

const ACCESS_MODES: Record<string, string> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};
const PROTECTION = 'kubernetes.io/pvc-protection';

/** `RWO,ROX`. */
export function modesText(modes: string[] | undefined): string {
  return (modes ?? []).map(mode => ACCESS_MODES[mode] ?? mode).join(',');
}

export function modeCauses(
  modes: string[] | undefined,
  field: string,
): Cause[] {
  if (!modes?.length)
    return [required(field, 'at least 1 access mode is required')];
  return modes
    .filter(mode => !ACCESS_MODES[mode])
    .map(mode => notSupported(field, mode, Object.keys(ACCESS_MODES)));
}

function phaseOf({ metadata, status }: KubeObject): string {
  return metadata.deletionTimestamp ? 'Terminating' : status?.phase ?? '';
}

/** The specification without what may change. */
function fixedParts(spec: Json): Json {
  const { resources, volumeName, volumeAttributesClassName, ...rest } = spec;
  return rest;
}

function storageOf(spec: Json): number {
  return parseQuantity(String(spec?.resources?.requests?.storage ?? 0));
}

function storageCauses(spec: Json): Cause[] {
  const field = 'spec.resources[storage]';
  const { storage } = spec?.resources?.requests ?? {};
  if (!storage) return [required(field)];
  return storageOf(spec) > 0
    ? []
    : [bad(field, String(storage), 'must be greater than zero')];
}

export const persistentVolumeClaims: Resource = {
  group: '',
  version: 'v1',
  plural: 'persistentvolumeclaims',
  kind: 'PersistentVolumeClaim',
  namespaced: true,
  shortNames: ['pvc'],
  status: true,
  returnsDeleted: true,
  columns: [
    NAME,
    { name: 'Status', cell: phaseOf },
    { name: 'Volume', cell: ({ spec }) => spec.volumeName ?? '' },
    {
      name: 'Capacity',
      cell: ({ spec, status }) =>
        spec.volumeName ? status?.capacity?.storage ?? '' : '',
    },
    {
      name: 'Access Modes',
      cell: ({ spec, status }) =>
        spec.volumeName ? modesText(status?.accessModes) : '',
    },
    { name: 'StorageClass', cell: ({ spec }) => spec.storageClassName ?? '' },
    {
      name: 'VolumeAttributesClass',
      cell: ({ spec }) => spec.volumeAttributesClassName ?? '<unset>',
    },
    AGE,
    {
      name: 'VolumeMode',
      priority: 1,
      cell: ({ spec }) => spec.volumeMode ?? '<unset>',
    },
  ],

  defaults(claim) {
    if (!claim.spec) return;
    fill(claim.spec, { volumeMode: 'Filesystem' });
    const { requests, limits } = claim.spec.resources ?? {};
    for (const quantities of [requests, limits])
      if (quantities?.storage !== undefined)
        quantities.storage = canonicalQuantity(quantities.storage);
  },

  prepareForCreate(claim) {
    claim.metadata.finalizers = [
      ...new Set([...(claim.metadata.finalizers ?? []), PROTECTION]),
    ];
    claim.status = { phase: 'Pending' };
  },

  validate: ({ spec }) => [
    ...modeCauses(spec?.accessModes, 'spec.accessModes'),
    ...storageCauses(spec),
  ],

  validateUpdate(before, after) {
    const causes: Cause[] = [];
    const unbound =
      before.spec.volumeName &&
      before.spec.volumeName !== after.spec.volumeName;
    if (
      !equal(fixedParts(before.spec), fixedParts(after.spec)) ||
      unbound ||
      (before.status?.phase !== 'Bound' &&
        !equal(before.spec.resources, after.spec.resources))
    )
      causes.push(
        forbidden(
          'spec',
          'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
        ),
      );
    const capacity = before.status?.capacity?.storage;
    if (
      storageOf(after.spec) < storageOf(before.spec) &&
      (!capacity || storageOf(after.spec) < parseQuantity(String(capacity)))
    )
      causes.push(
        forbidden(
          'spec.resources.requests.storage',
          'field can not be less than status.capacity',
        ),
      );
    return causes;
  },
};
