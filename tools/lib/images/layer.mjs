// Tar archives that are the same, byte for byte, wherever and whenever they are made of the same files.
import { Sentence } from '../words.mjs';
import { run } from '../run.mjs';

/**
 * Packs a directory's contents, as root's and with the same time everywhere
 * (https://reproducible-builds.org/docs/archives/).
 *
 * @param {string} directory
 * @param {string} path - the archive
 * @param {number} epoch - seconds since 1970
 */
export async function packDirectory(directory, path, epoch) {
  const { code, output } = await run(
    'tar',
    [
      '--create',
      `--file=${path}`,
      `--directory=${directory}`,
      '--sort=name',
      `--mtime=@${epoch}`,
      '--owner=0',
      '--group=0',
      '--numeric-owner',
      // Whatever the umask was under which they were made.
      '--mode=u=rwX,go=rX',
      '--format=posix',
      '--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime',
      '.',
    ],
    { collect: true },
  );
  if (code !== 0)
    throw new Sentence(`${directory} could not be packed:\n${output}`);
}
