/** Declarations as JSON Schemas, for editors that check and complete YAML. */
import { z } from 'zod';
import type { JsonSchema } from '../appToml/jsonSchema';
import { CATALOG_API_VERSION } from '../catalogNames';
import {
  DECLARATION_KINDS,
  DECLARATION_SPECS,
  type DeclarationKind,
} from './specs';

const DESCRIPTIONS: Record<DeclarationKind, string> = {
  App: 'An app, built from a directory of the repository or from a bundle.',
  AppTag: 'A label of apps, and the way visitors get to see apps.',
  AppInstance: 'An instance that the team shares.',
  AppSecret:
    'A secret: its keys, and where their values come from. Never the values.',
  AppAlias: 'An address of its own for an instance.',
};

const NAME = {
  type: 'string',
  minLength: 1,
  maxLength: 63,
  pattern: '^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$',
};

/**
 * The schema of one kind (JSON Schema 2020-12).
 *
 * @public
 */
export function declarationJsonSchema(kind: DeclarationKind): JsonSchema {
  const { $schema: _, ...spec } = z.toJSONSchema(DECLARATION_SPECS[kind], {
    io: 'input',
    unrepresentable: 'any',
  }) as JsonSchema;
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `${kind} of the AI App Store`,
    description: DESCRIPTIONS[kind],
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    properties: {
      apiVersion: { const: CATALOG_API_VERSION },
      kind: { const: kind },
      metadata: {
        type: 'object',
        required: ['name'],
        properties: {
          name: NAME,
          namespace: { ...NAME, description: 'Default: `default`.' },
          title: { type: 'string', description: 'What people read.' },
          description: { type: 'string' },
        },
        additionalProperties: true,
      },
      spec,
    },
  };
}

/**
 * The schema of a `catalog-info.yaml` with declarations; documents of other kinds are left alone.
 *
 * @public
 */
export function declarationsJsonSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'catalog-info.yaml with declarations of the AI App Store',
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata'],
    allOf: DECLARATION_KINDS.map(kind => {
      const { $schema: _, ...schema } = declarationJsonSchema(kind);
      return {
        if: {
          properties: {
            apiVersion: { const: CATALOG_API_VERSION },
            kind: { const: kind },
          },
        },
        then: schema,
      };
    }),
  };
}
