/**
 * What a container says of its own end: the text that it wrote to its `terminationMessagePath`, or the
 * end of its log (https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/).
 */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
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
  writeFileSync(source, '');
  // Whatever user the container runs as.
  chmodSync(source, 0o666);
  return {
    source,
    target: spec.terminationMessagePath ?? '/dev/termination-log',
    readOnly: false,
  };
}

/** The message of a run that has ended; none where it is empty. */
export function terminationMessage(
  spec: Json,
  directory: string,
  { exitCode, log }: { exitCode: number; log: ContainerLog },
): { message?: string } {
  const file = fileIn(directory);
  const written = existsSync(file)
    ? readFileSync(file).subarray(0, MOST_BYTES).toString('utf8')
    : '';
  const fallsBack =
    exitCode !== 0 && spec.terminationMessagePolicy === 'FallbackToLogsOnError';
  const message = written || (fallsBack ? log.tail() : '');
  return message ? { message } : {};
}
