/**
 * Containers that the cluster adds to a pod: of a service mesh, of an agent for secrets. What they do
 * is nothing that the app's author can change.
 */
import type { V1ContainerStatus } from '@kubernetes/client-node';
import { APP_CONTAINER } from '../../manifests/labels';
import { found, type Finding } from '../Finding';
import type { Case } from '../Case';
import { isPreparation } from '../pods';
import { lastEnd } from '../restarts';
import { plain } from '../words/plain';

/** What takes longer is spoken of, in milliseconds. */
const LONG_MS = 20_000;
/** What holds up a pod for longer is a fault, in milliseconds. */
const HELD_UP_MS = 60_000;
/** One that is not ready for longer keeps people out, in milliseconds. */
const NOT_READY_MS = 15_000;

/** Whether somebody else has put it into the pod. */
export function isAdded(container: string): boolean {
  return container !== APP_CONTAINER && !isPreparation(container);
}

/** It runs beside the app, from before its start on. https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/ */
function isSidecar(look: Case, { name }: V1ContainerStatus): boolean {
  return look.spec(name)?.restartPolicy === 'Always';
}

/** It has to end before the app starts. */
function isInit(look: Case, status: V1ContainerStatus): boolean {
  const { initContainers = [] } = look.pod?.spec ?? {};
  return (
    initContainers.some(({ name }) => name === status.name) &&
    !isSidecar(look, status)
  );
}

function failed(
  look: Case,
  { name, state }: V1ContainerStatus,
  what: string,
  message: string,
): Finding {
  const [how = 'status'] = Object.keys(state ?? {});
  return found(
    [{ source: look.source(`container ${name}, ${how}`), message }],
    'SIDECAR_FAILED',
    name,
    what,
  );
}

/** How it ended, where it did so by itself and is not up again. */
function endOf(look: Case, status: V1ContainerStatus): Finding | undefined {
  const end = lastEnd(status);
  // One that runs beside the app is started again at once: once is no fault.
  const isOnce =
    status.restartCount < 2 &&
    status.state?.waiting?.reason !== 'CrashLoopBackOff';
  if (!end || (isOnce && !isInit(look, status))) return undefined;
  const memory = look.spec(status.name)?.resources?.limits?.memory;
  return failed(
    look,
    status,
    end.reason === 'OOMKilled'
      ? `needed more memory than ${
          memory ? `its limit of ${memory}` : 'it may'
        }`
      : `ended with exit code ${end.exitCode}`,
    `${end.reason ?? 'Error'}, exit code ${end.exitCode}`,
  );
}

/** Whether an added init container has done its part: the next one may begin. */
export function isThrough(look: Case, status: V1ContainerStatus): boolean {
  return isSidecar(look, status)
    ? Boolean(status.started || status.ready)
    : status.state?.terminated?.exitCode === 0;
}

/** An added init container holds up the pod. */
export function holdsUp(
  look: Case,
  status: V1ContainerStatus,
): Finding | undefined {
  const ended = endOf(look, status);
  if (ended) return ended;
  const since = status.state?.running?.startedAt;
  if (!since) return undefined;
  if (look.isOlder(since, LONG_MS))
    look.note(
      `The container ${status.name}, which the cluster adds to the app, prepares the pod.`,
    );
  if (!look.isOlder(since, HELD_UP_MS)) return undefined;
  return failed(
    look,
    status,
    isSidecar(look, status)
      ? 'does not come up, so the app is not started'
      : 'does not end, so the app is not started',
    `running since ${new Date(since).toISOString()}`,
  );
}

/** The app is well, and a container beside it keeps people out. */
export function sidecars(look: Case): Finding | undefined {
  if (!look.app?.ready) return undefined;
  const statuses = look.containers.filter(
    status =>
      isAdded(status.name) &&
      !status.ready &&
      status.state?.terminated?.exitCode !== 0,
  );
  for (const status of statuses) {
    const since = status.state?.running?.startedAt;
    if (!since) {
      const ended = endOf(look, status);
      if (ended) return ended;
      continue;
    }
    const changed = look.condition('ContainersReady')?.lastTransitionTime;
    const last = new Date(
      Math.max(new Date(since).getTime(), new Date(changed ?? 0).getTime()),
    );
    if (!look.isOlder(last, NOT_READY_MS)) continue;
    const [event] = look
      .podEvents('Unhealthy')
      .filter(({ involvedObject }) =>
        involvedObject.fieldPath?.includes(`{${status.name}}`),
      );
    if (look.wants.events) return undefined;
    return failed(
      look,
      status,
      'is not ready, so nobody is let in',
      plain(event?.message ?? `not ready since ${last.toISOString()}`),
    );
  }
  return undefined;
}

/**
 * Something outside of the pod has to agree before it is ready: a load balancer.
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-readiness-gate
 */
export function gated(look: Case): Finding | undefined {
  const containers = look.condition('ContainersReady');
  if (containers?.status !== 'True') return undefined;
  const gate = look.pod?.spec?.readinessGates
    ?.map(({ conditionType }) => conditionType)
    .find(type => look.condition(type)?.status !== 'True');
  if (!gate || !look.isOlder(containers.lastTransitionTime, HELD_UP_MS / 2))
    return undefined;
  const { message, reason } = look.condition(gate) ?? {};
  const why = message || reason || 'nothing was said yet';
  return found(
    [{ source: look.source(`condition ${gate}`), message: why }],
    'READINESS_GATE',
    gate,
    plain(why),
  );
}
