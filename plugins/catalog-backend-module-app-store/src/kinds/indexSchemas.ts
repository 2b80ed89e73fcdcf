/** What entities of the store's provider are made of, as JSON Schema; the catalog adds what all entities have. */
import { CATALOG_API_VERSION } from '@ai-app-store/backstage-plugin-app-store-common';
import { LIFECYCLES } from './entities';

const text = { type: 'string', minLength: 1 };
const refs = { type: 'array', items: text };

function kind(name: string, required: string[], properties: object) {
  return {
    $schema: 'http://json-schema.org/draft-07/schema',
    $id: `AppStore${name}V1alpha1`,
    allOf: [
      { $ref: 'Entity' },
      {
        type: 'object',
        required: ['spec'],
        properties: {
          apiVersion: { enum: [CATALOG_API_VERSION] },
          kind: { enum: [name] },
          spec: { type: 'object', required, properties },
        },
      },
    ],
  };
}

export const APP_SCHEMA = kind(
  'App',
  ['type', 'lifecycle', 'name', 'version', 'title'],
  {
    type: text,
    lifecycle: { enum: Object.values(LIFECYCLES) },
    name: text,
    version: text,
    title: text,
    // PRIVATE apps are none of the catalog's.
    visibility: { enum: ['ALL_USERS', 'PUBLIC'] },
    newest: { type: 'boolean' },
    owner: text,
    newerThan: text,
    tags: refs,
  },
);

export const APP_TAG_SCHEMA = kind('AppTag', ['name'], {
  type: text,
  name: text,
  color: { type: 'string', pattern: '^#[0-9a-fA-F]{6}$' },
  apps: refs,
});
