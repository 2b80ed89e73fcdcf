/** Causes against recordings of a real cluster, at every revision and in between. */
import { join } from 'node:path';
import { EXPECTED } from './__testUtils__/expected';
import {
  causesOf,
  faultsOf,
  readCases,
  Recording,
  timeline,
} from './__testUtils__/recordings';

const CASES = readCases(
  join(__dirname, '../../../../../test/diagnosis/failures.jsonl.gz'),
);

describe('15: a recorded cluster', () => {
  it('has the cases of which something is expected', () => {
    expect([...CASES.keys()].sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  it.each([...CASES.keys()])('15: %s', name => {
    const recording = new Recording(CASES.get(name)!);
    expect(causesOf(recording)).toEqual(EXPECTED[name]);
    expect(faultsOf(name, recording)).toEqual([]);
  });

  it.each([...CASES.keys()])(
    '15: %s is told within 5 s of what tells it',
    name => {
      const recording = new Recording(CASES.get(name)!);
      const { at, finding } =
        timeline(recording).find(moment => moment.finding) ?? {};
      // These are told where a probe has failed for long enough.
      if (!finding || /LISTENING|ANSWERING/.test(finding.code)) return;
      const shown = finding.evidence.map(({ message }) =>
        JSON.stringify(message).slice(1, -1),
      );
      const first = recording.revisions.find(({ object }) => {
        const text = JSON.stringify(object);
        return shown.some(message => message && text.includes(message));
      });
      expect(first ? at! - first.at : 0).toBeLessThanOrEqual(5);
    },
  );
});
