/** How a pod's ports are reached, and what a pod reaches. */
import type { Socket } from 'node:net';

/**
 * The name under which pods reach services of this machine.
 *
 * @public
 */
export const HOST_ALIAS = 'host.local-cluster.internal';

/** One pod's network. */
export interface PodNetwork {
  start(): Promise<void>;
  /**
   * Opens a connection to a port of the pod; rejects where nothing listens there.
   *
   * @param options - `loopback` from inside the pod, where what listens on 127.0.0.1 alone is reached, too
   */
  dial(port: number, options?: { loopback?: boolean }): Promise<Socket>;
  /** The words before a command that bring it into the network. */
  readonly enter: string[];
  /** Changes a container's environment so that it fits the network. */
  environment(env: Record<string, string>): Record<string, string>;
  /** The ports that listen inside, as far as that can be seen. */
  listening(): number[];
  stop(): void;
}
