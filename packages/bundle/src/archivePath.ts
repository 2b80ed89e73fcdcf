/** Which paths an archive may hold. */
import { BundleError } from './BundleError';

/** Longest name of a path element, in bytes (NAME_MAX of common file systems). */
const ELEMENT_BYTES = 255;
const PATH_BYTES = 1024;

/** @throws BundleError that names the entry */
export function refuse(path: string, why: string): never {
  throw new BundleError({
    code: 'BAD_ENTRY',
    message: `the archive's entry ${JSON.stringify(path)} ${why}`,
    remedy: 'Pack the bundle again without it.',
  });
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The name of an entry; whether it says so or not, it has to be UTF-8. */
export function decodeName(raw: Buffer): string {
  try {
    return UTF8.decode(raw);
  } catch {
    return refuse(raw.toString('latin1'), 'has a name that is not UTF-8');
  }
}

/** The path of an entry in its one form; refuses what must not be unpacked. */
export function checkPath(raw: string): string {
  if (raw.includes('\0')) refuse(raw, 'has a NUL in its name');
  if (raw.includes('\ufffd')) refuse(raw, 'has a name that is not UTF-8');
  if (raw.includes('\\')) refuse(raw, 'has a backslash in its name');
  if (raw.startsWith('/')) refuse(raw, 'has an absolute path');
  if (/^[A-Za-z]:/.test(raw)) refuse(raw, 'starts with a drive letter');
  // Control characters are what is looked for.
  // eslint-disable-next-line no-control-regex -- controls are what it looks for
  if (/[\x00-\x1f\x7f]/.test(raw))
    refuse(raw, 'has a control character in its name');
  const elements = raw.replace(/\/$/, '').split('/');
  for (const element of elements) {
    if (element === '' || element === '.' || element === '..')
      refuse(raw, 'points outside the archive or is ambiguous');
    if (Buffer.byteLength(element) > ELEMENT_BYTES)
      refuse(raw, `has a name of more than ${ELEMENT_BYTES} bytes`);
  }
  if (Buffer.byteLength(raw) > PATH_BYTES)
    refuse(raw, `has a path of more than ${PATH_BYTES} bytes`);
  return elements.join('/');
}

/** Remembers paths so that no two of them are one to some file system. */
export class Paths {
  readonly #seen = new Map<string, { path: string; directory: boolean }>();

  static #fold(path: string): string {
    return path.normalize('NFC').toLocaleLowerCase('en-US');
  }

  add(path: string, directory: boolean): void {
    const elements = path.split('/');
    for (let i = 1; i < elements.length; i++)
      this.#note(elements.slice(0, i).join('/'), true, path);
    this.#note(path, directory, path);
  }

  #note(path: string, directory: boolean, entry: string): void {
    const key = Paths.#fold(path);
    const before = this.#seen.get(key);
    if (!before) {
      this.#seen.set(key, { path, directory });
      return;
    }
    if (before.path !== path)
      refuse(
        entry,
        `is the same as ${JSON.stringify(
          before.path,
        )} on file systems that fold case or Unicode`,
      );
    if (before.directory !== directory)
      refuse(entry, 'is both a file and a directory');
    if (!directory) refuse(entry, 'is in the archive twice');
  }
}
