import { Readable } from 'node:stream';
import { LINE_LIMIT, linesOf } from './lines';

async function read(chunks: Array<string | Buffer>): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(
    Readable.from(chunks, { objectMode: false }),
  ))
    lines.push(line);
  return lines;
}

describe('linesOf', () => {
  it('takes lines apart wherever the chunks end', async () => {
    expect(await read(['on', 'e\r', '\ntw', 'o\n\nthr', 'ee'])).toEqual([
      'one',
      'two',
      '',
      'three',
    ]);
    expect(await read([])).toEqual([]);
    expect(await read(['only\n'])).toEqual(['only']);
  });

  it('takes no character apart', async () => {
    const bytes = Buffer.from('ü\n');
    expect(await read([bytes.subarray(0, 1), bytes.subarray(1)])).toEqual([
      'ü',
    ]);
  });

  it('does not wait for the end of a line that has none, and loses nothing of it', async () => {
    const long = 'x'.repeat(LINE_LIMIT * 2 + 1);
    expect((await read([long, '\nend'])).map(({ length }) => length)).toEqual([
      LINE_LIMIT,
      LINE_LIMIT,
      1,
      3,
    ]);
    const emoji = '😀'.repeat(LINE_LIMIT);
    const pieces = await read([`x${emoji}`]);
    expect(pieces.join('')).toBe(`x${emoji}`);
    for (const piece of pieces) expect(piece).not.toMatch(/[\uD800-\uDBFF]$/);
    let lines = 0;
    let size = 0;
    const log = Readable.from(
      (function* endless() {
        for (let n = 0; n < 400; n++) yield Buffer.alloc(65_536, 46);
      })(),
      { objectMode: false },
    );
    for await (const line of linesOf(log)) {
      lines++;
      size += line.length;
    }
    expect(size).toBe(400 * 65_536);
    expect(lines).toBe(size / LINE_LIMIT);
  });
});
