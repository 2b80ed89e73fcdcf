/**
 * The import of a large bundle: 200 MB in 20,000 files, sent to the portal, against
 * what `unzip -t` and `sha256sum` take for the same file in the same run.
 *
 * Prints the ratio and the portal's peak of memory over its idle. Exits 1 over
 * budget, 2 where the baseline itself strays so much that nothing can be said.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  createReadStream,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ZipFile } from 'yazl';
import { Portal } from '../e2e/portal';
import { percentile } from './lib/percentile';

/** Time of an import, as a multiple of the baseline. */
const RATIO = 3;
/** The portal's memory at the most, over its idle, in MiB. */
const PEAK_MIB = 32;
const FILES = 20_000;
const FILE_BYTES = 10_000;
const ROUNDS = 3;
/** Baselines that vary more than this (largest over smallest) say that the machine is busy with other things. */
const STRAY = 2.5;
const MIB = 1024 ** 2;

async function makeBundle(path: string, version: number): Promise<void> {
  const zip = new ZipFile();
  zip.addBuffer(
    Buffer.from(
      `[App]\nName = "com.example.large"\nVersion = "${version}"\n[Runtime]\nAppMode = "node"\nModule = "server.js"\n`,
    ),
    'app.toml',
  );
  zip.addBuffer(Buffer.from(''), 'server.js');
  for (let i = 0; i < FILES; i++)
    zip.addBuffer(randomBytes(FILE_BYTES), `data/${i % 200}/file-${i}.bin`);
  zip.end();
  await pipeline(zip.outputStream as Readable, createWriteStream(path));
}

/** Milliseconds that `unzip -t` and `sha256sum` take together. */
function baseline(path: string): number {
  const began = performance.now();
  execFileSync('unzip', ['-tqq', path]);
  execFileSync('sha256sum', [path]);
  return performance.now() - began;
}

function send(portal: Portal, token: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const outgoing = request(
      `${portal.url}/api/app-store/v1/apps`,
      {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/zip',
          'content-length': statSync(path).size,
        },
      },
      answer => {
        let text = '';
        answer.setEncoding('utf8').on('data', chunk => (text += chunk));
        answer.on('end', () =>
          answer.statusCode === 201
            ? resolve(performance.now() - began)
            : reject(new Error(text)),
        );
      },
    );
    outgoing.on('error', reject);
    createReadStream(path).pipe(outgoing);
  });
}

/** A figure of the portal's process, in bytes (proc(5)). */
function memory(pid: number, name: 'VmRSS' | 'VmHWM'): number {
  const [, kib] = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(
    readFileSync(`/proc/${pid}/status`, 'utf8'),
  )!;
  return Number(kib) * 1024;
}

/** Waits until the portal's memory is at rest; returns it. */
async function idle(pid: number): Promise<number> {
  let last = 0;
  for (let i = 0; i < 40; i++) {
    const now = memory(pid, 'VmRSS');
    if (Math.abs(now - last) < MIB) return now;
    last = now;
    await sleep(1500);
  }
  return last;
}

async function main(): Promise<number> {
  const room = mkdtempSync(join(tmpdir(), 'bench-import-'));
  const portal = new Portal();
  await portal.start({ APP_CONFIG_appStore_checkAnswers: 'false' });
  try {
    const token = await portal.token('dev');
    const pid = portal.process;
    const baselines: number[] = [];
    const imports: number[] = [];
    const peaks: number[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      const path = join(room, `${round}.wave`);
      await makeBundle(path, round);
      const base = baseline(path);
      const before = await idle(pid);
      // Makes the kernel count the peak anew (proc(5), clear_refs).
      writeFileSync(`/proc/${pid}/clear_refs`, '5');
      const took = await send(portal, token, path);
      const peak = memory(pid, 'VmHWM') - before;
      rmSync(path);
      console.log(
        `round ${round}: baseline ${base.toFixed(0)} ms, import ${took.toFixed(
          0,
        )} ms, peak ${(peak / MIB).toFixed(0)} MiB over ${(
          before / MIB
        ).toFixed(0)} MiB`,
      );
      baselines.push(base);
      imports.push(took);
      peaks.push(peak);
    }
    const ratio = percentile(
      imports.map((ms, i) => ms / baselines[i]),
      0.5,
    );
    const peak = Math.max(...peaks) / MIB;
    console.log(
      `\n${FILES} files, ${(FILES * FILE_BYTES) / 1e6} MB: ${ratio.toFixed(
        2,
      )} times unzip -t and sha256sum (budget ${RATIO}), peak ${peak.toFixed(
        0,
      )} MiB over idle (budget ${PEAK_MIB})`,
    );
    if (Math.max(...baselines) > STRAY * Math.min(...baselines)) {
      console.log(
        `inconclusive: the baselines stray by more than ${STRAY} times`,
      );
      return 2;
    }
    const over = ratio > RATIO || peak > PEAK_MIB;
    console.log(over ? 'OVER the budget' : 'within the budget');
    return over ? 1 : 0;
  } finally {
    await portal.stop();
    portal.remove();
    rmSync(room, { recursive: true, force: true });
  }
}

main().then(
  code => process.exit(code),
  error => {
    console.error(error);
    process.exit(1);
  },
);
