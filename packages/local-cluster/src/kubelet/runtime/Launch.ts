/** A container as a process of this machine: what to run, and what can be done with it then. */
import type { ChildProcess } from 'node:child_process';
import type { LocalImage } from '../images';
import { hasEnded } from '../processes';
import type { Mount } from '../volumes';

/** What to run. */
export interface Launch {
  argv: string[];
  env: Record<string, string>;
  workingDir: string;
  mounts: Mount[];
  image: LocalImage;
  /** A directory for the launch's own files. */
  scratch: string;
  /** The words that bring the command into the pod's network. */
  enter: string[];
  /** Processes and threads that its pod may have. The kernel does not apply this to root. */
  podPidsLimit: number;
}

/** A running container. */
export interface Running {
  process: ChildProcess;
  /** Asks it to end. */
  terminate(): void;
  /** Ends it and all that it started. */
  kill(): void;
  /** Lets the command begin, where the launch was a prepared one. */
  begin(): void;
  /**
   * Another command beside the container's own, with its environment: what to run for it.
   *
   * @throws Error where the container has ended, or its own files are not there yet
   */
  beside(argv: string[]): Spawn;
  /** Comes when the container's own files are there. */
  entered: Promise<void>;
}

/** A program of this machine, with its arguments and all of its environment. */
export interface Spawn {
  file: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
}

/** The end of every `PATH`. */
export const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';

/** The mounts of the image and of the container: one inside another comes after it. */
export function mountsOf(launch: Pick<Launch, 'image' | 'mounts'>): Mount[] {
  return [
    ...launch.image.mounts.map(mount => ({ ...mount, readOnly: true })),
    ...launch.mounts,
  ].sort((a, b) => a.target.length - b.target.length);
}

/** The variables of the image and of the container; the latter's win. */
export function variablesOf(
  launch: Pick<Launch, 'image' | 'env'>,
  base: { home: string; path: string },
): Record<string, string> {
  return {
    HOME: base.home,
    ...launch.image.env,
    PATH: [...launch.image.path, base.path].join(':'),
    ...launch.env,
  };
}

/** Asks a container to end, and ends it after `graceMs`. Returns when it has ended. */
export async function end(running: Running, graceMs: number): Promise<void> {
  if (hasEnded(running.process)) return;
  const gone = new Promise(resolve => running.process.once('exit', resolve));
  running.terminate();
  const timer = setTimeout(() => running.kill(), graceMs);
  await gone;
  clearTimeout(timer);
}
