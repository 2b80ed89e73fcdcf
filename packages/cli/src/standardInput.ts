/** What is piped in, whole. */
import { Buffer } from 'node:buffer';

/** All bytes of a stream, whatever they are. */
export async function readAll(
  stream: AsyncIterable<Uint8Array | string>,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as string));
  return Buffer.concat(chunks);
}
