/**
 * A container as a plain process group of this user, for machines that keep nothing
 * apart: places in the container are rewritten to directories of the machine.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { signal } from '../processes';
import type { Mount } from '../volumes';
import { handOver } from './handOver';
import {
  DEFAULT_PATH,
  mountsOf,
  variablesOf,
  type Launch,
  type Running,
  type Spawn,
} from './Launch';

/**
 * Replaces places in a container by directories of this machine, in values that name them.
 *
 * @param mounts - one inside another comes before it
 */
function rewritePlaces(text: string, mounts: Mount[]): string {
  return text
    .split(':')
    .map(part => {
      const mount = mounts.find(
        m => part === m.target || part.startsWith(`${m.target}/`),
      );
      return mount ? mount.source + part.slice(mount.target.length) : part;
    })
    .join(':');
}

/** The program of a command, with what stands for the container's places. */
function plain(command: Launch, argv = command.argv): Spawn {
  const { scratch } = command;
  const mounts = mountsOf(command).reverse();
  const wanted = variablesOf(command, {
    home: scratch,
    path: process.env.PATH ?? DEFAULT_PATH,
  });
  for (const [name, value] of Object.entries(wanted))
    wanted[name] = rewritePlaces(value, mounts);
  // The machine's own is everybody's.
  if (wanted.HOME === '/tmp') wanted.HOME = scratch;
  const { become, env } = handOver(wanted);
  const words = [...become, ...argv.map(arg => rewritePlaces(arg, mounts))];
  const cwd = rewritePlaces(command.workingDir, mounts);
  // Where there is a way to have the process end with this one, it is taken.
  const [file, ...args] = existsSync('/usr/bin/setpriv')
    ? ['/usr/bin/setpriv', '--pdeathsig', 'KILL', ...words]
    : words;
  return { file, args, env, cwd: cwd === command.workingDir ? scratch : cwd };
}

/** Runs a container as a plain process group of this user. */
export function launchPlain(launch: Launch): Running {
  const { file, args, env, cwd } = plain(launch);
  const child = spawn(file, args, {
    env,
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const toGroup = (name: NodeJS.Signals) =>
    child.pid && signal(-child.pid, name);
  return {
    process: child,
    terminate: () => toGroup('SIGTERM'),
    kill: () => toGroup('SIGKILL'),
    begin: () => {},
    beside: argv => plain(launch, argv),
    entered: Promise.resolve(),
  };
}
