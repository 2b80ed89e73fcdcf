/**
 * Turns a container into a process of this machine: in a file tree and process
 * namespace of its own where the system permits, else as it is, with places
 * rewritten to directories.
 *
 * The environment never stands on a command line.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
}

const SYSTEM_DIRECTORIES = ['usr', 'bin', 'sbin', 'lib', 'lib32', 'lib64'];
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';
/** Variables that would change what the launcher's own programs do; handed over under another name. */
const SENSITIVE = /^(LD_|BASH_|GLIBC_|MALLOC_)|^(PATH|ENV|IFS|CDPATH|GCONV_PATH|LOCPATH|NLSPATH|PS4|SHELLOPTS)$/;
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
const HANDOVER = 'LOCAL_CLUSTER_';

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Shortest first, so that a mount inside another one comes after it. */
function inOrder(mounts: Mount[]): Mount[] {
  return [...mounts].sort((a, b) => a.target.length - b.target.length);
}

/**
 * The script that makes the file tree, leaves the machine's own behind and runs
 * the container's command as an ordinary user, as the first process would:
 * passing on the wish to end and collecting what the command leaves.
 */
export function rootScript(launch: Launch, handedOver: string[]): string {
  const root = join(launch.scratch, 'root');
  const mounts = inOrder([
    ...launch.image.mounts.map(m => ({ ...m, readOnly: true })),
    ...launch.mounts,
  ]);
  const etc = join(launch.scratch, 'etc');
  const places = mounts.map(m => quote(`.${m.target}`)).join(' ');
  return [
    'set -e',
    'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
    'umask 022',
    `mount -t tmpfs -o mode=755,size=2g tmpfs ${quote(root)}`,
    `cd ${quote(root)}`,
    `mkdir -p ${SYSTEM_DIRECTORIES.filter(d => d !== 'usr').join(' ')} usr etc proc dev/shm tmp var/tmp run home .old ${places}`,
    'chmod 1777 tmp var/tmp',
    `for d in ${SYSTEM_DIRECTORIES.join(' ')}; do if [ -L /$d ]; then rmdir $d; ln -s "$(readlink /$d)" $d; elif [ -e /$d ]; then mount --rbind -o ro /$d $d; else rmdir $d; fi; done`,
    // Certificates, time zone, MIME types: what programs look for in /etc, and none of the machine's own settings.
    'mkdir -p etc/ssl',
    'for f in ssl/certs alternatives fonts; do if [ -d /etc/$f ]; then mkdir -p etc/$f; mount --rbind -o ro /etc/$f etc/$f; fi; done',
    'for f in ssl/openssl.cnf mime.types localtime ld.so.cache nsswitch.conf; do if [ -e /etc/$f ]; then cat /etc/$f > etc/$f; fi; done',
    `cp ${quote(etc)}/* etc/`,
    `for f in ${DEVICES.join(' ')}; do : > dev/$f; mount --bind /dev/$f dev/$f; done`,
    'mount -t tmpfs tmpfs dev/shm',
    'ln -s /proc/self/fd dev/fd; ln -s /proc/self/fd/0 dev/stdin; ln -s /proc/self/fd/1 dev/stdout; ln -s /proc/self/fd/2 dev/stderr',
    ...mounts.map(m => `mount --rbind${m.readOnly ? ' -o ro' : ''} ${quote(m.source)} ${quote(`.${m.target}`)}`),
    'mount -t proc proc proc',
    'pivot_root . .old',
    'cd /',
    'umount -l .old',
    'rmdir .old',
    `cd ${quote(launch.workingDir)}`,
    ...handedOver.map(name => `export ${name}="$${HANDOVER}${name}"; unset ${HANDOVER}${name}`),
    'set +e',
    '/usr/bin/unshare --user --map-user=1000 --map-group=1000 -- "$@" &',
    'child=$!',
    `trap 'kill -TERM $child 2>/dev/null' TERM`,
    'status=0',
    'while :; do wait $child; status=$?; kill -0 $child 2>/dev/null || break; done',
    'exit $status',
    '',
  ].join('\n');
}

/** Runs a container in namespaces of its own. */
export function launchIsolated(launch: Launch): Running {
  mkdirSync(join(launch.scratch, 'root'), { recursive: true });
  mkdirSync(join(launch.scratch, 'etc'), { recursive: true });
  const etc = (name: string, text: string) => writeFileSync(join(launch.scratch, 'etc', name), text);
  const home = launch.env.HOME ?? '/tmp';
  etc('passwd', `root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000:app:${home}:/bin/sh\n`);
  etc('group', 'root:x:0:\napp:x:1000:\n');
  etc('hosts', '127.0.0.1 localhost\n::1 localhost\n');
  etc('resolv.conf', '');

  const wanted: Record<string, string> = {
    HOME: '/tmp',
    ...launch.image.env,
    PATH: [...launch.image.path, DEFAULT_PATH].join(':'),
    ...launch.env,
  };
  const env: Record<string, string> = {};
  const handedOver: string[] = [];
  for (const [name, value] of Object.entries(wanted)) {
    if (SENSITIVE.test(name) && IDENTIFIER.test(name)) {
      handedOver.push(name);
      env[`${HANDOVER}${name}`] = value;
    } else env[name] = value;
  }
  const script = join(launch.scratch, 'run.sh');
  writeFileSync(script, rootScript(launch, handedOver), { mode: 0o600 });
  const namespaces = launch.enter.length ? ['unshare'] : ['unshare', '--user', '--map-root-user'];
  const command = ['setpriv', '--pdeathsig', 'KILL', ...launch.enter, ...namespaces, '--mount', '--pid', '--fork', '--kill-child', '/bin/sh', script, ...launch.argv];
  const child = spawn(`/usr/bin/${command[0]}`, command.slice(1), { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'], cwd: '/' });
  const first = () => (child.pid && child.exitCode === null ? childOf(child.pid) : undefined);
  const signal = (name: NodeJS.Signals, pid: number | undefined) => {
    try {
      if (pid) process.kill(pid, name);
    } catch {
      // It is gone already.
    }
  };
  return {
    process: child,
    terminate: () => signal('SIGTERM', first()),
    kill: () => {
      signal('SIGKILL', first());
      child.kill('SIGKILL');
    },
  };
}

/** Replaces places in a container by directories of this machine, in values that name them. */
export function rewritePlaces(text: string, mounts: Mount[]): string {
  const longestFirst = inOrder(mounts).reverse();
  return text
    .split(':')
    .map(part => {
      const mount = longestFirst.find(m => part === m.target || part.startsWith(`${m.target}/`));
      return mount ? mount.source + part.slice(mount.target.length) : part;
    })
    .join(':');
}

/** Runs a container as a plain process group of this user. */
export function launchPlain(launch: Launch): Running {
  const mounts = [...launch.image.mounts.map(m => ({ ...m, readOnly: true })), ...launch.mounts];
  const env: Record<string, string> = {
    HOME: launch.scratch,
    ...launch.image.env,
    PATH: [...launch.image.path, process.env.PATH ?? DEFAULT_PATH].join(':'),
    ...launch.env,
  };
  for (const [name, value] of Object.entries(env)) env[name] = rewritePlaces(value, mounts);
  const [command, ...args] = launch.argv.map(arg => rewritePlaces(arg, mounts));
  const cwd = rewritePlaces(launch.workingDir, mounts);
  const child = spawn(command, args, { env, cwd: cwd === launch.workingDir ? launch.scratch : cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const signal = (name: NodeJS.Signals) => {
    try {
      if (child.pid) process.kill(-child.pid, name);
    } catch {
      // The group is gone already.
    }
  };
  return { process: child, terminate: () => signal('SIGTERM'), kill: () => signal('SIGKILL') };
}
