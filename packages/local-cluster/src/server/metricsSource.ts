/** Where `metrics.k8s.io` has its numbers from. */
import type { KubeObject } from '../types';

/** What a container or the node uses. */
export interface Usage {
  /** Cores. */
  cpu: number;
  /** Bytes. */
  memory: number;
}

/** Usage of containers, by uid of the pod and name of the container; of those that run. */
export type PodUsage = Map<string, Map<string, Usage>>;

/** Measures. Takes about a second. */
export interface MetricsSource {
  node(): Promise<Usage>;
  pods(pods: KubeObject[]): Promise<PodUsage>;
}
