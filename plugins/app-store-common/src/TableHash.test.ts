import fc from 'fast-check';
import { TableHash } from './TableHash';

const key = fc.constantFrom('a', 'b', 'c', 'd');
const change = fc.record({ key, value: fc.option(fc.jsonValue()) });

describe('TableHash', () => {
  it('is that of the table, however it came about', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), changes => {
        const kept = new TableHash();
        const table = new Map<string, unknown>();
        for (const { key: name, value } of changes) {
          kept.set(name, value ?? undefined);
          if (value === null) table.delete(name);
          else table.set(name, value);
        }
        const anew = new TableHash();
        for (const [name, value] of [...table].reverse()) anew.set(name, value);
        expect(String(kept)).toBe(String(anew));
        expect(kept.keys().sort()).toEqual([...table.keys()].sort());
      }),
    );
  });

  it('differs for another value, another key, and one entry less', () => {
    const hashes = [{}, { a: 1 }, { a: 2 }, { b: 1 }, { a: 1, b: 1 }].map(
      table => {
        const hash = new TableHash();
        for (const [name, value] of Object.entries(table))
          hash.set(name, value);
        return String(hash);
      },
    );
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hashes[0]).toBe('0000000000000000');
  });
});
