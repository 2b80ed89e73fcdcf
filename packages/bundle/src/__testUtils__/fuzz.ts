/**
 * Fuzzing of the readers: valid archives and texts, broken in ways that a seed
 * decides. Whatever comes of it, a reader answers in time, in its own words, and
 * leaves nothing behind.
 */
import {
  readAppToml,
  type TomlIssue,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { Archive } from '../Archive';
import { BundleError } from '../BundleError';
import { contentTar } from '../contentTar';
import { readBundle } from '../readBundle';

/** A reader that takes longer than this hangs, in milliseconds. */
const ARCHIVE_MS = 20_000;
const TOML_MS = 2_000;
/** Every so many accepted archives are unpacked for real. */
const UNPACK_EACH = 25;

/** Random numbers that a seed decides (mulberry32). */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.trunc(seed) % 2 ** 32;
  }

  /** From 0 to 1, without 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) % 2 ** 32;
    /* eslint-disable no-bitwise -- the generator is defined by bits */
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    /* eslint-enable no-bitwise */
  }

  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)];
  }
}

const TOML = `# A comment
[App]
Name = "com.example.fuzz"
Version = "1.2.3-rc.1"
Title = "Fuzz"
Description = "One line."
LongDescription = "about.md"
Tags = ["A", "B"]
InstanceTimeout = "1h30m"

[Runtime]
AppMode = "node"
Module = "server.js"
Port = 8080
MemoryLimit = "512Mi"
VolumeMount = "/data"
VolumeSize = "1Gi"

[[Env]]
Name = "A"
Value = "1"

[[Env]]
Name = "B"
Secret = "s"
SecretKey = "k"
Optional = true

[[File]]
Path = "conf/a.json"
Value = "{}"

[Brand]
Colour = "red"
`;

/** Values that readers get wrong. */
const NUMBERS = [
  0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000,
  0xfffffffe, 0xffffffff,
];
const SIGNATURES = ['PK\x01\x02', 'PK\x03\x04', 'PK\x05\x06', 'PK\x06\x06'];

async function archive(dice: Dice): Promise<Buffer> {
  const zip = new ZipFile();
  const compress = dice.next() < 0.7;
  zip.addBuffer(Buffer.from(TOML), 'app.toml', { compress });
  zip.addBuffer(Buffer.from('console.log(1);'.repeat(50)), 'server.js', {
    compress,
  });
  zip.addBuffer(Buffer.from('### Hi'), 'about.md', { compress });
  zip.addEmptyDirectory('empty');
  zip.addBuffer(Buffer.from('x'), 'caf\u00e9/\u4e2d\u6587.txt', { compress });
  for (let i = dice.below(20); i > 0; i--)
    zip.addBuffer(Buffer.alloc(dice.below(5000), i), `data/${i}.bin`, {
      compress,
      mode: dice.pick([0o100644, 0o100755]),
    });
  zip.end({ forceZip64Format: dice.next() < 0.2 });
  return buffer(zip.outputStream as Readable);
}

/** The places of the archive's own structures. */
function structures(data: Buffer): number[] {
  const places: number[] = [];
  for (const signature of SIGNATURES) {
    const mark = Buffer.from(signature, 'latin1');
    for (let at = data.indexOf(mark); at >= 0; at = data.indexOf(mark, at + 4))
      places.push(at);
  }
  return places;
}

function breakBytes(data: Buffer, dice: Dice): Buffer {
  let out = Buffer.from(data);
  const places = structures(out);
  for (let i = 1 + dice.below(4); i > 0 && out.length > 8; i--) {
    const near = places.length
      ? Math.min(out.length - 5, dice.pick(places) + dice.below(50))
      : 0;
    const at = dice.next() < 0.7 ? near : dice.below(out.length - 4);
    switch (dice.below(8)) {
      case 0:
        out[at] = dice.below(256);
        break;
      case 1:
        out.writeUInt16LE(dice.pick(NUMBERS) % 2 ** 16, at);
        break;
      case 2:
        out.writeUInt32LE(dice.pick(NUMBERS), at);
        break;
      case 3:
        out = out.subarray(0, dice.below(out.length));
        break;
      case 4: {
        const from = dice.below(out.length);
        const piece = out.subarray(from, from + dice.below(200));
        out = Buffer.concat([out.subarray(0, at), piece, out.subarray(at)]);
        break;
      }
      case 5:
        out = Buffer.concat([
          out.subarray(0, at),
          out.subarray(at + dice.below(100)),
        ]);
        break;
      case 6:
        out.write(dice.pick(['../', '/etc', '\\..\\', 'C:\\', '\0', '..']), at);
        break;
      default:
        if (places.length > 1)
          out.copy(out, dice.pick(places), near, near + 46);
    }
  }
  return out;
}

const TOKENS = [
  '[[Env]]',
  '[App]',
  '[Runtime]',
  '[App.Name]',
  '[[App]]',
  '[a.b.c]',
  '"""',
  "'''",
  '\\u0000',
  '\\uD800',
  '1e999',
  '-1',
  'nan',
  'inf',
  '1979-05-27T07:32:00Z',
  '{',
  '}',
  '[[[[[[',
  ']',
  '=',
  '"',
  '\n',
  '\r\n',
  '\t',
  ',',
  '#',
  '\u0000',
  '\ufeff',
  '💥',
  'é',
  'Name',
  'name',
  'NAME',
  '__proto__',
  'constructor',
  'toString',
  '0x',
  '0o7',
  '_',
  'a.b = 1',
  '"" = 1',
  'Name = "x"',
  '\\',
  'true',
  '99999999999999999999',
];

function breakText(text: string, dice: Dice): string {
  let out = text;
  for (let i = 1 + dice.below(6); i > 0; i--) {
    const at = dice.below(out.length + 1);
    const lines = out.split('\n');
    const n = dice.below(lines.length);
    switch (dice.below(7)) {
      case 0:
        out = out.slice(0, at) + dice.pick(TOKENS) + out.slice(at);
        break;
      case 1:
        out = out.slice(0, at) + out.slice(at + dice.below(20));
        break;
      case 2:
        out = [...lines.slice(0, n), ...lines.slice(n + 1)].join('\n');
        break;
      case 3:
        out = [...lines.slice(0, n), lines[n], ...lines.slice(n)].join('\n');
        break;
      case 4:
        out =
          out.slice(0, at) +
          dice.pick(TOKENS).repeat(dice.below(2000)) +
          out.slice(at);
        break;
      case 5:
        out = out.slice(0, at);
        break;
      default:
        out =
          out.slice(0, at) +
          String.fromCodePoint(dice.below(0xd800)) +
          out.slice(at + 1);
    }
  }
  return out;
}

async function within<T>(
  ms: number,
  what: string,
  work: Promise<T>,
): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} hangs`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Unpacks an accepted archive as a pod does; everything has to be below `room/out`. */
async function unpack(path: string, room: string): Promise<void> {
  const out = join(room, 'out');
  mkdirSync(out);
  const opened = await Archive.open(path);
  try {
    const tar = spawn('tar', ['-x', '-f', '-', '-C', out], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const ended = once(tar, 'exit');
    await pipeline(contentTar(opened), tar.stdin!).catch(() => {});
    await ended;
  } finally {
    await opened.close();
  }
  const beside = readdirSync(room).filter(
    name => !['out', 'fuzz.wave'].includes(name),
  );
  if (beside.length) throw new Error(`unpacked outside: ${beside.join(', ')}`);
  rmSync(out, { recursive: true });
}

/** What came of a run. */
export interface Tally {
  rounds: number;
  accepted: number;
  refused: Record<string, number>;
}

/**
 * One broken archive.
 *
 * @param room - an empty directory of its own
 * @throws Error where the reader crashes, hangs, or lets something out
 */
export async function fuzzArchive(
  seed: number,
  room: string,
  tally: Tally,
): Promise<void> {
  const dice = new Dice(seed);
  const path = join(room, 'fuzz.wave');
  writeFileSync(path, breakBytes(await archive(dice), dice));
  tally.rounds++;
  try {
    await within(ARCHIVE_MS, 'the archive reader', readBundle(path));
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    if (!error.message || !error.remedy)
      throw new Error(`no words for ${error.code}`);
    tally.refused[error.code] = (tally.refused[error.code] ?? 0) + 1;
    return;
  }
  tally.accepted++;
  if (tally.accepted % UNPACK_EACH === 0) await unpack(path, room);
}

function assertIssue(issue: TomlIssue, lines: number): void {
  if (!issue.message || !issue.remedy || !issue.path)
    throw new Error(`an issue without words: ${JSON.stringify(issue)}`);
  // The end of a text is one line after its last line break.
  if (issue.line !== undefined && (issue.line < 1 || issue.line > lines + 1))
    throw new Error(`an issue outside the text: ${JSON.stringify(issue)}`);
}

/** One broken `app.toml`. @throws Error where the reader crashes or hangs, or has no words */
export function fuzzToml(seed: number, tally: Tally): void {
  const dice = new Dice(seed);
  const text = breakText(TOML, dice);
  tally.rounds++;
  const began = performance.now();
  const { manifest, issues } = readAppToml(text);
  if (performance.now() - began > TOML_MS)
    throw new Error('the app.toml reader hangs');
  const lines = text.split('\n').length;
  issues.forEach(issue => assertIssue(issue, lines));
  const failed = issues.some(issue => issue.severity === 'error');
  if (failed === Boolean(manifest))
    throw new Error('neither a manifest nor a fault');
  if (manifest) tally.accepted++;
  else {
    const { path } = issues.find(issue => issue.severity === 'error')!;
    tally.refused[path] = (tally.refused[path] ?? 0) + 1;
  }
}

export const emptyTally = (): Tally => ({
  rounds: 0,
  accepted: 0,
  refused: {},
});
