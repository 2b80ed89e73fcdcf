/** {@link APP_TOML_KEYS} as a JSON Schema, for editors that complete and check TOML. */
import { z } from 'zod';
import { APP_TOML_KEYS, type KeySpec } from './keys';

/**
 * A JSON Schema, as far as it is needed here.
 *
 * @public
 */
export type JsonSchema = { [key: string]: unknown };

const TABLES: Record<KeySpec['table'], string> = {
  App: 'What the app is, and how people find it.',
  Runtime: 'How it is run, and what it needs.',
  Env: 'An environment variable: a literal, or a key of a secret.',
  File: 'A file: a literal, or a key of a secret.',
  Parameter: 'A value that people enter when they run an instance (ours).',
  Link: 'The address that a LINK app opens.',
};
const LISTS: KeySpec['table'][] = ['Env', 'File', 'Parameter'];

function schemaOf(spec: KeySpec): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(spec.schema, {
    unrepresentable: 'any',
  }) as JsonSchema;
  return {
    description: spec.description,
    ...(spec.default === undefined ? {} : { default: defaultOf(spec) }),
    // Any case is taken; the proper one is offered.
    ...(spec.values
      ? { anyOf: [{ enum: spec.values }, { type: 'string' }] }
      : schema),
  };
}

function defaultOf({ type, default: text }: KeySpec): unknown {
  if (type === 'string') return text;
  try {
    return JSON.parse(text!);
  } catch {
    // A duration, a quantity, a path.
    return text;
  }
}

function tableOf(table: KeySpec['table']): JsonSchema {
  const specs = APP_TOML_KEYS.filter(spec => spec.table === table);
  const schema = {
    type: 'object',
    properties: Object.fromEntries(
      specs.map(spec => [spec.key, schemaOf(spec)]),
    ),
    required: specs.filter(spec => spec.required).map(spec => spec.key),
    // Apps may keep keys of their own.
    additionalProperties: true,
  };
  return LISTS.includes(table)
    ? { type: 'array', description: TABLES[table], items: schema }
    : { ...schema, description: TABLES[table] };
}

/**
 * The schema of `app.toml` (JSON Schema 2020-12). Rules that span several keys are not in it.
 *
 * @public
 */
export function appTomlJsonSchema(): JsonSchema {
  const tables = Object.keys(TABLES) as KeySpec['table'][];
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'app.toml of the AI App Store',
    type: 'object',
    properties: Object.fromEntries(
      tables.map(table => [table, tableOf(table)]),
    ),
    required: ['App'],
    additionalProperties: true,
  };
}

function rowOf(spec: KeySpec): string {
  const byDefault = spec.default ? `\`${spec.default}\`` : '';
  return `| ${[
    `\`${spec.key}\``,
    spec.type,
    spec.required ? 'required' : byDefault,
    spec.description.replaceAll('|', '\\|'),
  ].join(' | ')} |`;
}

/**
 * The reference of `app.toml`, as Markdown: a table of keys for each of its tables.
 *
 * @public
 */
export function appTomlReference(): string {
  return (Object.keys(TABLES) as KeySpec['table'][])
    .map(table =>
      [
        `### \`${LISTS.includes(table) ? `[[${table}]]` : `[${table}]`}\``,
        '',
        TABLES[table],
        '',
        '| key | type | default | meaning |',
        '| --- | --- | --- | --- |',
        ...APP_TOML_KEYS.filter(spec => spec.table === table).map(rowOf),
        '',
      ].join('\n'),
    )
    .join('\n');
}
