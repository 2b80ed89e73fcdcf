/**
 * Turns a container into a process of this machine: in a file tree and process
 * namespace of its own where the system permits, else as it is, with places
 * rewritten to directories.
 *
 * The environment never stands on a command line. The container's variables reach no
 * program before its own command: what comes before it has more rights than that.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { constants } from 'node:os';
import { join, normalize } from 'node:path';
import { ContainerConfigError } from './environment';
import type { LocalImage } from './images';
import { childOf } from './network';
import type { Mount } from './volumes';

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
}

const SYSTEM_DIRECTORIES = ['usr', 'bin', 'sbin', 'lib', 'lib32', 'lib64'];
/** Without `tty`: a pod has no terminal, least of all its user's. */
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom'];
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';
/** All that the launcher's own programs get. */
const LAUNCHER_ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
/** A shell takes no other name over from its environment. */
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Before the names of the container's variables until its own command begins. */
const HANDOVER = 'LOCAL_CLUSTER_';
const OLD_ROOT = '.old';
const LISTENS_CHECK_MS = 20;

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * Has a shell become the container's command, with the container's variables: until then
 * they stand under names that mean nothing to any program.
 *
 * @returns the words before the command, and the environment to begin with
 */
function handOver(wanted: Record<string, string>): {
  become: string[];
  env: Record<string, string>;
} {
  const names = Object.keys(wanted)
    .filter(name => IDENTIFIER.test(name))
    // A name that is another one's under handing over comes after it.
    .sort((a, b) => a.length - b.length);
  const script = [
    ...names.map(
      name =>
        // `command`: a name that the shell keeps for itself ends nothing.
        `command export ${name}="$${HANDOVER}${name}"; unset ${HANDOVER}${name}`,
    ),
    'exec "$@"',
  ].join('\n');
  return {
    become: ['/bin/sh', '-c', script, 'sh'],
    env: {
      ...LAUNCHER_ENVIRONMENT,
      ...Object.fromEntries(
        names.map(name => [`${HANDOVER}${name}`, wanted[name]]),
      ),
    },
  };
}

/** Shortest first, so that a mount inside another one comes after it. */
function inOrder(mounts: Mount[]): Mount[] {
  return [...mounts].sort((a, b) => a.target.length - b.target.length);
}

/** Directories and files of the machine that programs look for in /etc; none of its own settings. */
const ETC_DIRECTORIES = ['ssl/certs', 'alternatives', 'fonts'];
const ETC_FILES = [
  'ssl/openssl.cnf',
  'mime.types',
  'localtime',
  'ld.so.cache',
  'nsswitch.conf',
];

/** A field of an fstab: white space and backslashes as octal numbers (fstab(5)). */
function field(text: string): string {
  return text.replace(
    /[\\\s]/g,
    c => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
}

/**
 * Makes the directory that a mount goes to: in the tree, or in the volume that
 * contains it. What an app left there may lead elsewhere; no such path is taken.
 *
 * @throws ContainerConfigError
 */
function makeMountPoint(root: string, target: string, mounts: Mount[]): void {
  if (normalize(target) !== target || !target.startsWith('/') || target === '/')
    throw new ContainerConfigError(
      `mount path ${JSON.stringify(target)} is not plain and absolute`,
    );
  const outer = mounts
    .filter(m => target.startsWith(`${m.target}/`))
    .sort((a, b) => b.target.length - a.target.length)[0];
  if (outer?.readOnly)
    throw new ContainerConfigError(
      `mount path ${JSON.stringify(target)} lies in a read-only mount`,
    );
  const [base, rest] = outer
    ? [outer.source, target.slice(outer.target.length)]
    : [root, target];
  let at = base;
  for (const element of rest.split('/').filter(Boolean)) {
    at = join(at, element);
    const found = lstatSync(at, { throwIfNoEntry: false });
    if (!found) mkdirSync(at);
    else if (!found.isDirectory())
      throw new ContainerConfigError(
        `mount path ${JSON.stringify(target)} leads over ${JSON.stringify(
          element,
        )}, which is not a directory`,
      );
  }
}

/**
 * Makes the file tree of a container, without what is mounted into it, and the
 * table of these mounts: one program then mounts them all.
 */
function makeTree(launch: Launch, root: string): string {
  const table: string[] = [];
  const mount = (
    source: string,
    target: string,
    type: string,
    options: string,
  ) =>
    table.push(
      [field(source), field(target), type, options, '0', '0'].join(' '),
    );
  const directory = (path: string) =>
    mkdirSync(join(root, path), { recursive: true });
  const bind = (source: string, path: string, readOnly: boolean) =>
    mount(source, join(root, path), 'none', readOnly ? 'rbind,ro' : 'rbind');
  [
    'proc',
    'dev/shm',
    'tmp',
    'var/tmp',
    'run',
    'home',
    'etc/ssl',
    OLD_ROOT,
  ].forEach(directory);
  ['tmp', 'var/tmp'].forEach(path => chmodSync(join(root, path), 0o1777));
  // Pivoting needs a root that is a mount.
  mount(root, root, 'none', 'bind');
  for (const name of SYSTEM_DIRECTORIES) {
    const found = lstatSync(`/${name}`, { throwIfNoEntry: false });
    if (found?.isSymbolicLink())
      symlinkSync(readlinkSync(`/${name}`), join(root, name));
    else if (found) {
      directory(name);
      bind(`/${name}`, name, true);
    }
  }
  for (const name of ETC_DIRECTORIES.filter(d => existsSync(`/etc/${d}`))) {
    directory(`etc/${name}`);
    bind(`/etc/${name}`, `etc/${name}`, true);
  }
  for (const name of ETC_FILES.filter(f => existsSync(`/etc/${f}`)))
    copyFileSync(`/etc/${name}`, join(root, 'etc', name));
  // One field of one line, whatever the variable holds.
  const home = (launch.env.HOME ?? '/tmp').replace(/[:\p{Cc}]/gu, '_');
  const etc = (name: string, text: string) =>
    writeFileSync(join(root, 'etc', name), text);
  etc(
    'passwd',
    `root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000:app:${home}:/bin/sh\n`,
  );
  etc('group', 'root:x:0:\napp:x:1000:\n');
  etc('hosts', '127.0.0.1 localhost\n::1 localhost\n');
  etc('resolv.conf', '');
  for (const name of DEVICES) {
    writeFileSync(join(root, 'dev', name), '');
    mount(`/dev/${name}`, join(root, 'dev', name), 'none', 'bind');
  }
  for (const [name, target] of Object.entries({
    fd: '/proc/self/fd',
    stdin: '/proc/self/fd/0',
    stdout: '/proc/self/fd/1',
    stderr: '/proc/self/fd/2',
  }))
    symlinkSync(target, join(root, 'dev', name));
  mount('tmpfs', join(root, 'dev/shm'), 'tmpfs', 'defaults');
  const mounts = inOrder([
    ...launch.image.mounts.map(i => ({ ...i, readOnly: true })),
    ...launch.mounts,
  ]);
  for (const m of mounts) {
    makeMountPoint(root, m.target, mounts);
    bind(m.source, m.target, m.readOnly);
  }
  mount('proc', join(root, 'proc'), 'proc', 'defaults');
  return `${table.join('\n')}\n`;
}

/**
 * The script that mounts the file tree, leaves the machine's own behind and runs
 * the container's command as an ordinary user, as the first process would:
 * passing on the wish to end and collecting what the command leaves.
 */
function rootScript(options: {
  root: string;
  table: string;
  workingDir: string;
}): string {
  return [
    'set -e',
    'umask 022',
    `mount --all --fstab ${quote(options.table)}`,
    `cd ${quote(options.root)}`,
    `pivot_root . ${OLD_ROOT}`,
    'cd /',
    `umount -l ${OLD_ROOT}`,
    `cd ${quote(options.workingDir)}`,
    // A prepared container waits here for its turn; it ends where nobody is left to give it.
    'read -r turn || exit 0',
    'set +e',
    '/usr/bin/unshare --user --map-user=1000 --map-group=1000 -- "$@" </dev/null &',
    'child=$!',
    // Not before the child is there: it would inherit the handler until its first program
    // runs, and swallow a signal that comes then.
    `trap 'kill -TERM $child 2>/dev/null' TERM`,
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

/** Runs a container in namespaces of its own. */
export function launchIsolated(launch: Launch): Running {
  const root = join(launch.scratch, 'root');
  mkdirSync(root, { recursive: true });
  const table = join(launch.scratch, 'fstab');
  writeFileSync(table, makeTree(launch, root), { mode: 0o600 });

  const wanted: Record<string, string> = {
    HOME: '/tmp',
    ...launch.image.env,
    PATH: [...launch.image.path, DEFAULT_PATH].join(':'),
    ...launch.env,
  };
  const { become, env } = handOver(wanted);
  const script = join(launch.scratch, 'run.sh');
  writeFileSync(
    script,
    rootScript({ root, table, workingDir: launch.workingDir }),
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
    stdio: ['pipe', 'pipe', 'pipe'],
    cwd: '/',
    // A session of its own: no terminal, and no Ctrl-C that was meant for the portal.
    detached: true,
  });
  child.stdin!.on('error', () => {});
  const first = () =>
    child.pid && child.exitCode === null ? childOf(child.pid) : undefined;
  const signal = (name: NodeJS.Signals, pid: number | undefined) => {
    try {
      if (pid) process.kill(pid, name);
    } catch {
      // It is gone already.
    }
  };
  let asked = false;
  /** Once, as the kubelet does, and not before the first process listens: till then a signal goes nowhere. */
  const terminate = () => {
    const pid = first();
    if (child.exitCode !== null || child.signalCode !== null) return;
    if (pid && listensToTerm(pid)) signal('SIGTERM', pid);
    else setTimeout(terminate, LISTENS_CHECK_MS);
  };
  return {
    process: child,
    terminate: () => {
      if (!asked) terminate();
      asked = true;
    },
    kill: () => {
      signal('SIGKILL', first());
      child.kill('SIGKILL');
    },
    begin: () => child.stdin!.end('go\n'),
  };
}

/** Replaces places in a container by directories of this machine, in values that name them. */
export function rewritePlaces(text: string, mounts: Mount[]): string {
  const longestFirst = inOrder(mounts).reverse();
  return text
    .split(':')
    .map(part => {
      const mount = longestFirst.find(
        m => part === m.target || part.startsWith(`${m.target}/`),
      );
      return mount ? mount.source + part.slice(mount.target.length) : part;
    })
    .join(':');
}

/** Runs a container as a plain process group of this user. */
export function launchPlain(launch: Launch): Running {
  const mounts = [
    ...launch.image.mounts.map(m => ({ ...m, readOnly: true })),
    ...launch.mounts,
  ];
  const wanted: Record<string, string> = {
    HOME: launch.scratch,
    ...launch.image.env,
    PATH: [...launch.image.path, process.env.PATH ?? DEFAULT_PATH].join(':'),
    ...launch.env,
  };
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
  const signal = (name: NodeJS.Signals) => {
    try {
      if (child.pid) process.kill(-child.pid, name);
    } catch {
      // The group is gone already.
    }
  };
  return {
    process: child,
    terminate: () => signal('SIGTERM'),
    kill: () => signal('SIGKILL'),
    begin: () => {},
  };
}
