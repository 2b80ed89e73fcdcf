/**
 * A bundle's content as a tar stream that depends on nothing but the content:
 * the same bytes at import, where they are digested, and at every launch, where the
 * digest is checked. A tar needs no more than `tar` in a runtime image.
 */
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { pack, type Pack } from 'tar-stream';
import type { Archive } from './zip';

async function fill(tar: Pack, archive: Archive): Promise<void> {
  for (const file of archive.files) {
    const entry = tar.entry({
      name: file.path,
      size: file.size,
      mode: file.executable ? 0o755 : 0o644,
      mtime: new Date(0),
      uid: 0,
      gid: 0,
      type: 'file',
    });
    await pipeline(await file.open(), entry);
  }
  tar.finalize();
}

/** The stream. */
export function contentTar(archive: Archive): Readable {
  const tar = pack();
  fill(tar, archive).catch(error => tar.destroy(error));
  return tar as unknown as Readable;
}

/** SHA-256 of the stream, hexadecimal. Reads every file, so that a damaged one is found at import. */
export async function contentDigest(archive: Archive): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of contentTar(archive)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
