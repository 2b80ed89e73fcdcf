/** Secrets: what is written as `stringData` is kept, encoded, as `data`. */
import { AGE, NAME } from '../../table/table';
import type { KubeObject } from '../../types';
import { bad, required, type Cause } from '../causes';
import type { Resource } from '../Resource';
import {
  DATA_BYTES,
  dropEmptyData,
  immutableDataCauses,
  keyCauses,
} from './configMap';
import { fill } from './fill';
import { setField } from '../../schema/setField';
import { parseJson } from '../../codec/parseJson';

const ACCOUNT_NAME = 'kubernetes.io/service-account.name';
const REDACTED = '<secret contents redacted>';

/** Keys that a type has to have. */
const KEYS: Record<string, string[]> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

function typeCauses({ type, data = {}, metadata }: KubeObject): Cause[] {
  const causes = (KEYS[type] ?? [])
    .filter(key => data[key] === undefined)
    .map(key => required(`data[${key}]`));
  if (type === 'kubernetes.io/basic-auth' && !data.username && !data.password)
    causes.push(required('data[username]'), required('data[password]'));
  if (
    type === 'kubernetes.io/service-account-token' &&
    !metadata.annotations?.[ACCOUNT_NAME]
  )
    causes.push(required(`metadata.annotations[${ACCOUNT_NAME}]`));
  for (const key of ['.dockerconfigjson', '.dockercfg']) {
    if (!KEYS[type]?.includes(key) || data[key] === undefined) continue;
    try {
      parseJson(Buffer.from(data[key], 'base64').toString('utf8'));
    } catch (error) {
      causes.push(bad(`data[${key}]`, REDACTED, (error as Error).message));
    }
  }
  return causes;
}

function sizeCauses({ data = {} }: KubeObject): Cause[] {
  const size = Object.values(data).reduce<number>(
    (sum, value) => sum + Buffer.byteLength(String(value), 'base64'),
    0,
  );
  return size > DATA_BYTES
    ? [
        {
          reason: 'FieldValueTooLong',
          message: `Too long: may not be more than ${DATA_BYTES} bytes`,
          field: 'data',
        },
      ]
    : [];
}

export const secrets: Resource = {
  group: '',
  version: 'v1',
  plural: 'secrets',
  kind: 'Secret',
  namespaced: true,
  immutable: ['type'],
  fieldLabels: { type: undefined },
  columns: [
    NAME,
    { name: 'Type', cell: secret => secret.type },
    { name: 'Data', cell: ({ data = {} }) => Object.keys(data).length },
    AGE,
  ],

  defaults(secret) {
    fill(secret, { type: 'Opaque' });
    if (secret.stringData) {
      secret.data = { ...secret.data };
      for (const [key, value] of Object.entries(secret.stringData))
        setField(
          secret.data,
          key,
          Buffer.from(String(value), 'utf8').toString('base64'),
        );
      delete secret.stringData;
    }
    dropEmptyData(secret);
  },

  validate: secret => [
    ...keyCauses(secret.data, 'data'),
    ...sizeCauses(secret),
    ...typeCauses(secret),
  ],
  validateUpdate: immutableDataCauses,
};
