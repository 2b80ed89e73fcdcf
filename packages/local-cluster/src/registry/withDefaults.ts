/** Objects that an earlier version of this package kept, with the defaults of this one, as an API server reads them. */
import type { KubeObject } from '../types';
import { STORED } from './resources';

const BY_PLURAL = new Map(STORED.map(each => [each.plural, each]));

/** @param object - is completed in place */
export function withDefaults(plural: string, object: KubeObject): KubeObject {
  BY_PLURAL.get(plural)?.defaults?.(object);
  return object;
}
