/** Joins PNG images of one size to an animated PNG (APNG 1.0), which browsers and GitHub play. */
import { crc32 } from 'node:zlib';

/** One image, and how long it is shown. */
export interface Frame {
  png: Buffer;
  ms: number;
}

interface Chunk {
  type: string;
  data: Buffer;
}

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

function chunksOf(png: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    chunks.push({
      type: png.toString('latin1', at + 4, at + 8),
      data: png.subarray(at + 8, at + 8 + length),
    });
    at += 12 + length;
  }
  return chunks;
}

function written({ type, data }: Chunk): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([head, body, check]);
}

function numbers(...values: number[]): Buffer {
  const data = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => data.writeUInt32BE(value, i * 4));
  return data;
}

/**
 * An animation that repeats for ever.
 *
 * @throws Error where the images differ in size or format
 */
export function apng(frames: Frame[]): Buffer {
  const images = frames.map(({ png }) => chunksOf(png));
  const header = images[0][0].data;
  if (!images.every(([first]) => first.data.equals(header)))
    throw new Error('the images differ in size or format');
  let sequence = 0;
  const out: Chunk[] = [
    { type: 'IHDR', data: header },
    { type: 'acTL', data: numbers(frames.length, 0) },
  ];
  images.forEach((chunks, i) => {
    const delay = Buffer.alloc(6);
    delay.writeUInt16BE(frames[i].ms, 0);
    delay.writeUInt16BE(1000, 2);
    out.push({
      type: 'fcTL',
      data: Buffer.concat([
        numbers(
          sequence++,
          header.readUInt32BE(0),
          header.readUInt32BE(4),
          0,
          0,
        ),
        delay,
      ]),
    });
    for (const { data } of chunks.filter(({ type }) => type === 'IDAT'))
      out.push(
        i === 0
          ? { type: 'IDAT', data }
          : { type: 'fdAT', data: Buffer.concat([numbers(sequence++), data]) },
      );
  });
  out.push({ type: 'IEND', data: Buffer.alloc(0) });
  return Buffer.concat([SIGNATURE, ...out.map(written)]);
}
