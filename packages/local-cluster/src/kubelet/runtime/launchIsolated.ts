/**
 * A container in namespaces of its own: file tree, process numbers, user. Nothing of the
 * launcher's environment reaches it.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { join } from 'node:path';
import { childOf, hasEnded, signal } from '../processes';
import { describeTree, OLD_ROOT, quote } from './fileTree';
import { handOver } from './handOver';
import {
  DEFAULT_PATH,
  variablesOf,
  type Launch,
  type Running,
  type Spawn,
} from './Launch';

/** How often it is looked whether a first process listens for the wish to end. No event tells. */
const LISTENS_CHECK_MS = 20;

/** Bounds processes and threads: in the words of bash, or of dash and busybox. */
const bound = (limit: number) =>
  `ulimit -u ${limit} 2>/dev/null || ulimit -p ${limit} 2>/dev/null || :`;

/**
 * The script that makes the file tree, leaves the machine's own behind and runs
 * the container's command as an ordinary user, as the first process would:
 * passing on the wish to end and collecting what the command leaves. As with a first process,
 * SIGTERM does nothing to a command that has no handler for it (pid_namespaces(7)).
 */
function rootScript(options: {
  tree: string[];
  table: string;
  workingDir: string;
  podPidsLimit: number;
}): string {
  return [
    'set -e',
    'umask 022',
    ...options.tree,
    `mount --all --fstab ${quote(options.table)}`,
    `pivot_root . ${OLD_ROOT}`,
    'cd /',
    `umount -l ${OLD_ROOT}`,
    // Whoever comes in from here on sees the container's own files.
    'echo entered >&3',
    'exec 3>&-',
    `cd ${quote(options.workingDir)}`,
    // A prepared container waits here for its turn; it ends where nobody is left to give it.
    'read -r turn || exit 0',
    'set +e',
    bound(options.podPidsLimit),
    '/usr/bin/unshare --user --map-user=1000 --map-group=1000 -- "$@" </dev/null &',
    'child=$!',
    'ask() {',
    '  while read -r key value; do',
    // Bit 14 of what the command has handlers for.
    '    case $key$value in SigCgt:*[4-7c-f]???) kill -TERM $child 2>/dev/null ;; esac',
    '  done < /proc/$child/status',
    '}',
    // Not before the child is there: it would inherit the handler until its first program
    // runs, and swallow a signal that comes then.
    'trap ask TERM',
    'status=0',
    'while :; do wait $child; status=$?; kill -0 $child 2>/dev/null || break; done',
    'exit $status',
    '',
  ].join('\n');
}

/** Whether a process has a handler for SIGTERM (proc(5), `SigCgt`). */
function listensToTerm(pid: number): boolean {
  try {
    const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(
      readFileSync(`/proc/${pid}/status`, 'utf8'),
    )?.[1];
    const bit = BigInt(constants.signals.SIGTERM - 1);
    return ((BigInt(`0x${caught ?? 0}`) >> bit) & 1n) === 1n;
  } catch {
    return false;
  }
}

/**
 * Brings a command into the namespaces of a container, as the same ordinary user.
 *
 * @param first - the container's first process
 */
function besideIn(
  first: number | undefined,
  launch: Launch,
  argv: string[],
): Spawn {
  if (!first) throw new Error('the container has ended');
  const { become, env } = handOver(
    variablesOf(launch, { home: '/tmp', path: DEFAULT_PATH }),
  );
  const hasNetwork = launch.enter.length > 0;
  const namespaces = ['user', 'mnt', 'pid', ...(hasNetwork ? ['net'] : [])];
  return {
    file: '/usr/bin/setpriv',
    args: [
      '--pdeathsig',
      'KILL',
      'nsenter',
      ...namespaces.map(
        each =>
          `--${each === 'mnt' ? 'mount' : each}=/proc/${first}/ns/${each}`,
      ),
      '--preserve-credentials',
      '--',
      '/bin/sh',
      '-c',
      `${bound(
        launch.podPidsLimit,
      )}; cd "$0" && exec /usr/bin/unshare --user --map-user=1000 --map-group=1000 -- "$@"`,
      launch.workingDir,
      ...become,
      ...argv,
    ],
    env,
    cwd: '/',
  };
}

/** Runs a container in namespaces of its own. */
export function launchIsolated(launch: Launch): Running {
  const root = join(launch.scratch, 'root');
  mkdirSync(root);
  const tree = describeTree(launch, root);
  const table = join(launch.scratch, 'fstab');
  writeFileSync(table, tree.table, { mode: 0o600 });

  const { become, env } = handOver(
    variablesOf(launch, { home: '/tmp', path: DEFAULT_PATH }),
  );
  const script = join(launch.scratch, 'run.sh');
  writeFileSync(
    script,
    rootScript({
      tree: tree.script,
      table,
      workingDir: launch.workingDir,
      podPidsLimit: launch.podPidsLimit,
    }),
    { mode: 0o600 },
  );
  const namespaces = launch.enter.length
    ? ['unshare']
    : ['unshare', '--user', '--map-root-user'];
  const command = [
    'setpriv',
    '--pdeathsig',
    'KILL',
    ...launch.enter,
    ...namespaces,
    '--mount',
    '--pid',
    '--fork',
    '--kill-child',
    '/bin/sh',
    script,
    ...become,
    ...launch.argv,
  ];
  const child = spawn(`/usr/bin/${command[0]}`, command.slice(1), {
    env,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    cwd: '/',
    // A session of its own: no terminal, and no Ctrl-C that was meant for the portal.
    detached: true,
  });
  child.stdin!.on('error', () => {});
  let isEntered = false;
  const entered = new Promise<void>(resolve => {
    const told = child.stdio[3] as Readable;
    told.on('error', () => {});
    told.once('data', () => {
      isEntered = true;
      resolve();
    });
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  /** The first process in the namespaces. */
  const first = () => (hasEnded(child) ? undefined : childOf(child.pid!));
  let asked = false;
  /** Once, as the kubelet does, and not before the first process listens: till then a signal goes nowhere. */
  const terminate = () => {
    if (hasEnded(child)) return;
    const pid = first();
    if (pid && listensToTerm(pid)) signal(pid, 'SIGTERM');
    else setTimeout(terminate, LISTENS_CHECK_MS);
  };
  return {
    process: child,
    terminate: () => {
      if (!asked) terminate();
      asked = true;
    },
    kill: () => {
      const pid = first();
      if (pid) signal(pid, 'SIGKILL');
      child.kill('SIGKILL');
    },
    begin: () => child.stdin!.end('go\n'),
    beside(argv) {
      // Till then its namespaces show the machine's own files.
      if (!isEntered) throw new Error('the container is not set up yet');
      return besideIn(first(), launch, argv);
    },
    entered,
  };
}
