/** Which fields belong to whoever writes them. */
import { isWithin, join, type FieldSet } from './fieldSet';

/** Paths that never belong to a manager. */
const UNOWNED = [
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ...[
    'name',
    'namespace',
    'uid',
    'resourceVersion',
    'generation',
    'creationTimestamp',
    'selfLink',
    'managedFields',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
  ].map(field => ['f:metadata', `f:${field}`]),
].map(join);

const MANAGED_FIELDS = join(['f:metadata', 'f:managedFields']);

/** Fields that can belong to a manager. */
export function ownable(set: FieldSet): FieldSet {
  for (const path of UNOWNED) set.delete(path);
  for (const path of set) if (isWithin(path, MANAGED_FIELDS)) set.delete(path);
  return set;
}
