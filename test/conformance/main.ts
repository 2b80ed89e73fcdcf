/**
 * `npm run conformance -- <recordings.jsonl>`: holds the local cluster against what a real API
 * server answered. A line a group, every difference, and `N passed, N failed, N skipped`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startLocalCluster } from '@ai-app-store/local-cluster';
import { connect } from './connect';
import { playFailures } from './failures/main';
import { groupsOf, readRecordings } from './recording';
import { Replay, type Outcome } from './Replay';
import { earliestBodies } from './world';

const USAGE = `npm run conformance -- [options] <recordings.jsonl>

  --failures     the file has failures (objects, revision by revision), not requests
  --group NAME   only groups whose name contains this
  --only NAME    shows only exchanges whose name contains this; all of the group are played.
                 Of failures only the cases whose name contains this are played
  --verbose      every exchange, and whole values
`;

/** Images that the recording's pods name; they stand for this machine's programs. */
const IMAGES = {
  'local/python': {
    mounts: [],
    path: [],
    command: ['python3', '-m', 'http.server', '8000'],
  },
  'local/busybox': { mounts: [], path: [] },
};

/** Sooner than a real server's, and later than any time-out of a watch in a recording. */
const BOOKMARK_MS = 9_500;

function show(outcome: Outcome, verbose: boolean): void {
  const { exchange, result, reason, differences } = outcome;
  if (result === 'passed' && !verbose) return;
  if (result === 'skipped') {
    console.log(`    skipped ${exchange.name}: ${reason}`);
    return;
  }
  console.log(
    `    ${result} ${exchange.name}: ${exchange.request.method} ${exchange.request.path}`,
  );
  const cut = (value: unknown) =>
    (JSON.stringify(value) ?? 'nothing').slice(0, verbose ? 5000 : 300);
  for (const { path, recorded, ours } of differences.slice(0, verbose ? 99 : 6))
    console.log(
      `      ${path}\n        recorded ${cut(recorded)}\n        ours     ${cut(
        ours,
      )}`,
    );
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      group: { type: 'string' },
      failures: { type: 'boolean' },
      only: { type: 'string' },
      verbose: { type: 'boolean', short: 'v' },
    },
  });
  if (positionals.length !== 1) {
    console.error(USAGE);
    return 2;
  }
  const path = resolve(process.env.INIT_CWD ?? '.', positionals[0]);
  if (values.failures)
    return playFailures(path, {
      only: values.only,
      verbose: values.verbose ?? false,
    });
  const all = readRecordings(path);
  const groups = [...groupsOf(all)].filter(
    ([name]) => !values.group || name.includes(values.group),
  );
  if (!groups.length) {
    console.error(
      values.group
        ? `No group has ${JSON.stringify(values.group)} in its name.`
        : `${positionals[0]} has no recordings.`,
    );
    return 2;
  }
  const shown = earliestBodies(all);
  const [, nodeName] = /"nodeName":"([^"]+)"/.exec(JSON.stringify(all)) ?? [];
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const [name, group] of groups) {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    const outcomes: Outcome[] = [];
    const directory = mkdtempSync(join(tmpdir(), 'conf-'));
    const cluster = await startLocalCluster({
      directory,
      images: IMAGES,
      nodeName,
      bookmarkMs: BOOKMARK_MS,
    });
    const { client, adminToken } = connect(cluster);
    try {
      await new Replay({
        cluster: {
          client,
          adminToken,
          async happens(fault) {
            await cluster.setFaults([{ [fault]: true }]);
            await cluster.setFaults([]);
          },
        },
        group,
        all,
        shown,
      }).play(outcome => {
        counts[outcome.result]++;
        outcomes.push(outcome);
      });
    } finally {
      client.close();
      await cluster.stop(0);
      rmSync(directory, { recursive: true, force: true });
    }
    console.log(
      `${name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`,
    );
    for (const outcome of outcomes)
      if (!values.only || outcome.exchange.name.includes(values.only))
        show(outcome, values.verbose ?? false);
    for (const key of ['passed', 'failed', 'skipped'] as const)
      totals[key] += counts[key];
  }
  console.log(
    `\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`,
  );
  return totals.failed ? 1 : 0;
}

main().then(
  code => process.exit(code),
  error => {
    console.error(error);
    process.exit(1);
  },
);
