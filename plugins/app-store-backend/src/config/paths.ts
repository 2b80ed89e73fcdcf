/** Paths of the configuration, in one form. */
import { resolve } from 'node:path';

/** An absolute path; relative ones are below the working directory. */
export function absolutePath(path: string): string {
  return resolve(path);
}
