/** What is seen of the init container that fetches an app's bundle and makes what it depends on. Pure. */
import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { BUNDLE_CONTAINER, PREPARE_CONTAINER } from '../manifests/labels';
import { toldFailure } from './entryFailures';
import { isPreparation } from './pods';

/** What an app is prepared in, one after the other. */
export type PreparationStage = 'bundle' | 'dependencies';

/** A line of the termination message for each stage that went well; see `app-store-entry.mjs`. */
const DONE = /^(bundle|dependencies): (\d{1,9}) ms$/gm;

/** How long each stage took that went well, in milliseconds, as the container told at its end. */
export function stageTimes(
  message: string | undefined,
): Partial<Record<PreparationStage, number>> {
  return Object.fromEntries(
    [...(message ?? '').matchAll(DONE)].map(([, stage, ms]) => [
      stage,
      Number(ms),
    ]),
  );
}

/** What {@link stageTimes} reads. */
export function stageTimesMessage(
  bundle: number,
  dependencies: number,
): string {
  return `bundle: ${bundle} ms\ndependencies: ${dependencies} ms\n`;
}

/** Its run that ended last. */
export function lastEnd({ state, lastState }: V1ContainerStatus) {
  return state?.terminated ?? lastState?.terminated;
}

/**
 * The stage at which a container is, or ended.
 *
 * @param hasBundle - its pod told that the bundle is there
 * @returns undefined where it has not begun
 */
export function stageOf(
  status: V1ContainerStatus,
  hasBundle: boolean,
): PreparationStage | undefined {
  const end = lastEnd(status);
  if (!status.state?.running && !end) return undefined;
  if (status.name !== PREPARE_CONTAINER)
    return status.name === BUNDLE_CONTAINER ? 'bundle' : 'dependencies';
  const isPast =
    hasBundle ||
    end?.exitCode === 0 ||
    stageTimes(end?.message).bundle !== undefined ||
    toldFailure(end?.message ?? '')?.stage === 'dependencies';
  return isPast ? 'dependencies' : 'bundle';
}

function ourStatuses(pod: Pick<V1Pod, 'status'>): V1ContainerStatus[] {
  return (pod.status?.initContainerStatuses ?? []).filter(({ name }) =>
    isPreparation(name),
  );
}

/** The stage at which a pod is prepared. @returns undefined where that has not begun */
export function preparationOf(
  pod: V1Pod,
  hasBundle: boolean,
): PreparationStage | undefined {
  return ourStatuses(pod)
    .map(status =>
      // Of the two of former releases the next one is due once this one is through.
      status.name === BUNDLE_CONTAINER &&
      status.state?.terminated?.exitCode === 0
        ? 'dependencies'
        : stageOf(status, hasBundle),
    )
    .findLast(Boolean);
}

/** True where nothing is left to prepare. */
export function isPrepared(pod: V1Pod): boolean {
  const wanted = (pod.spec?.initContainers ?? []).filter(({ name }) =>
    isPreparation(name),
  );
  const done = ourStatuses(pod).filter(
    ({ state }) => state?.terminated?.exitCode === 0,
  );
  return done.length === wanted.length;
}
