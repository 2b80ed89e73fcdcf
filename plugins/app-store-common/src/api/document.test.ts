import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { API_DOCUMENT } from './document.generated';

interface Schema {
  type?: string;
  maxLength?: number;
  pattern?: string;
  enum?: unknown[];
  format?: string;
  items?: Schema;
  maxItems?: number;
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  allOf?: Schema[];
  $ref?: string;
}

interface Operation {
  operationId: string;
  parameters?: Array<{ $ref?: string; name?: string; schema?: Schema }>;
  requestBody?: { content: Record<string, { schema: Schema }> };
}

const { schemas, parameters } = API_DOCUMENT.components as unknown as {
  schemas: Record<string, Schema>;
  parameters: Record<string, { name: string; schema: Schema }>;
};
const last = (ref: string) => ref.split('/').pop()!;

const operations = Object.entries(API_DOCUMENT.paths).flatMap(
  ([path, item]) => {
    const { parameters: shared = [], ...methods } = item as unknown as Record<
      string,
      Operation
    > & { parameters?: Operation['parameters'] };
    return Object.entries(methods).map(([method, operation]) => ({
      path,
      method,
      ...operation,
      parameters: [...shared, ...(operation.parameters ?? [])],
    }));
  },
);

/** Places in a schema of which somebody could send without bound. */
function unbounded(schema: Schema, place: string): string[] {
  if (schema.$ref) return unbounded(schemas[last(schema.$ref)], place);
  if (schema.allOf) return schema.allOf.flatMap(each => unbounded(each, place));
  if (schema.format === 'binary' || schema.enum) return [];
  if (schema.type === 'string') {
    const bounded =
      schema.maxLength !== undefined ||
      /\{\d+,\d+\}|\{\d+\}/.test(schema.pattern ?? '');
    // PostgreSQL takes no NUL, and no name has one. Values of secrets never get there.
    const plain =
      schema.format === 'date-time' ||
      place.endsWith('body.data.*') ||
      (schema.pattern !== undefined &&
        !new RegExp(schema.pattern, 'u').test('a\u0000'));
    return bounded && plain ? [] : [place];
  }
  if (schema.type === 'array')
    return [
      ...(schema.maxItems === undefined ? [`${place}[]`] : []),
      ...unbounded(schema.items!, `${place}[]`),
    ];
  if (schema.type !== 'object') return [];
  const { additionalProperties: more } = schema;
  return [
    ...(more === undefined || more === true ? [`${place}.*`] : []),
    ...(typeof more === 'object' ? unbounded(more, `${place}.*`) : []),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, each]) =>
      unbounded(each, `${place}.${name}`),
    ),
  ];
}

describe("the API's document", () => {
  it('is made of its parts as they are', () => {
    expect(() =>
      execFileSync(
        process.execPath,
        [join(__dirname, '../../scripts/generate-api.mjs'), '--check'],
        { stdio: 'pipe' },
      ),
    ).not.toThrow();
  });

  it('gives every operation an id of its own', () => {
    const ids = operations.map(operation => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('bounds everything that can be sent, and lets no NUL through', () => {
    const found = operations.flatMap(operation => [
      ...operation.parameters.flatMap(given => {
        const parameter = given.$ref ? parameters[last(given.$ref)] : given;
        return unbounded(
          parameter.schema!,
          `${operation.operationId} ${parameter.name}`,
        );
      }),
      ...Object.values(operation.requestBody?.content ?? {}).flatMap(
        ({ schema }) => unbounded(schema, `${operation.operationId} body`),
      ),
    ]);
    expect(found).toEqual([]);
  });
});
