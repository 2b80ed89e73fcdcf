import { wholeSeconds } from '../time';
import type { Json } from '../types';

/** What the status that an earlier node agent left of a container makes of its next run. */
export function historyOf(
  before: Json,
  isInit: boolean,
): { restartCount: number; lastState: Json } {
  const { restartCount = 0, lastState = {}, state } = before ?? {};
  // The node was restarted under a running container: its run is over, and the next one counts.
  if (state?.running)
    return {
      restartCount: restartCount + 1,
      lastState: {
        terminated: {
          exitCode: 255,
          reason: 'Unknown',
          startedAt: state.running.startedAt,
          finishedAt: wholeSeconds(new Date()),
        },
      },
    };
  if (state?.terminated)
    return { restartCount: restartCount + (isInit ? 0 : 1), lastState: state };
  const hadEnded = state?.waiting && lastState.terminated;
  return { restartCount: restartCount + (hadEnded ? 1 : 0), lastState };
}
