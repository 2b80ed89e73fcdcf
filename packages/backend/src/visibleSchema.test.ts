import { ConfigReader } from '@backstage/config';
import { loadConfigSchema } from '@backstage/config-loader';
import type { JsonObject } from '@backstage/types';
import { visibleSchema } from '../scripts/visibleSchema.mjs';

const text = { type: 'string' };
const secret = { type: 'string', visibility: 'secret' };
const shown = { type: 'string', visibility: 'frontend' };
const object = (properties: object, more = {}) => ({
  type: 'object',
  properties,
  ...more,
});
const SCHEMAS = [
  object(
    {
      app: object({ title: shown, notes: text }, { required: ['title'] }),
      backend: object({
        key: secret,
        port: { type: 'number' },
        keys: { type: 'array', items: object({ id: text, value: secret }) },
        hosts: object({}, { additionalProperties: object({ token: secret }) }),
        database: {
          anyOf: [
            object({ kind: { const: 'file' }, path: text }),
            object({ kind: { const: 'server' }, password: secret }),
          ],
        },
        data: object(
          { one: text, more: object({ two: text }) },
          {
            deepVisibility: 'secret',
          },
        ),
      }),
    },
    { required: ['app', 'backend'] },
  ),
  object({ app: object({ color: shown }), other: object({ a: text }) }),
  object({ nothing: object({ to: text }) }),
];
const SERIALIZED = {
  backstageConfigSchemaVersion: 1,
  schemas: SCHEMAS.map((value, i) => ({
    path: `${i}/config.d.ts`,
    packageName: `p${i}`,
    value,
  })),
};
const DATA: JsonObject = {
  app: { title: 'Title', notes: 'notes', color: 'red' },
  backend: {
    key: 'k',
    port: 7,
    keys: [{ id: 'i', value: 'v' }],
    hosts: { one: { token: 't' } },
    database: { kind: 'server', password: 'p' },
    data: { one: '1', more: { two: '2' } },
  },
  other: { a: 'a' },
  nothing: { to: 'see' },
};

describe('visibleSchema', () => {
  const seen = async (
    serialized: JsonObject,
    visibility: 'secret' | 'frontend',
  ) => {
    const schema = await loadConfigSchema({ serialized });
    const configs = schema.process([{ context: 'test', data: DATA }], {
      visibility: [visibility],
      ignoreSchemaErrors: true,
    });
    return ConfigReader.fromConfigs(configs).get();
  };

  it.each(['secret', 'frontend'] as const)(
    'finds all that is %s, as the whole schema does',
    async visibility => {
      const part = visibleSchema(SERIALIZED, visibility);
      expect(JSON.stringify(part).length).toBeLessThan(
        JSON.stringify(SERIALIZED).length,
      );
      const found = await seen(part as unknown as JsonObject, visibility);
      expect(found).toEqual(await seen(SERIALIZED, visibility));
      expect(found).toEqual(
        visibility === 'frontend'
          ? { app: { title: 'Title', color: 'red' } }
          : {
              backend: {
                key: 'k',
                keys: [{ value: 'v' }],
                hosts: { one: { token: 't' } },
                database: { password: 'p' },
                data: { one: '1', more: { two: '2' } },
              },
            },
      );
    },
  );

  it('leaves out what is not asked for', () => {
    const { schemas } = visibleSchema(SERIALIZED, 'frontend');
    expect(schemas.map(({ value }) => value)).toEqual([
      object({ app: object({ title: shown }) }),
      object({ app: object({ color: shown }) }),
    ]);
  });
});
