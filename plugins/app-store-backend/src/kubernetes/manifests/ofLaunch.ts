/** Objects of an instance as one launch of it has them. Pure. */
import type { KubeObject } from '../client/kubeObjects';
import type { InstanceObjects } from './instanceObjects';
import { LAUNCH_ANNOTATION } from './labels';

/** An instance's objects, and which launch they are applied for. */
export interface Launched {
  /** Counts runs and resumptions. */
  launch: number;
  objects: InstanceObjects;
}

/** An object of a launch: one that is otherwise the same has another version with each launch. */
export function ofLaunch(object: KubeObject, { launch }: Launched): KubeObject {
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: {
        ...object.metadata?.annotations,
        [LAUNCH_ANNOTATION]: String(launch),
      },
    },
  };
}

/** The Deployment or StatefulSet with a number of replicas. */
export function workloadOf(launched: Launched, replicas: 0 | 1): KubeObject {
  const { workload } = launched.objects;
  const { template } = workload.spec!;
  return {
    ...workload,
    spec: {
      ...workload.spec,
      replicas,
      // Each launch has a pod of its own, however quickly one follows another.
      template: {
        ...template,
        metadata: {
          ...template.metadata,
          annotations: {
            ...template.metadata?.annotations,
            [LAUNCH_ANNOTATION]: String(launched.launch),
          },
        },
      },
    },
  } as unknown as KubeObject;
}
