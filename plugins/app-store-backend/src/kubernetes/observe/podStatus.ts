/** A pod's status in the words of `instance status` (specification 2.3). Pure. */
import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import type { PodStatus } from '@ai-app-store/backstage-plugin-app-store-common';
import { lastEnd, unsettledMs } from './restarts';
import { APP_CONTAINER } from '../manifests/labels';
import { withoutPass } from './words/images';

function notDone(status: V1ContainerStatus): boolean {
  return status.state?.terminated?.exitCode !== 0;
}

/** The container that the pod's status is about: the first init container that is not done, then the app. */
function current(pod: V1Pod): V1ContainerStatus | undefined {
  return (
    pod.status?.initContainerStatuses?.find(notDone) ??
    pod.status?.containerStatuses?.[0]
  );
}

/**
 * In a crash loop the kubelet says `CrashLoopBackOff` between two runs, and `Running` or
 * `Error` for moments. It is one state all the same.
 */
function isLooping(container: V1ContainerStatus | undefined, now: Date) {
  return (
    container?.name === APP_CONTAINER &&
    lastEnd(container) !== undefined &&
    unsettledMs(container, now) > 0
  );
}

/**
 * The pod's state in the words of the API (specification 2.3).
 *
 * @param now - the time
 */
export function podStatus(pod: V1Pod | undefined, now: Date): PodStatus {
  if (!pod) return { status: 'NotRunning', restartCount: 0 };
  const container = current(pod);
  const waiting = container?.state?.waiting;
  const ended =
    container?.state?.terminated ?? container?.lastState?.terminated;
  const message = waiting?.message ?? ended?.message ?? pod.status?.message;
  const finishedAt = ended?.exitCode ? ended.finishedAt : undefined;
  return {
    status:
      (waiting?.reason !== 'PodInitializing' && waiting?.reason) ||
      (isLooping(container, now) && 'CrashLoopBackOff') ||
      container?.state?.terminated?.reason ||
      pod.status?.reason ||
      pod.status?.phase ||
      'Unknown',
    ...(ended?.reason ?? pod.status?.reason
      ? { reason: ended?.reason ?? pod.status?.reason }
      : {}),
    ...(message ? { message: withoutPass(message) } : {}),
    ...(ended ? { exitCode: ended.exitCode } : {}),
    restartCount: container?.restartCount ?? 0,
    ...(finishedAt ? { lastFailure: new Date(finishedAt).toISOString() } : {}),
  };
}
