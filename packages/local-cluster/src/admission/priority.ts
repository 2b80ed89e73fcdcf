/** Gives a pod the priority of its class. */
import { forbidden } from '../registry/errors';
import type { AdmissionPlugin } from './Admission';

/** Classes that every cluster has. */
const SYSTEM: Record<string, number> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

export const priority: AdmissionPlugin = {
  mutate({ resource, object, before }, store) {
    if (resource.plural !== 'pods' || before || !object.spec) return;
    const { spec } = object;
    const classes = store.list('priorityclasses');
    const byDefault = classes.find(each => each.globalDefault);
    const name = spec.priorityClassName ?? byDefault?.metadata.name;
    const found = classes.find(each => each.metadata.name === name);
    if (name && !found && SYSTEM[name] === undefined)
      throw forbidden(
        resource,
        object.metadata.name ?? object.metadata.generateName,
        `no PriorityClass with name ${name} was found`,
      );
    if (name) spec.priorityClassName = name;
    spec.priority = found?.value ?? SYSTEM[name] ?? 0;
    spec.preemptionPolicy ??= found?.preemptionPolicy ?? 'PreemptLowerPriority';
  },
};
