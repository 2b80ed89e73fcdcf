/** ConfigMaps, and what Secrets have in common with them: keys and values. */
import { equal } from '../../apply/equal';
import type { KubeObject } from '../../types';
import { bad, forbidden, type Cause } from '../causes';
import type { Resource } from '../Resource';

const KEY = /^[-._a-zA-Z0-9]+$/;

/** What is wrong with the keys. */
export function keyCauses(object: KubeObject): Cause[] {
  return Object.keys(object.data ?? {})
    .filter(key => !KEY.test(key) || key.length > 253)
    .map(key =>
      bad(
        `data[${key}]`,
        key,
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
      ),
    );
}

/** Changes of data that was marked as immutable. */
export function immutableDataCauses(
  before: KubeObject,
  after: KubeObject,
): Cause[] {
  return before.immutable &&
    !equal([before.data, before.binaryData], [after.data, after.binaryData])
    ? [forbidden('data', 'field is immutable when `immutable` is set')]
    : [];
}

export const configMaps: Resource = {
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
  shortNames: ['cm'],
  validate: keyCauses,
  validateUpdate: immutableDataCauses,
};
