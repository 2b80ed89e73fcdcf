/**
 * A Kubernetes API and a node in one Node.js process, for development and tests.
 * It keeps its state in a directory, listens on loopback addresses only, and does
 * not start where `NODE_ENV` is `production`.
 */
import { chmodSync, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { kubeconfigOf } from './auth/credentials';
import type { Fault } from './faults/readFaults';
import { describeIsolation, probeIsolation } from './kubelet/isolation';
import type { LocalClusterOptions } from './LocalClusterOptions';
import { closeAll, openCluster, type Closer } from './openCluster';

/**
 * A running local cluster; {@link startLocalCluster} starts one.
 *
 * @public
 */
export interface LocalCluster {
  /** `https://127.0.0.1:<port>`. */
  readonly address: string;
  /** A kubeconfig of the administrator, as YAML. */
  readonly kubeconfig: string;
  /** What each app has of its own, in one sentence. */
  readonly description: string;
  /** What goes wrong from now on, in place of what did so far. */
  setFaults(faults: Fault[]): Promise<void>;
  /**
   * Stops: ends every process; pods run again after the next start.
   *
   * @param graceMs - how long processes may take to end; 10,000 by default
   */
  stop(graceMs?: number): Promise<void>;
}

/**
 * Starts a local cluster: a Kubernetes API, its controllers and a node, in this process.
 *
 * @throws Error where `NODE_ENV` is `production`, or the port is taken; `StateLockedError` where another
 * process uses the directory; `StateFormatError` where a newer version of this package wrote it
 * @public
 */
export async function startLocalCluster(
  options: LocalClusterOptions,
): Promise<LocalCluster> {
  if (process.env.NODE_ENV === 'production')
    throw new Error(
      'the local cluster runs apps as processes of this user and is for development only: it does not start with NODE_ENV=production',
    );
  const directory = resolve(options.directory);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700);
  const isolation = options.isolation ?? (await probeIsolation());
  const closers: Closer[] = [];
  try {
    const { address, credentials, faults } = await openCluster(
      { ...options, directory, isolation },
      closers,
    );
    let stopped: Promise<void> | undefined;
    return {
      address,
      kubeconfig: kubeconfigOf(address, credentials),
      description: describeIsolation(isolation),
      setFaults: next => faults.set(next),
      stop(graceMs = 10_000) {
        stopped ??= closeAll(closers, graceMs);
        return stopped;
      },
    };
  } catch (error) {
    await closeAll(closers, 0);
    throw error;
  }
}
