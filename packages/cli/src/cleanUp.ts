/** What must not be left behind, however the process ends. */
import { rmSync } from 'node:fs';

const paths = new Set<string>();

process.on('exit', () => {
  for (const path of paths) rmSync(path, { recursive: true, force: true });
});

/** Does something with a path that is gone afterwards, also where the process is ended meanwhile. */
export async function withoutTrace<T>(
  path: string,
  work: () => Promise<T>,
): Promise<T> {
  paths.add(path);
  try {
    return await work();
  } finally {
    paths.delete(path);
    rmSync(path, { recursive: true, force: true });
  }
}
