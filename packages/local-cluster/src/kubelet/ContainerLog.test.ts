/** The last lines of a log are those of the whole log, wherever its files begin and end. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { once } from 'node:events';
import { ContainerLog } from './ContainerLog';

/** What takes a second alone takes ten on a busy machine. */
jest.setTimeout(30_000);

/** Bytes; not a multiple of a line's, so that chunks end within lines and characters. */
const CHUNK = 4093;
const line = (n: number) => `zeile ü ${n}`.padEnd(200, '.');

describe('ContainerLog', () => {
  const directory = mkdtempSync(join(tmpdir(), 'log-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  async function written(place: string, lines: number): Promise<void> {
    const log = ContainerLog.open(place, 0);
    const stream = new PassThrough();
    log.capture(stream, 'stdout');
    const text = Array.from({ length: lines }, (_, n) => `${line(n)}\n`);
    const all = Buffer.from(text.join(''));
    // As it comes from a pipe: not all at once, and cut anywhere.
    for (let at = 0; at < all.length; at += CHUNK)
      if (!stream.write(all.subarray(at, at + CHUNK)))
        await once(stream, 'drain');
    stream.end();
    await once(stream, 'end');
    log.end();
  }

  it.each([
    ['less than is looked at first', 3, 1],
    ['more than is looked at first', 5_000, 1],
    ['two files', 60_000, 2],
  ])('reads the last lines: %s', async (name, lines, files) => {
    const place = join(directory, name);
    await written(place, lines);
    expect(readdirSync(place)).toHaveLength(files);
    const whole = ContainerLog.read(place, 0)!;
    expect(whole.at(-1)!.text).toBe(line(lines - 1));
    for (const count of [0, 1, 2, 700, 2_000, 40_000, whole.length + 1])
      expect(JSON.stringify(ContainerLog.read(place, 0, count))).toBe(
        JSON.stringify(count ? whole.slice(-count) : []),
      );
  });

  it('says where nothing is kept', () => {
    expect(ContainerLog.read(directory, 77)).toBeUndefined();
    expect(ContainerLog.read(directory, 77, 1)).toBeUndefined();
  });
});
