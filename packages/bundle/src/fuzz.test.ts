/** A short run of the fuzzers, with seeds of its own; `npm run fuzz` runs for as long as one likes. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyTally, fuzzArchive, fuzzToml } from './__testUtils__/fuzz';

jest.setTimeout(60_000);

const ROUNDS = 400;

describe('broken in ways that a seed decides', () => {
  it('archives are read or refused, and nothing is left', async () => {
    const room = mkdtempSync(join(tmpdir(), 'fuzz-'));
    const tally = emptyTally();
    const open = readdirSync('/proc/self/fd').length;
    for (let seed = 1; seed <= ROUNDS; seed++)
      await fuzzArchive(seed, room, tally);
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(open + 1);
    expect(readdirSync(room)).toEqual(['fuzz.wave']);
    expect(tally.accepted).toBeGreaterThan(ROUNDS / 100);
    expect(Object.keys(tally.refused).length).toBeGreaterThan(3);
    rmSync(room, { recursive: true });
  });

  it('texts of app.toml are read or refused', () => {
    const tally = emptyTally();
    for (let seed = 1; seed <= 5 * ROUNDS; seed++) fuzzToml(seed, tally);
    expect(tally.accepted).toBeGreaterThan(ROUNDS / 100);
    expect(Object.keys(tally.refused).length).toBeGreaterThan(4);
  });
});
