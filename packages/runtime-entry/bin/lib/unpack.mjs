// Unpacks a tar stream and digests it on its way.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Failure } from './settings.mjs';

/**
 *
 * @param {import('node:stream').Readable} stream
 * @param {string} directory
 * @param {string} what
 * @returns bytes, and the stream's SHA-256 (hexadecimal)
 * @throws Failure where it cannot be unpacked
 */
export async function unpack(stream, directory, what) {
  const tar = spawn(
    'tar',
    [
      '-x',
      '-f',
      '-',
      '-C',
      directory,
      '--no-same-owner',
      '--no-same-permissions',
    ],
    { stdio: ['pipe', 'inherit', 'inherit'] },
  );
  const exited = once(tar, 'exit');
  tar.stdin.on('error', () => {});
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    bytes += chunk.length;
    if (!tar.stdin.write(chunk))
      await Promise.race([once(tar.stdin, 'drain'), exited]);
  }
  tar.stdin.end();
  const [code] = await exited;
  if (code !== 0)
    throw new Failure(
      `${what} could not be unpacked (tar ended with ${code}); is the disk full?`,
    );
  return { bytes, digest: hash.digest('hex') };
}
