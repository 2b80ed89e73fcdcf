/** What happens before the app starts: its bundle and its dependencies. */
import type {
  V1ContainerStateTerminated,
  V1ContainerStatus,
} from '@kubernetes/client-node';
import { found, withLog, type Finding } from '../Finding';
import type { Case } from '../Case';
import { FAILURE_PREFIX, toldFailure, withTold } from '../entryFailures';
import { lastEnd, stageOf } from '../preparation';
import { PREPARE_CONTAINER } from '../../manifests/labels';
import { holdsUp, isAdded, isThrough } from './sidecars';
import { startFailure } from './startFailure';

/** What takes longer is spoken of, in milliseconds. */
const LONG_MS = 20_000;
const FAILED = new RegExp(FAILURE_PREFIX);
/** What the entry program says to a word that it does not know. */
const USAGE = /^usage: app-store-entry /m;
const OLDER_IMAGE =
  'The runtime image is older than the store: it does not know the command `prepare`.';

/** What it said of its end; undefined where that is still to be read. */
function lastWords(
  look: Case,
  status: V1ContainerStatus,
  { message = '' }: V1ContainerStateTerminated,
): string | undefined {
  // That of the container for both begins with the stages that went well; the log tells more.
  if (message && status.name !== PREPARE_CONTAINER) return message;
  const log = look.endedLog(status, FAILED);
  return log !== undefined && !FAILED.test(log) && FAILED.test(message)
    ? `${log}\n${message}`.trim()
    : log;
}

export function initFailed(look: Case): Finding | undefined {
  for (const status of look.pod?.status?.initContainerStatuses ?? []) {
    if (status.state?.terminated?.exitCode === 0) continue;
    if (isAdded(status.name)) {
      if (isThrough(look, status)) continue;
      return holdsUp(look, status);
    }
    const since = status.state?.running?.startedAt;
    const stage = stageOf(status, look.hasBundle);
    if (since && look.isOlder(since, LONG_MS))
      look.note(
        stage === 'bundle'
          ? "The app's bundle is still being fetched."
          : "The app's dependencies are still being installed.",
      );
    const ended = lastEnd(status);
    // 255 and "Unknown", or not found: the node went down under it.
    if (
      !ended ||
      ended.exitCode === 0 ||
      ['Unknown', 'ContainerStatusUnknown'].includes(ended.reason ?? '')
    )
      return undefined;
    const evidence = [
      {
        source: look.source(`container ${status.name}, terminated`),
        message: `${ended.reason ?? 'Error'}, exit code ${ended.exitCode}`,
      },
    ];
    const start = startFailure(look, status.name, ended);
    if (start) return start;
    if (ended.reason === 'OOMKilled')
      return found(
        evidence,
        'INSTALL_OUT_OF_MEMORY',
        look.spec(status.name)?.resources?.limits?.memory,
      );
    // An evicted pod's containers are killed: the disruption is the cause.
    const told = lastWords(look, status, ended);
    if (told === undefined) return undefined;
    if (ended.exitCode === 2 && USAGE.test(told))
      return withLog(found(evidence, 'RUNTIME_FAILED', OLDER_IMAGE), told);
    const finding = found(
      evidence,
      (toldFailure(told)?.stage ?? stage) === 'bundle'
        ? 'BUNDLE_FAILED'
        : 'DEPENDENCIES_FAILED',
    );
    return {
      ...withLog(finding, told),
      problem: withTold(finding.problem, told),
    };
  }
  return undefined;
}
