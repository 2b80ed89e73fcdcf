/**
 * A Kubernetes API and a node in one Node.js process, for development and tests.
 * It keeps its state in a directory, listens on loopback addresses only, and does
 * not start where `NODE_ENV` is `production`.
 */
import { chmodSync, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  credentialsIn,
  kubeconfigOf,
  type Credentials,
} from './auth/credentials';
import type { Faults } from './faults/Faults';
import type { Fault } from './faults/readFaults';
import {
  describeIsolation,
  probeIsolation,
  type Isolation,
} from './kubelet/isolation';
import type { LocalClusterOptions } from './LocalClusterOptions';
import { closeAll, openCluster, type Closer } from './openCluster';

/**
 * A running local cluster.
 *
 * @public
 */
export class LocalCluster {
  readonly #closers: Closer[];
  readonly #faults: Faults;
  #stopped: Promise<void> | undefined;
  /** `https://127.0.0.1:<port>`. */
  readonly address: string;
  /** A kubeconfig, as YAML. */
  readonly kubeconfig: string;
  /** What each app has of its own, in one sentence. */
  readonly description: string;

  /**
   * Starts a cluster.
   *
   * @throws Error in production; {@link StateLockedError} where another process uses the directory
   */
  static async start(options: LocalClusterOptions): Promise<LocalCluster> {
    if (process.env.NODE_ENV === 'production')
      throw new Error(
        'the local cluster runs apps as processes of this user and is for development only: it does not start with NODE_ENV=production',
      );
    const directory = resolve(options.directory);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    chmodSync(directory, 0o700);
    const isolation = options.isolation ?? (await probeIsolation());
    const credentials = await credentialsIn(directory);
    const closers: Closer[] = [];
    try {
      const { address, faults } = await openCluster(
        { ...options, directory, isolation, credentials },
        closers,
      );
      return new LocalCluster({
        address,
        credentials,
        isolation,
        closers,
        faults,
      });
    } catch (error) {
      await closeAll(closers, 0);
      throw error;
    }
  }

  private constructor(parts: {
    address: string;
    credentials: Credentials;
    isolation: Isolation;
    closers: Closer[];
    faults: Faults;
  }) {
    this.#closers = parts.closers;
    this.#faults = parts.faults;
    this.address = parts.address;
    this.kubeconfig = kubeconfigOf(parts.address, parts.credentials);
    this.description = describeIsolation(parts.isolation);
  }

  /** What goes wrong from now on, in place of what did so far. */
  setFaults(faults: Fault[]): Promise<void> {
    return this.#faults.set(faults);
  }

  /**
   * Stops: ends every process; pods run again after the next start.
   *
   * @param graceMs - how long processes may take to end
   */
  stop(graceMs = 10_000): Promise<void> {
    this.#stopped ??= closeAll(this.#closers, graceMs);
    return this.#stopped;
  }
}
