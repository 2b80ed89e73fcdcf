/**
 * What a container says of its own end: the text that it wrote to its `terminationMessagePath`, or the
 * end of its log (https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/).
 */
import {
  chmodSync,
  closeSync,
  constants,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../types';
import type { ContainerLog } from './ContainerLog';
import type { Mount } from './volumes';

/** How much of it a status takes, in bytes. */
const MOST_BYTES = 4096;

function fileIn(directory: string): string {
  return join(directory, 'termination-log');
}

/** An empty file for the message of the next run, and where the container finds it. */
export function terminationMount(spec: Json, directory: string): Mount {
  const source = fileIn(directory);
  rmSync(source, { force: true });
  writeFileSync(source, '');
  // Whatever user the container runs as.
  chmodSync(source, 0o666);
  return {
    source,
    target: spec.terminationMessagePath ?? '/dev/termination-log',
    readOnly: false,
  };
}

/** The first bytes of a file that a container wrote; none where it cannot be read. */
function beginningOf(path: string): string {
  const bytes = Buffer.alloc(MOST_BYTES);
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      return bytes.toString('utf8', 0, readSync(file, bytes, 0, MOST_BYTES, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}

/** The message of a run that has ended; none where it is empty. */
export function terminationMessage(
  spec: Json,
  directory: string,
  { exitCode, log }: { exitCode: number; log: ContainerLog },
): { message?: string } {
  const written = beginningOf(fileIn(directory));
  const fallsBack =
    exitCode !== 0 && spec.terminationMessagePolicy === 'FallbackToLogsOnError';
  const message = written || (fallsBack ? log.tail() : '');
  return message ? { message } : {};
}
