/** What happens before the app starts: its bundle and its dependencies. */
import { found, withLog, type Finding } from '../Finding';
import type { Case } from '../Case';
import { FAILURE_PREFIX, withTold } from '../entryFailures';
import { BUNDLE_CONTAINER } from '../../manifests/labels';
import { startFailure } from './startFailure';

/** What takes longer is spoken of, in milliseconds. */
const LONG_MS = 20_000;

export function initFailed(look: Case): Finding | undefined {
  for (const status of look.pod?.status?.initContainerStatuses ?? []) {
    if (status.state?.terminated?.exitCode === 0) continue;
    const since = status.state?.running?.startedAt;
    if (since && look.isOlder(since, LONG_MS))
      look.note(
        status.name === BUNDLE_CONTAINER
          ? "The app's bundle is still being fetched."
          : "The app's dependencies are still being installed.",
      );
    const ended = status.state?.terminated ?? status.lastState?.terminated;
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
    // The entry program is the runtime's.
    if (start)
      return found(start.evidence, 'RUNTIME_FAILED', start.problem.message);
    if (ended.reason === 'OOMKilled')
      return found(
        evidence,
        'INSTALL_OUT_OF_MEMORY',
        look.spec(status.name)?.resources?.limits?.memory,
      );
    // An evicted pod's containers are killed: the disruption is the cause.
    const log =
      ended.message || look.endedLog(status, new RegExp(FAILURE_PREFIX));
    if (log === undefined) return undefined;
    const finding =
      status.name === BUNDLE_CONTAINER
        ? found(evidence, 'BUNDLE_FAILED')
        : found(evidence, 'DEPENDENCIES_FAILED');
    return {
      ...withLog(finding, log),
      problem: withTold(finding.problem, log),
    };
  }
  return undefined;
}
