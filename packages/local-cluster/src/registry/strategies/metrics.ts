/** `metrics.k8s.io`: what nodes and pods use, measured when it is asked for. */
import type { Resource } from '../Resource';

const common = {
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  verbs: ['get', 'list'],
  isMeasured: true,
};

export const metrics: Resource[] = [
  { ...common, plural: 'nodes', kind: 'NodeMetrics', namespaced: false },
  { ...common, plural: 'pods', kind: 'PodMetrics', namespaced: true },
];
