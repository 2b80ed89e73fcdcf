/** Tells pictures by their content: what people uploaded is served as nothing else. */

/** Largest side, in pixels. */
const SIDE = 4096;
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function jpegSize(data: Buffer): { width: number; height: number } | undefined {
  let at = 2;
  while (at + 9 < data.length && data[at] === 0xff) {
    const marker = data[at + 1];
    // Start of frame, but for the markers in that range that are none (DHT, JPG, DAC).
    if (
      marker >= 0xc0 &&
      marker <= 0xcf &&
      ![0xc4, 0xc8, 0xcc].includes(marker)
    )
      return {
        height: data.readUInt16BE(at + 5),
        width: data.readUInt16BE(at + 7),
      };
    at += 2 + data.readUInt16BE(at + 2);
  }
  return undefined;
}

/** `png` or `jpg` for a picture of a size that browsers show; undefined for anything else. */
export function imageType(data: Buffer): 'png' | 'jpg' | undefined {
  const fits = (size: { width: number; height: number } | undefined) =>
    Boolean(
      size &&
        size.width > 0 &&
        size.height > 0 &&
        size.width <= SIDE &&
        size.height <= SIDE,
    );
  if (
    data.length > 24 &&
    data.subarray(0, 8).equals(PNG) &&
    data.subarray(12, 16).toString('latin1') === 'IHDR'
  )
    return fits({ width: data.readUInt32BE(16), height: data.readUInt32BE(20) })
      ? 'png'
      : undefined;
  if (data.length > 4 && data[0] === 0xff && data[1] === 0xd8)
    return fits(jpegSize(data)) ? 'jpg' : undefined;
  return undefined;
}
