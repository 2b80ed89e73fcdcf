/** Secrets: what is written as `stringData` is kept, encoded, as `data`. */
import type { Resource } from '../Resource';
import { immutableDataCauses, keyCauses } from './configMap';
import { fill } from './fill';

export const secrets: Resource = {
  group: '',
  version: 'v1',
  plural: 'secrets',
  kind: 'Secret',
  namespaced: true,
  immutable: ['type'],

  defaults(secret) {
    fill(secret, { type: 'Opaque' });
    if (!secret.stringData) return;
    secret.data = { ...secret.data };
    for (const [key, value] of Object.entries(secret.stringData))
      secret.data[key] = Buffer.from(String(value), 'utf8').toString('base64');
    delete secret.stringData;
  },

  validate: keyCauses,
  validateUpdate: immutableDataCauses,
};
