/**
 * Every operation of the API, asked by everybody, about what is theirs and what is
 * not. An operation without a row in the table fails the test.
 */
import { API_DOCUMENT } from '@ai-app-store/backstage-plugin-app-store-common';
import { operations } from './operations';
import { behaviourIds } from '../database/__testUtils__/databases';
import {
  makeWorld,
  PEOPLE,
  rows,
  send,
  STORE,
  type World,
} from '../__testUtils__/everyOperation';
import { as, StoreUnderTest } from '../__testUtils__/StoreUnderTest';

jest.setTimeout(120_000);

describe.each(behaviourIds())('every route on %s', id => {
  let store: StoreUnderTest;
  let world: World;

  beforeAll(async () => {
    store = await StoreUnderTest.start(id, STORE);
    world = await makeWorld(store);
  });
  afterAll(() => store?.stop());

  it('has a row for each operation, and no other', () => {
    const documented = operations().map(operation => operation.id);
    expect([...new Set(rows().map(row => row.operation))].sort()).toEqual(
      [...documented].sort(),
    );
  });

  it('has rows about what is one’s own and what is somebody else’s for each operation on something', () => {
    const lacking = operations()
      .filter(({ path, security }) => security === 'person' && /\{/.test(path))
      // About oneself, or about whatever there is for admins alone.
      .filter(({ path }) => !/^\/(tokens|iam|login)\b/.test(path))
      .filter(({ id: operation }) => {
        const cells = rows()
          .filter(row => row.operation === operation)
          .flatMap(row => row.expected.slice(1));
        return (
          !cells.some(cell => cell === 403 || cell === 404) ||
          !cells.some(cell => cell && cell !== 403 && cell !== 404)
        );
      })
      .map(operation => operation.id);
    expect(lacking).toEqual([]);
  });

  it('changes nothing from what is out of date, wherever a revision is taken', async () => {
    const taking = operations().filter(({ path, method }) =>
      JSON.stringify(
        (API_DOCUMENT.paths as Record<string, Record<string, unknown>>)[path][
          method
        ],
      ).includes('parameters/ifMatch'),
    );
    expect(taking.length).toBeGreaterThan(9);
    const answered: Record<string, unknown> = {};
    for (const { id: operation } of taking) {
      const row = rows().find(
        each =>
          each.operation === operation &&
          each.expected.slice(-2).some(cell => cell && cell <= 400),
      )!;
      const owns = (row.expected.at(-2) ?? 404) <= 400;
      const { status, text } = await send(
        store,
        world,
        row,
        as(owns ? 'dev' : 'ada').authorization,
        {
          headers: { 'if-match': '"987654"' },
          ...(operation === 'putSecret'
            ? { body: { data: { key: 'other' } } }
            : {}),
        },
      );
      const { code, remedy } = JSON.parse(text || '{}');
      answered[operation] = { status, code, remedy: Boolean(remedy) };
    }
    expect(answered).toEqual(
      Object.fromEntries(
        taking.map(operation => [
          operation.id,
          { status: 412, code: 'STALE', remedy: true },
        ]),
      ),
    );
  });

  it('answers everybody as the rules say', async () => {
    const wrong: string[] = [];
    for (const row of rows())
      for (const [n, [name, who]] of PEOPLE.entries()) {
        const expected = row.expected[n];
        if (expected === undefined) continue;
        const { status, text } = await send(
          store,
          world,
          row,
          who && as(who).authorization,
        );
        if (status !== expected)
          wrong.push(
            `${row.operation} ${
              row.about
            }, ${name}: ${status} instead of ${expected}: ${text.slice(
              0,
              300,
            )}`,
          );
      }
    expect(wrong).toEqual([]);
  });

  it('says the same of what is hidden and of what is not there', async () => {
    const shape = (text: string) =>
      text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID');
    for (const [operation, hidden] of [
      ['getApp', 'private'],
      ['updateApp', 'private'],
      ['deleteApp', 'private'],
      ['runApp', 'private'],
      ['getInstance', "dev's"],
    ]) {
      const row = { operation, about: hidden, expected: [] };
      const [there, not] = await Promise.all([
        send(store, world, row, as('uma').authorization),
        send(
          store,
          world,
          { ...row, about: 'nothing' },
          as('uma').authorization,
        ),
      ]);
      expect(shape(there.text)).toBe(shape(not.text));
      expect(there.status).toBe(not.status);
    }
  });
});
