/** Whether the command of a container is there, before it is started. */
import {
  accessSync,
  closeSync,
  constants,
  openSync,
  readSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import type { LocalImage } from './images';
import { DEFAULT_PATH } from './runtime/Launch';
import type { Mount } from './volumes';

/** A command that is not there, or is none (`StartError`), in runc's words. */
export class StartError extends Error {
  /** @param why - the end of the words, which are others where the container runs already */
  constructor(readonly why: string) {
    super(
      `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: ${why}: unknown`,
    );
  }
}

/** Where a container looks. */
interface Surroundings {
  image: LocalImage;
  mounts: Mount[];
  /** `PATH`, where the container sets one. */
  path: string | undefined;
  workingDir: string;
}

/** The place on this machine of one in the container. */
function onMachine(path: string, { image, mounts }: Surroundings): string {
  const [mount] = [...image.mounts, ...mounts]
    .filter(({ target }) => path === target || path.startsWith(`${target}/`))
    .sort((a, b) => b.target.length - a.target.length);
  return mount ? mount.source + path.slice(mount.target.length) : path;
}

type State = 'there' | 'missing' | 'denied';

function stateOf(path: string, surroundings: Surroundings): State {
  const place = onMachine(path, surroundings);
  try {
    if (!statSync(place).isFile()) return 'denied';
  } catch {
    return 'missing';
  }
  try {
    accessSync(place, constants.X_OK);
    // Root may run what nobody may: the mode decides.
    return statSync(place).mode & 0o111 ? 'there' : 'denied';
  } catch {
    return 'denied';
  }
}

/** ELF's numbers of machines (`e_machine`). */
const MACHINES: Partial<Record<NodeJS.Architecture, number>> = {
  x64: 62,
  arm64: 183,
};

/** Whether the kernel knows how to begin a file: a script that names its interpreter, or a program of this machine. */
function hasKnownFormat(path: string): boolean {
  const head = Buffer.alloc(20);
  const file = openSync(path, 'r');
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  if (head.toString('latin1', 0, 2) === '#!') return true;
  const own = MACHINES[process.arch];
  return (
    head.toString('latin1', 0, 4) === '\x7fELF' &&
    (own === undefined || head.readUInt16LE(18) === own)
  );
}

/**
 * The command line that is really run. Where its file is no program of this machine, it starts and ends
 * at once: on a real node that is found when the container's first process becomes the command.
 *
 * @throws StartError
 */
export function runnable(argv: string[], surroundings: Surroundings): string[] {
  const path = assertExecutable(argv[0], surroundings);
  if (process.platform !== 'linux' || hasKnownFormat(path)) return argv;
  const script = 'echo "exec $0: exec format error" >&2; exit 1';
  return ['/bin/sh', '-c', script, argv[0]];
}

/** @returns its file on this machine. @throws StartError */
export function assertExecutable(
  command: string,
  surroundings: Surroundings,
): string {
  const name = JSON.stringify(command);
  if (command.includes('/')) {
    const path = command.startsWith('/')
      ? command
      : join(surroundings.workingDir, command);
    const state = stateOf(path, surroundings);
    if (state === 'missing')
      throw new StartError(`${name}: stat ${path}: no such file or directory`);
    if (state === 'denied') throw new StartError(`${name}: permission denied`);
    return onMachine(path, surroundings);
  }
  const directories = [
    ...surroundings.image.path,
    ...(surroundings.path ?? DEFAULT_PATH).split(':'),
    // Where nothing is kept apart, the machine's own are searched, too.
    ...DEFAULT_PATH.split(':'),
  ];
  const found = directories.find(
    directory => stateOf(join(directory, command), surroundings) === 'there',
  );
  if (found === undefined)
    throw new StartError(`${name}: executable file not found in $PATH`);
  return onMachine(join(found, command), surroundings);
}
