// The part of a configuration's schema that says who may see what. A portal compiles the schema at
// each start: once to find the secrets that its log masks, once to find what its pages may read.
// All of Backstage's would be a fifth of the start's work.

/**
 * A schema as `loadConfigSchema` has it.
 *
 * @typedef {{ backstageConfigSchemaVersion: number, schemas: Array<{ path: string, value: any }> }} Serialized
 */

/** Words by which a value decides which schema holds for it: what lies below these stays whole. */
const CHOICES = ['anyOf', 'oneOf', 'allOf', 'not', 'if', '$ref'];

/**
 * What of a schema leads to values of a visibility. Nothing else is checked by it.
 *
 * @param {Serialized} serialized
 * @param {'secret' | 'frontend'} visibility
 * @returns {Serialized}
 */
export function visibleSchema(serialized, visibility) {
  /** @param {unknown} schema */
  const speaksOfIt = schema =>
    JSON.stringify(schema).includes(JSON.stringify(visibility));
  /**
   * @param {any} schema
   * @returns {any}
   */
  const part = schema => {
    if (
      !schema ||
      typeof schema !== 'object' ||
      Array.isArray(schema) ||
      schema.visibility === visibility ||
      schema.deepVisibility ||
      CHOICES.some(word => word in schema)
    )
      return schema;
    const { properties, required, ...rest } = schema;
    for (const word of ['items', 'additionalProperties'])
      if (word in rest) rest[word] = part(rest[word]);
    return properties
      ? {
          ...rest,
          properties: Object.fromEntries(
            Object.entries(properties)
              .filter(([, value]) => speaksOfIt(value))
              .map(([key, value]) => [key, part(value)]),
          ),
        }
      : rest;
  };
  return {
    ...serialized,
    schemas: serialized.schemas
      .filter(({ value }) => speaksOfIt(value))
      .map(schema => ({ ...schema, value: part(schema.value) }))
      // They are found in an order that differs from build to build.
      .sort((one, other) => (one.path < other.path ? -1 : 1)),
  };
}
