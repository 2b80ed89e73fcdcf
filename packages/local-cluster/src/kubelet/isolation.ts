/**
 * What this machine lets an ordinary process keep apart: probed once at start,
 * never assumed (some systems forbid user namespaces by AppArmor or sysctl).
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * What each pod has of its own.
 *
 * @public
 */
export interface Isolation {
  /** Its own file tree and process numbers: absolute mount paths work, nothing of the home directory is visible. */
  files: boolean;
  /** Its own network: fixed ports work, the machine's loopback is out of reach. */
  network: boolean;
  /** Why something above is false. */
  reason?: string;
}

/** A busy machine is not one that forbids: only what hangs is given up. */
const PROBE_TIMEOUT_MS = 60_000;

async function works(command: string, args: string[]): Promise<boolean> {
  try {
    await run(command, args, { timeout: PROBE_TIMEOUT_MS });
    return true;
  } catch {
    return false;
  }
}

const NAMESPACES = [
  '--user',
  '--map-root-user',
  '--mount',
  '--pid',
  '--fork',
  '--kill-child',
];

/** Probes the machine. */
export async function probeIsolation(): Promise<Isolation> {
  if (process.platform !== 'linux')
    return {
      files: false,
      network: false,
      reason: `${process.platform} has no namespaces for processes`,
    };
  if (!(await works('setpriv', ['--pdeathsig', 'KILL', 'true'])))
    return {
      files: false,
      network: false,
      reason: 'setpriv (util-linux) is missing',
    };
  const nested = [
    'unshare',
    '--user',
    '--map-user=1000',
    '--map-group=1000',
    'true',
  ];
  if (!(await works('unshare', [...NAMESPACES, ...nested])))
    return {
      files: false,
      network: false,
      reason: 'this system does not permit user namespaces',
    };
  if (
    !(await works('unshare', [
      ...NAMESPACES,
      '--net',
      'ip',
      'link',
      'set',
      'lo',
      'up',
    ]))
  )
    return {
      files: true,
      network: false,
      reason:
        'the ip command (iproute2) is missing or network namespaces are not permitted',
    };
  return { files: true, network: true };
}

/** One sentence for people. */
export function describeIsolation(isolation: Isolation): string {
  if (isolation.files && isolation.network)
    return 'each app has its own files, processes and network';
  if (isolation.files)
    return `each app has its own files and processes, and shares this machine's network (${isolation.reason})`;
  return `apps share this user's files, processes and network (${isolation.reason}); apps need to honour PORT`;
}
