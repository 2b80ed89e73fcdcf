/** Whether the command of a container is there, before it is started. */
import { accessSync, constants, statSync } from 'node:fs';
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

/** @throws StartError */
export function assertExecutable(
  command: string,
  surroundings: Surroundings,
): void {
  const name = JSON.stringify(command);
  if (command.includes('/')) {
    const path = command.startsWith('/')
      ? command
      : join(surroundings.workingDir, command);
    const state = stateOf(path, surroundings);
    if (state === 'missing')
      throw new StartError(`${name}: stat ${path}: no such file or directory`);
    if (state === 'denied') throw new StartError(`${name}: permission denied`);
    return;
  }
  const directories = [
    ...surroundings.image.path,
    ...(surroundings.path ?? DEFAULT_PATH).split(':'),
    // Where nothing is kept apart, the machine's own are searched, too.
    ...DEFAULT_PATH.split(':'),
  ];
  if (
    !directories.some(
      directory => stateOf(join(directory, command), surroundings) === 'there',
    )
  )
    throw new StartError(`${name}: executable file not found in $PATH`);
}
