/**
 * `npm run test:diagnosis [-- FILE]`: what the store says of each case of a recording, at every
 * moment, as a table. Of its own recording each case has its expected causes; of any file holds that
 * a healthy start has no cause, and that a cause that was right stays.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { EXPECTED } from '../../plugins/app-store-backend/src/kubernetes/observe/__testUtils__/expected';
import {
  causesOf,
  faultsOf,
  readCases,
  Recording,
  timeline,
} from '../../plugins/app-store-backend/src/kubernetes/observe/__testUtils__/recordings';
import type { Finding } from '../../plugins/app-store-backend/src/kubernetes/observe/Finding';
import { refusalFinding } from '../../plugins/app-store-backend/src/kubernetes/observe/rules/refusal';

const USAGE = `npm run test:diagnosis -- [options] [FILE]

  FILE           a recording as reference/kubernetes/failures.jsonl, also as .gz;
                 the repository's own where it is absent
  --only NAME    only cases whose name contains this
  --evidence     also what shows each cause, and the next step
  --json         one JSON object a line
`;

const OWN = join(__dirname, 'failures.jsonl.gz');

interface Row {
  at: number;
  finding?: Finding;
  notice?: string;
  isWell?: boolean;
}

function show(row: Row, withEvidence: boolean): void {
  const { at, finding, notice, isWell } = row;
  const time = at.toFixed(1).padStart(7);
  if (!finding) {
    console.log(`${time}  ${isWell ? 'ready' : notice ?? '-'}`);
    return;
  }
  const { code, problem, evidence } = finding;
  console.log(
    `${time}  ${code.padEnd(21)} ${problem.owner.padEnd(9)} ${problem.message}`,
  );
  if (!withEvidence) return;
  console.log(`${' '.repeat(9)}next: ${problem.remedy}`);
  for (const { source, message } of evidence)
    console.log(`${' '.repeat(9)}seen: ${source}: ${message}`);
}

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: 'string' },
      evidence: { type: 'boolean' },
      json: { type: 'boolean' },
    },
  });
  if (positionals.length > 1) {
    console.error(USAGE);
    return 2;
  }
  const [file] = positionals;
  const path = file ? resolve(process.env.INIT_CWD ?? '.', file) : OWN;
  let passed = 0;
  let failed = 0;
  for (const [name, revisions] of readCases(path)) {
    if (values.only && !name.includes(values.only)) continue;
    const recording = new Recording(revisions);
    const rows: Row[] = [
      ...timeline(recording),
      ...recording.refusals.map(({ at, refusal }) => ({
        at,
        finding: refusalFinding(refusal),
      })),
    ];
    const faults = faultsOf(name, recording);
    const expected = file ? undefined : EXPECTED[name];
    const causes = causesOf(recording);
    if (expected && JSON.stringify(expected) !== JSON.stringify(causes))
      faults.push(`expected ${expected.join(', ') || 'no cause'}`);
    if (!file && !expected) faults.push('nothing is expected of this case');
    if (faults.length) failed++;
    else passed++;
    if (values.json) {
      for (const { at, finding, notice, isWell } of rows)
        console.log(
          JSON.stringify({
            case: name,
            at,
            ...(finding
              ? { ...finding.problem, evidence: finding.evidence }
              : { code: null, notice, ready: isWell ?? false }),
          }),
        );
      continue;
    }
    console.log(`${faults.length ? 'FAILED' : 'passed'}  ${name}`);
    rows.forEach(row => show(row, values.evidence ?? false));
    faults.forEach(fault => console.log(`         ! ${fault}`));
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed || !passed ? 1 : 0;
}

process.exitCode = main();
