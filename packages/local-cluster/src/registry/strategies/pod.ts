/** Pods: their processes get a grace period, and little of them changes once they are there. */
import { equal } from '../../apply/equal';
import type { Json, KubeObject } from '../../types';
import { forbidden } from '../causes';
import type { Resource } from '../Resource';
import { wholeSeconds } from '../../time';
import { fill } from './fill';
import { podSpecCauses, podSpecDefaults } from './podSpec';

/** The containers without what an update may change. */
const fixedParts = (pod: KubeObject) =>
  (pod.spec?.containers ?? []).map((c: Json) => ({
    ...c,
    image: undefined,
    resources: undefined,
  }));

export const pods: Resource = {
  group: '',
  version: 'v1',
  plural: 'pods',
  kind: 'Pod',
  namespaced: true,
  shortNames: ['po'],
  status: true,
  generation: true,
  subresources: [{ name: 'log', verbs: ['get'] }],

  defaults(pod) {
    if (!pod.spec) return;
    podSpecDefaults(pod.spec);
    fill(pod.spec, { serviceAccountName: 'default', enableServiceLinks: true });
    pod.status ??= { phase: 'Pending' };
  },

  validate: pod => podSpecCauses(pod.spec, 'spec'),

  validateUpdate: (before, after) =>
    equal(fixedParts(before), fixedParts(after))
      ? []
      : [
          forbidden(
            'spec',
            'pod updates may not change fields other than `spec.containers[*].image`',
          ),
        ],

  /** A pod on a node waits for its processes. */
  awaitDeletion(pod, options, now) {
    const { metadata, spec } = pod;
    const grace = spec.nodeName
      ? options.gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30
      : 0;
    if (grace <= 0) return undefined;
    const earlier = metadata.deletionGracePeriodSeconds;
    if (metadata.deletionTimestamp && earlier !== undefined && grace >= earlier)
      return pod;
    return {
      ...pod,
      metadata: {
        ...metadata,
        deletionGracePeriodSeconds: grace,
        deletionTimestamp: wholeSeconds(new Date(now.getTime() + grace * 1000)),
        generation: (metadata.generation ?? 1) + 1,
      },
    };
  },

  /** The node agent sets the grace period to 0 once the processes are gone. */
  isHeld: pod => pod.metadata.deletionGracePeriodSeconds !== 0,
};
