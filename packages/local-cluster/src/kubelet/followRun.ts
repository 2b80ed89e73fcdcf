/** One run of a container, from its first output to its last. */
import { once } from 'node:events';
import type { ContainerLog } from './ContainerLog';
import { pause } from './pause';
import type { Running } from './runtime/Launch';

/** How long output is waited for that children of an ended process may still write, in milliseconds. */
const LAST_WORDS_MS = 200;
/** The exit code of a command that could not be started. */
export const NOT_STARTED = 128;

/**
 * Takes in the output of a process, and ends what is left of it when it has ended.
 *
 * @param probe - what watches over the run, until its signal aborts
 * @returns the exit code
 */
export async function followRun(
  running: Running,
  log: ContainerLog,
  probe: (over: AbortSignal) => Promise<void>,
): Promise<number> {
  const { process: child } = running;
  log.capture(child.stdout!, 'stdout');
  log.capture(child.stderr!, 'stderr');
  const closed = once(child, 'close').catch(() => {});
  const exited = new Promise<number>(resolve => {
    child.on('error', error => {
      log.write(error.message);
      resolve(NOT_STARTED);
    });
    child.once('exit', (code, signal) =>
      resolve(code ?? (signal === 'SIGKILL' ? 137 : 143)),
    );
  });
  const over = new AbortController();
  probe(over.signal).catch(error =>
    log.write(`probing failed: ${error.message}`),
  );
  const exitCode = await exited;
  over.abort();
  // What the process wrote last may still be on its way; children that hold its output open are not waited for.
  const written = new AbortController();
  await Promise.race([closed, pause(LAST_WORDS_MS, written.signal)]);
  written.abort();
  running.kill();
  log.end();
  return exitCode;
}
