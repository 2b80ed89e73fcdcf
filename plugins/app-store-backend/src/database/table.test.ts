import {
  flag,
  integer,
  json,
  named,
  optional,
  Table,
  text,
  type RecordOf,
} from './table';

const THINGS = Table.create({
  id: text(),
  ownerRef: text(),
  keys: named('key_names', json<string[]>()),
  size: integer(),
  hidden: flag(),
  problem: optional(json<{ code: string }>()),
  runnable: optional(flag()),
});

describe('a table', () => {
  const row = {
    id: 'a',
    owner_ref: 'user:default/uma',
    key_names: '["k"]',
    size: '12',
    hidden: 1,
    problem: null,
    runnable: null,
  };
  const record: RecordOf<typeof THINGS> = {
    id: 'a',
    ownerRef: 'user:default/uma',
    keys: ['k'],
    size: 12,
    hidden: true,
    problem: undefined,
    runnable: undefined,
  };

  it('reads what SQLite and PostgreSQL return', () => {
    expect(THINGS.read(row)).toEqual(record);
    expect(
      THINGS.read({
        ...row,
        size: 12,
        hidden: true,
        problem: '{"code":"BAD"}',
        runnable: 0,
      }),
    ).toEqual({ ...record, problem: { code: 'BAD' }, runnable: false });
    expect(THINGS.read({ ...row, hidden: null }).hidden).toBe(false);
  });

  it('writes the columns of the fields that are there, and no others', () => {
    const { size, hidden, ...change } = record;
    const other = { ...change, objects: {} };
    expect(THINGS.write(other)).toEqual({
      id: 'a',
      owner_ref: 'user:default/uma',
      key_names: '["k"]',
      problem: null,
      runnable: null,
    });
    expect(THINGS.write({})).toEqual({});
  });

  it('names its columns', () => {
    expect(THINGS.names).toEqual(Object.keys(row));
  });
});
