/** ConfigMaps, and what Secrets have in common with them: keys and values. */
import { equal } from '../../apply/equal';
import { AGE, NAME } from '../../table/table';
import type { KubeObject } from '../../types';
import { bad, forbidden, type Cause } from '../causes';
import type { Resource } from '../Resource';

const KEY = /^[-._a-zA-Z0-9]+$/;
const KEY_WORDS =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
/** Of all values together, in bytes. */
export const DATA_BYTES = 1024 * 1024;

/** What is wrong with keys, as texts. */
function keyFaults(key: string): string[] {
  const faults = [];
  if (key.length > 253) faults.push('must be no more than 253 characters');
  if (!KEY.test(key)) faults.push(KEY_WORDS);
  else if (key === '.') faults.push("must not be '.'");
  else if (key === '..') faults.push("must not be '..'");
  else if (key.startsWith('..')) faults.push("must not start with '..'");
  return faults;
}

/** What is wrong with the keys of one field. */
export function keyCauses(
  data: Record<string, string> | undefined,
  field: string,
): Cause[] {
  return Object.keys(data ?? {}).flatMap(key =>
    keyFaults(key).map(fault => bad(`${field}[${key}]`, key, fault)),
  );
}

/** Changes of data that was marked as immutable. */
export function immutableDataCauses(
  before: KubeObject,
  after: KubeObject,
): Cause[] {
  if (!before.immutable) return [];
  const words = 'field is immutable when `immutable` is set';
  return [
    ...(after.immutable ? [] : [forbidden('immutable', words)]),
    ...(['data', 'binaryData'] as const)
      .filter(field => !equal(before[field], after[field]))
      .map(field => forbidden(field, words)),
  ];
}

/** Maps that hold nothing are not there (Go's `omitempty`). */
export function dropEmptyData(object: KubeObject): void {
  for (const field of ['data', 'binaryData', 'stringData'])
    if (object[field] && !Object.keys(object[field]).length)
      delete object[field];
}

function sizeCauses({ data = {}, binaryData = {} }: KubeObject): Cause[] {
  const size = [
    ...Object.values(data),
    ...Object.values(binaryData),
  ].reduce<number>((sum, value) => sum + Buffer.byteLength(String(value)), 0);
  return size > DATA_BYTES
    ? [
        {
          reason: 'FieldValueTooLong',
          message: `Too long: may not be more than ${DATA_BYTES} bytes`,
          field: '',
        },
      ]
    : [];
}

export const configMaps: Resource = {
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
  shortNames: ['cm'],
  columns: [
    NAME,
    {
      name: 'Data',
      cell: ({ data = {}, binaryData = {} }) =>
        Object.keys(data).length + Object.keys(binaryData).length,
    },
    AGE,
  ],

  defaults: dropEmptyData,
  validate: map => [
    ...keyCauses(map.data, 'data'),
    ...keyCauses(map.binaryData, 'binaryData'),
    ...Object.keys(map.binaryData ?? {})
      .filter(key => map.data?.[key] !== undefined)
      .map(key =>
        bad(`binaryData[${key}]`, key, 'duplicate of key present in data'),
      ),
    ...sizeCauses(map),
  ],
  validateUpdate: immutableDataCauses,
};
