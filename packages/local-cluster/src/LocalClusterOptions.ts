/** What a local cluster may be told. */
import type { Logger } from './controllers/Controller';
import type { Fault } from './faults/readFaults';
import type { Stage } from './hollow/stages';
import type { BackOff } from './kubelet/backOff';
import type { LocalImage } from './kubelet/images';
import type { Isolation } from './kubelet/isolation';

/**
 * Options of {@link startLocalCluster}.
 *
 * @public
 */
export interface LocalClusterOptions {
  /** Where state, volumes and logs are kept; made if need be. */
  directory: string;
  /** Port of the API on 127.0.0.1; a free one by default. */
  port?: number;
  /** The node's name; `local` by default. */
  nodeName?: string;
  /** What image names stand for; none by default. */
  images?: Record<string, LocalImage>;
  /** Ports of this machine that pods may reach as `host.local-cluster.internal`; none by default. */
  hostPorts?: number[];
  /** Hears of failures of controllers; nobody by default. */
  logger?: Logger;
  /** Delays between restarts of a container; the kubelet's by default. */
  backOff?: BackOff;
  /** Processes that a pod may have (the kubelet's `podPidsLimit`), or each container where this process is root; 4,096 by default. */
  podPidsLimit?: number;
  /** Less isolation than the machine permits; for tests of the fallbacks. */
  isolation?: Isolation;
  /** What goes wrong from the start; switched later by `LocalCluster.setFaults`. */
  faults?: Fault[];
  /** Milliseconds between bookmarks of a watch; 60,000 by default. */
  bookmarkMs?: number;
  /**
   * Milliseconds after which a node that is silent counts as lost; 50,000 by default. Heartbeats come four
   * times as often, and every 10 s at least.
   */
  nodeGraceMs?: number;
  /** Whether there is a node that runs pods; true by default. */
  pods?: boolean;
  /** Hollow nodes, which run nothing: the status of their pods changes in stages; none by default. */
  hollowNodes?: {
    count: number;
    /** By default pods are ready at once, and are removed when they are deleted. */
    stages?: Stage[];
  };
}
