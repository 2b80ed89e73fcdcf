/**
 * A directory as the bundle that it would be packed into: without what
 * `.appignore` matches (gitignore rules) and what never belongs into a bundle.
 */
import { createReadStream } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { BundleError } from './BundleError';
import { byPath, type BundleFile, type FileTree } from './FileTree';

/** Left out always: what tools leave behind, and bundles themselves. */
const ALWAYS = [
  '.git',
  '.appignore',
  'node_modules',
  '__pycache__',
  '.venv',
  '.DS_Store',
  '/*.wave',
];
const EXECUTABLE = 0o100;

/** Something that is not packed although nothing says so. */
export interface Skipped {
  path: string;
  why: string;
}

async function rulesOf(directory: string): Promise<Ignore> {
  const own = await readFile(join(directory, '.appignore'), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    },
  );
  return ignore().add(ALWAYS).add(own);
}

/** See the module's comment. */
export class DirectoryTree implements FileTree {
  readonly files: readonly BundleFile[];
  /** Links and devices, which a bundle cannot hold. */
  readonly skipped: readonly Skipped[];
  readonly #byPath: Map<string, BundleFile>;

  /** @throws Error where the directory cannot be read */
  static async open(directory: string): Promise<DirectoryTree> {
    const rules = await rulesOf(directory);
    const files: BundleFile[] = [];
    const skipped: Skipped[] = [];
    const walk = async (prefix: string): Promise<void> => {
      for (const entry of await readdir(join(directory, prefix), {
        withFileTypes: true,
      })) {
        const path = prefix ? `${prefix}/${entry.name}` : entry.name;
        const isDirectory = entry.isDirectory();
        // A rule such as `logs/` matches directories only, and is told one by its slash.
        if (rules.ignores(isDirectory ? `${path}/` : path)) continue;
        if (isDirectory) await walk(path);
        else if (entry.isFile()) {
          const full = join(directory, path);
          const { size, mode } = await stat(full);
          files.push({
            path,
            size,
            executable: mode % (2 * EXECUTABLE) >= EXECUTABLE,
            open: async () => createReadStream(full),
          });
        } else
          skipped.push({
            path,
            why: entry.isSymbolicLink()
              ? 'is a symbolic link, which a bundle cannot hold'
              : 'is neither a file nor a directory',
          });
      }
    };
    await walk('');
    return new DirectoryTree(files.sort(byPath), skipped.sort(byPath));
  }

  private constructor(files: BundleFile[], skipped: Skipped[]) {
    this.files = files;
    this.skipped = skipped;
    this.#byPath = new Map(files.map(file => [file.path, file]));
  }

  find(path: string): BundleFile | undefined {
    return this.#byPath.get(path);
  }

  async read(file: BundleFile, limit: number): Promise<Buffer> {
    if (file.size > limit)
      throw new BundleError({
        code: 'BAD_ENTRY',
        message: `${file.path} is larger than ${limit} bytes`,
        remedy: 'Make it smaller.',
      });
    const chunks: Buffer[] = [];
    for await (const chunk of await file.open()) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }
}
