/**
 * A directory as the bundle that it would be packed into: without what
 * `.appignore` matches (gitignore rules) and what never belongs into a bundle.
 */
import { open, readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { checkPath, Paths } from './archivePath';
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
  '*.wave',
  '*.half-*',
];
const EXECUTABLE = 0o100;

/**
 * Something that is not packed although nothing says so.
 *
 * @public
 */
export interface Skipped {
  path: string;
  why: string;
}

/** Why the store would refuse a path. */
function pathFault(path: string, paths: Paths): Skipped | undefined {
  try {
    paths.add(checkPath(path), false);
    return undefined;
  } catch (error) {
    return { path, why: (error as Error).message };
  }
}

async function rulesOf(directory: string): Promise<Ignore> {
  const own = await readFile(join(directory, '.appignore'), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    },
  );
  // Names differ by their case to git, and to the pods that get the bundle.
  return ignore({ ignorecase: false }).add(ALWAYS).add(own);
}

/**
 * A directory with the files that would be packed: `.appignore` is applied.
 *
 * @public
 */
export class DirectoryTree implements FileTree {
  readonly files: readonly BundleFile[];
  /** Links and devices, which a bundle cannot hold. */
  readonly skipped: readonly Skipped[];
  /** Names that the store would refuse. */
  readonly faults: readonly Skipped[];
  readonly #byPath: Map<string, BundleFile>;

  /**
   * @param options - `without`: absolute paths that are left out, such as of what is written meanwhile
   * @throws Error where the directory cannot be read
   */
  static async open(
    directory: string,
    options: { without?: string[] } = {},
  ): Promise<DirectoryTree> {
    const rules = await rulesOf(directory);
    const files: BundleFile[] = [];
    const skipped: Skipped[] = [];
    const faults: Skipped[] = [];
    const paths = new Paths();
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
          if (options.without?.includes(full)) continue;
          const fault = pathFault(path, paths);
          if (fault) {
            faults.push(fault);
            continue;
          }
          const { size, mode } = await stat(full);
          files.push({
            path,
            size,
            executable: mode % (2 * EXECUTABLE) >= EXECUTABLE,
            // Opened first, so that a file that is gone fails here.
            open: async () => (await open(full)).createReadStream(),
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
    return new DirectoryTree({
      files: files.sort(byPath),
      skipped: skipped.sort(byPath),
      faults: faults.sort(byPath),
    });
  }

  private constructor(parts: {
    files: BundleFile[];
    skipped: Skipped[];
    faults: Skipped[];
  }) {
    const { files } = parts;
    this.files = files;
    this.skipped = parts.skipped;
    this.faults = parts.faults;
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
