/**
 * Whether a log is there to be read, as far as the state of the instance tells: what
 * cannot be there is not asked for, which would be an error in the browser's console.
 */
import {
  LAUNCH_STAGES,
  type AppInstance,
} from '@ai-app-store/backstage-plugin-app-store-common';

/** The parts of a launch that write a log, each with the stage at which it begins. */
const BEGINS = {
  app: 'starting',
  prepare: 'bundle',
} as const;

/** What has a log. */
export type LogPart = keyof typeof BEGINS;

/** The part whose log says most: what prepares the app, until the app starts. */
export function partAtWork({ stage }: Pick<AppInstance, 'stage'>): LogPart {
  return stage &&
    LAUNCH_STAGES.indexOf(stage) < LAUNCH_STAGES.indexOf(BEGINS.app)
    ? 'prepare'
    : 'app';
}

/** Why there is no log; undefined where there may be one. */
export function whyNoLog(
  instance: Pick<
    AppInstance,
    'status' | 'stage' | 'restartCount' | 'suspending' | 'terminating'
  >,
  part: LogPart,
  previous: boolean,
): string | undefined {
  const { status, stage, restartCount, suspending, terminating } = instance;
  // Its pod ends, or has ended.
  if (status === 'SUSPENDED' || suspending || terminating)
    return 'The instance is not running, so it has no log.';
  if (
    stage &&
    LAUNCH_STAGES.indexOf(stage) < LAUNCH_STAGES.indexOf(BEGINS[part])
  )
    return 'This container has not started, so it has no log yet.';
  if (previous && part === 'app' && restartCount === 0)
    return 'There is no log of a previous run.';
  return undefined;
}
