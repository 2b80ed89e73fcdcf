/** Adds the default tolerations: of a lost node, for five minutes (`DefaultTolerationSeconds`). */
import type { Json } from '../types';
import type { AdmissionPlugin } from './Admission';

const SECONDS = 300;
const TAINTS = [
  'node.kubernetes.io/not-ready',
  'node.kubernetes.io/unreachable',
];

export const podTolerations: AdmissionPlugin = {
  mutate({ resource, object, before }) {
    if (resource.plural !== 'pods' || before || !object.spec) return;
    const tolerations: Json[] = object.spec.tolerations ?? [];
    const added = TAINTS.filter(
      key =>
        !tolerations.some(
          each =>
            (each.key === key || !each.key) &&
            (!each.effect || each.effect === 'NoExecute'),
        ),
    ).map(key => ({
      key,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: SECONDS,
    }));
    if (added.length) object.spec.tolerations = [...tolerations, ...added];
  },
};
