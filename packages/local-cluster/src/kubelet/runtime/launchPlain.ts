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

/** Runs a container as a plain process group of this user. */
export function launchPlain(launch: Launch): Running {
  const mounts = mountsOf(launch).reverse();
  const wanted = variablesOf(launch, {
    home: launch.scratch,
    path: process.env.PATH ?? DEFAULT_PATH,
  });
  for (const [name, value] of Object.entries(wanted))
    wanted[name] = rewritePlaces(value, mounts);
  const { become, env } = handOver(wanted);
  const [command, ...args] = [
    ...become,
    ...launch.argv.map(arg => rewritePlaces(arg, mounts)),
  ];
  const cwd = rewritePlaces(launch.workingDir, mounts);
  // Where there is a way to have the process end with this one, it is taken.
  const bound = existsSync('/usr/bin/setpriv')
    ? ['/usr/bin/setpriv', '--pdeathsig', 'KILL', command, ...args]
    : [command, ...args];
  const child = spawn(bound[0], bound.slice(1), {
    env,
    cwd: cwd === launch.workingDir ? launch.scratch : cwd,
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
  };
}
