/**
 * Fuzzes the archive reader and the app.toml reader: `npm run fuzz -- [minutes] [seed]`.
 * Prints its seed first; a round that fails is repeated by its own.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  emptyTally,
  fuzzArchive,
  fuzzToml,
  type Tally,
} from '../../packages/bundle/src/__testUtils__/fuzz';

const DEFAULT_MINUTES = 10;
/** Between two looks for leaks, in rounds. */
const LOOK_EACH = 1000;
/** Growth of memory over the first look that counts as a leak, in MiB. */
const LEAK_MIB = 256;
const MIB = 1024 ** 2;

function memory(): number {
  return process.memoryUsage().rss / MIB;
}

/** Rounds until `until`, each with the seed after the one before. */
async function rounds(
  name: string,
  seed: number,
  until: number,
  round: (seed: number, tally: Tally) => Promise<void> | void,
): Promise<void> {
  const tally = emptyTally();
  let first: { memory: number; open: number } | undefined;
  for (let next = seed; Date.now() < until; next++) {
    try {
      await round(next, tally);
    } catch (error) {
      throw new Error(`${name}, seed ${next}: ${(error as Error).stack}`);
    }
    // Texts are read without a pause; others have their turn.
    if (tally.rounds % 100 === 0) await new Promise(setImmediate);
    if (tally.rounds % LOOK_EACH) continue;
    const open = readdirSync('/proc/self/fd').length;
    first ??= { memory: memory(), open };
    if (open > first.open + 4)
      throw new Error(
        `${name}: ${open} files are open, at first ${first.open}`,
      );
    if (memory() > first.memory + LEAK_MIB)
      throw new Error(
        `${name}: ${memory().toFixed(0)} MiB, at first ${first.memory.toFixed(
          0,
        )}`,
      );
  }
  console.log(
    `${name}: seeds ${seed} to ${seed + tally.rounds - 1}, ${
      tally.rounds
    } rounds, ${tally.accepted} accepted, ${memory().toFixed(0)} MiB`,
  );
  for (const [code, n] of Object.entries(tally.refused).sort(
    (a, b) => b[1] - a[1],
  ))
    console.log(`  ${String(n).padStart(8)}  ${code}`);
}

async function main(): Promise<void> {
  const [minutes = DEFAULT_MINUTES, seed = Date.now() % 2 ** 31] = process.argv
    .slice(2)
    .map(Number);
  console.log(`seed ${seed}, ${minutes} minutes`);
  const half = (minutes * 60_000) / 2;
  const room = mkdtempSync(join(tmpdir(), 'fuzz-'));
  try {
    await rounds('archives', seed, Date.now() + half, (next, tally) =>
      fuzzArchive(next, room, tally),
    );
    const left = readdirSync(room).filter(name => name !== 'fuzz.wave');
    if (left.length) throw new Error(`left behind: ${left.join(', ')}`);
    await rounds('app.toml', seed, Date.now() + half, fuzzToml);
  } finally {
    rmSync(room, { recursive: true, force: true });
  }
  console.log('no crash, no hang, no file outside its room, no leak');
}

main().catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
