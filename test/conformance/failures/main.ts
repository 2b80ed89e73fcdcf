/**
 * `npm run conformance -- --failures <failures.jsonl>`: how apps start and fail on the local cluster,
 * against what a real one told of it. A line a case, every difference, and the sum.
 */
import { readCases, type Case } from './cases';
import { Play, type Played } from './Play';
import { unplayed } from './unplayed';

/** Cases at a time: most of them wait. */
const AT_ONCE = 14;

function show(
  name: string,
  { differences, seconds }: Played,
  verbose: boolean,
): void {
  console.log(
    `${name}: ${differences.length ? 'failed' : 'passed'} (${seconds.toFixed(
      1,
    )} s)`,
  );
  for (const { aspect, recorded, ours } of differences.slice(
    0,
    verbose ? 99 : 4,
  ))
    console.log(
      `    ${aspect}\n      recorded ${recorded.join(' -> ')}\n      ours     ${
        ours.join(' -> ') || 'nothing'
      }`,
    );
}

/** @returns the exit code */
export async function playFailures(
  path: string,
  options: { only?: string; verbose: boolean },
): Promise<number> {
  const cases = readCases(path).filter(
    ({ name }) => !options.only || name.includes(options.only),
  );
  if (!cases.length) {
    console.error(
      options.only
        ? `No case has ${JSON.stringify(options.only)} in its name.`
        : `${path} has no cases.`,
    );
    return 2;
  }
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const play = async (each: Case) => {
    const reason = unplayed(each);
    if (reason) {
      counts.skipped++;
      console.log(`${each.name}: skipped: ${reason}`);
      return;
    }
    let played: Played;
    try {
      played = await new Play(each).run();
    } catch (error) {
      played = {
        differences: [
          { aspect: 'playing', recorded: [], ours: [(error as Error).message] },
        ],
        seconds: 0,
      };
    }
    counts[played.differences.length ? 'failed' : 'passed']++;
    show(each.name, played, options.verbose);
  };
  const waiting = [...cases];
  const inTurn = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift())
      await play(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, inTurn));
  console.log(
    `\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`,
  );
  return counts.failed ? 1 : 0;
}
