/** Gives a claim that names no class the default one. */
import { isDefaultClass } from '../registry/strategies/storageClass';
import type { AdmissionPlugin } from './Admission';

export const defaultStorageClass: AdmissionPlugin = {
  mutate({ resource, object, before }, store) {
    if (resource.plural !== 'persistentvolumeclaims' || before || !object.spec)
      return;
    if (object.spec.storageClassName !== undefined) return;
    const [first] = store
      .list('storageclasses')
      .filter(each => isDefaultClass(each.metadata.annotations))
      .sort((a, b) =>
        b.metadata.creationTimestamp.localeCompare(
          a.metadata.creationTimestamp,
        ),
      );
    if (first) object.spec.storageClassName = first.metadata.name;
  },
};
