/** Lets a claim grow only where its class says so (`PersistentVolumeClaimResize`). */
import { parseQuantity } from '@ai-app-store/backstage-plugin-app-store-common';
import { forbidden } from '../registry/errors';
import type { KubeObject } from '../types';
import type { AdmissionPlugin } from './Admission';

function storageOf({ spec }: KubeObject): number {
  return parseQuantity(String(spec?.resources?.requests?.storage ?? 0));
}

export const claimExpansion: AdmissionPlugin = {
  validate({ resource, object, before }, store) {
    if (resource.plural !== 'persistentvolumeclaims' || !before) return;
    if (storageOf(object) <= storageOf(before)) return;
    const storageClass = store.get(
      'storageclasses',
      undefined,
      object.spec.storageClassName ?? '',
    );
    if (!storageClass?.allowVolumeExpansion)
      throw forbidden(
        resource,
        object.metadata.name,
        'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
      );
  },
};
