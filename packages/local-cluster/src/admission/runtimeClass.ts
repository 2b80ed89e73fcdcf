/** Refuses a pod whose runtime class there is none of. */
import { forbidden } from '../registry/errors';
import type { AdmissionPlugin } from './Admission';

export const runtimeClass: AdmissionPlugin = {
  mutate({ resource, object, before }, store) {
    const name = object.spec?.runtimeClassName;
    if (resource.plural !== 'pods' || before || !name) return;
    const found = store.get('runtimeclasses', undefined, name);
    if (!found)
      throw forbidden(
        resource,
        object.metadata.name ?? object.metadata.generateName,
        `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`,
      );
    if (found.overhead?.podFixed)
      object.spec.overhead ??= found.overhead.podFixed;
  },
};
