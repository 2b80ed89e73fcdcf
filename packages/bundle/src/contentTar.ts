/**
 * A bundle's content as a tar stream that depends on nothing but the content:
 * the same bytes at import, where they are digested, and at every launch, where the
 * digest is checked. A tar needs no more than `tar` in a runtime image.
 */
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { pack, type Pack } from 'tar-stream';
import type { BundleFile, FileTree } from './FileTree';

/** Work in one go, in milliseconds, before others have their turn. */
const TURN_MS = 5;
/** Small files that are read at once while the disk is waited for. */
const AHEAD_FILES = 16;
const AHEAD_BYTES = 1024 ** 2;

type Read = { file: BundleFile; content?: Buffer };

/** How many files from `at` on are small enough to be read together. */
function runLength(files: readonly BundleFile[], at: number): number {
  let bytes = 0;
  let n = 0;
  for (const file of files.slice(at, at + AHEAD_FILES)) {
    bytes += file.size;
    if (!file.readAll || bytes > AHEAD_BYTES) break;
    n++;
  }
  return n;
}

/** The files in their order; runs of small ones are read together. */
async function* readAhead(files: readonly BundleFile[]): AsyncGenerator<Read> {
  for (let at = 0; at < files.length; ) {
    const run = files.slice(at, at + runLength(files, at));
    const contents = await Promise.all(run.map(file => file.readAll!()));
    for (const [i, file] of run.entries()) yield { file, content: contents[i] };
    if (!run.length) yield { file: files[at] };
    at += Math.max(1, run.length);
  }
}

async function fill(
  tar: Pack,
  tree: FileTree,
  onContent?: (content: Buffer) => void,
): Promise<void> {
  let since = performance.now();
  for await (const { file, content } of readAhead(tree.files)) {
    const header = {
      name: file.path,
      size: file.size,
      mode: file.executable ? 0o755 : 0o644,
      mtime: new Date(0),
      uid: 0,
      gid: 0,
      type: 'file',
    } as const;
    if (content) {
      onContent?.(content);
      await new Promise<void>((done, fail) => {
        tar.entry(header, content, error => (error ? fail(error) : done()));
      });
    } else await pipeline(await file.open(), tar.entry(header));
    if (performance.now() - since > TURN_MS) {
      await setImmediate();
      since = performance.now();
    }
  }
  tar.finalize();
}

function tarOf(tree: FileTree, onContent?: (content: Buffer) => void): Pack {
  const tar = pack();
  fill(tar, tree, onContent).catch(error => tar.destroy(error));
  return tar;
}

/**
 * The stream.
 *
 * @public
 */
export function contentTar(tree: FileTree): Readable {
  return tarOf(tree) as unknown as Readable;
}

/**
 * Gives a buffer's memory back at once. The garbage collector would let 64 MiB of it
 * come together first (V8, the limit of external memory).
 */
function free(content: Buffer): void {
  const memory = content.buffer as ArrayBuffer;
  // The pool of small buffers is shared (nodejs.org/api/buffer.html, Buffer.poolSize).
  // Node 20 cannot give back.
  if (memory.byteLength !== Buffer.poolSize) memory.transfer?.(0);
}

/**
 * SHA-256 of the stream, hexadecimal, and its length in bytes. Reads every file, so that a damaged one is
 * found at import.
 *
 * @public
 */
export async function contentSum(
  tree: FileTree,
): Promise<{ digest: string; size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  const contents = new WeakSet<Buffer>();
  const tar = tarOf(tree, content => contents.add(content));
  for await (const chunk of tar as AsyncIterable<Buffer>) {
    hash.update(chunk);
    size += chunk.length;
    if (contents.has(chunk)) free(chunk);
  }
  return { digest: hash.digest('hex'), size };
}
