/** Objects that an earlier version of this package kept, with the defaults of this one, as an API server reads them. */
import type { KubeObject } from '../types';
import { RESOURCES } from './resources';

const STORED = new Map(
  RESOURCES.filter(each => !each.storedAs && !each.isMeasured).map(each => [
    each.plural,
    each,
  ]),
);

/** @param object - is completed in place */
export function withDefaults(plural: string, object: KubeObject): KubeObject {
  STORED.get(plural)?.defaults?.(object);
  return object;
}
