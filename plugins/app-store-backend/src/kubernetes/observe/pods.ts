/** Which of an instance's pods counts. Pure. */
import type { V1Pod } from '@kubernetes/client-node';
import {
  BUNDLE_CONTAINER,
  DEPENDENCIES_CONTAINER,
  PREPARE_CONTAINER,
} from '../manifests/labels';

/** All its containers have ended for good; an evicted pod stays like that beside the next one. */
export function finished({ status }: V1Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** 0 runs or will, 1 has ended, 2 is being deleted. */
function rank(pod: V1Pod): number {
  if (pod.metadata?.deletionTimestamp) return 2;
  return finished(pod) ? 1 : 0;
}

/** Times have a grain of a second: of two pods of one second the one with the higher version came later. */
function byAge(a: V1Pod, b: V1Pod): number {
  return (
    new Date(b.metadata?.creationTimestamp ?? 0).getTime() -
      new Date(a.metadata?.creationTimestamp ?? 0).getTime() ||
    Number(b.metadata?.resourceVersion ?? 0) -
      Number(a.metadata?.resourceVersion ?? 0)
  );
}

/** The newest pod that does not end; where there is none, the newest one. */
export function newestPod(pods: V1Pod[]): V1Pod | undefined {
  return [...pods].sort((a, b) => rank(a) - rank(b) || byAge(a, b))[0];
}

/** Whether Kueue holds it back until there is room for it. */
export function isQueued({ spec }: V1Pod): boolean {
  return Boolean(
    spec?.schedulingGates?.some(({ name }) =>
      name.startsWith('kueue.x-k8s.io/'),
    ),
  );
}

/** Those of ours: others may add init containers of their own, which may run for as long as the pod. */
const PREPARATION = [
  PREPARE_CONTAINER,
  BUNDLE_CONTAINER,
  DEPENDENCIES_CONTAINER,
];

/** Whether a container is one that fetches an app's files and makes what it depends on. */
export function isPreparation(container: string): boolean {
  return PREPARATION.includes(container);
}

/** Whether its files are a volume made of an image. */
export function hasContentVolume({ spec }: V1Pod): boolean {
  return Boolean(spec?.volumes?.some(({ image }) => image));
}

/** Whether its files come from the store, with an init container or as a volume: its image is one of a runtime version. */
export function hasRuntime({ spec }: V1Pod): boolean {
  return Boolean(
    spec?.initContainers?.some(({ name }) => isPreparation(name)) ||
      hasContentVolume({ spec }),
  );
}
