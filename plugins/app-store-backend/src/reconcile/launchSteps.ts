/** When the steps of a launch were through, by what was seen of its pod. Pure. */
import { LAUNCH_STEPS } from '@ai-app-store/backstage-plugin-app-store-common';
import type { V1Pod } from '@kubernetes/client-node';
import type { LaunchSteps } from '../instances/launches/LaunchRepository';
import { PREPARE_CONTAINER } from '../kubernetes/manifests/labels';
import { stageTimes } from '../kubernetes/observe/preparation';
import type { PodTimes } from '../kubernetes/view/PodClock';

/**
 * The steps with those that a pod went through since.
 *
 * @param before - what is known already stays, also where another pod follows
 * @param options.beganMs - when the launch was asked for, in milliseconds since 1970
 */
export function launchSteps(
  before: LaunchSteps,
  pod: V1Pod | undefined,
  times: PodTimes,
  { beganMs }: { beganMs: number },
): LaunchSteps {
  const after = (ms: number | undefined) =>
    ms === undefined ? undefined : Math.max(0, ms - beganMs);
  const prepared = pod?.status?.initContainerStatuses?.find(
    ({ name }) => name === PREPARE_CONTAINER,
  );
  const took = stageTimes(prepared?.state?.terminated?.message);
  const dependencies = after(times.prepared);
  const bundle =
    dependencies === undefined || took.dependencies === undefined
      ? undefined
      : Math.max(dependencies - took.dependencies, after(times.pulled) ?? 0);
  const seen: LaunchSteps = {
    scheduled: after(times.scheduled),
    pulled: after(times.pulled),
    bundle,
    // Without an init container there is nothing to prepare.
    dependencies: bundle === undefined ? undefined : dependencies,
    started: after(times.started),
    probed: after(times.ready),
  };
  return Object.fromEntries(
    LAUNCH_STEPS.map(step => [step, before[step] ?? seen[step]]).filter(
      ([, ms]) => ms !== undefined,
    ),
  );
}
