/** The app itself: it ended, or does not answer. */
import type {
  V1ContainerStateTerminated,
  V1ContainerStatus,
} from '@kubernetes/client-node';
import type { CauseCode } from '../causes';
import { found, withLog, type Finding } from '../Finding';
import type { Case } from '../Case';
import type { Evidence } from '../Facts';
import { FAILURE_PREFIX, withTold } from '../entryFailures';
import { TELLING, toldEnd, toldHint } from '../words/output';
import { lastEnd, unsettledMs } from '../restarts';
import { finished } from '../pods';
import { startFailure } from './startFailure';

/** A port that is closed for moments at a start, or after a probe, is none to speak of. */
const SILENT_MS = 3000;

/** A probe ended this run: the kubelet tells it by an event alone, whatever the exit code. */
function killedBy(
  look: Case,
  probe: 'startup' | 'liveness',
  end: V1ContainerStateTerminated,
): Finding | undefined {
  // Times have a grain of a second.
  const from = new Date(end.startedAt ?? NaN).getTime() - 1000;
  const to = new Date(end.finishedAt ?? NaN).getTime() + 1000;
  const [event] = look.podEvents('Killing').filter(
    each =>
      each.message?.includes(
        `Container ${look.app!.name} failed ${probe} probe`,
      ) &&
      // It counts kills of several runs: this one is among them, or listened and ended later.
      !(look.now - look.age(each) < from) &&
      !(new Date(each.firstTimestamp ?? NaN).getTime() > to),
  );
  if (!event) return undefined;
  const evidence = [
    {
      source: `Event Killing of ${look.pod!.metadata?.name}`,
      message: event.message ?? '',
    },
  ];
  if (probe === 'startup') {
    const log = look.endedLog(look.app!, TELLING) ?? '';
    const hint = portHint(look) ?? toldHint(log, look.port);
    return {
      ...found(evidence, 'NOT_LISTENING', look.port, hint),
      status: 'FAILED',
    };
  }
  return {
    ...found(evidence, 'STOPPED_ANSWERING', look.port),
    status: 'FAILED',
  };
}

/** The local cluster alone sees which ports a container listens on. */
function portHint(look: Case): string | undefined {
  const [event] = look
    .podEvents('Unhealthy')
    .filter(each => /container listens on port/.test(each.message ?? ''));
  return /\((the container listens on port [\d, ]+)\)/.exec(
    event?.message ?? '',
  )?.[1];
}

/** Causes that nothing but the output tells. */
const TOLD_BY_LOG: ReadonlySet<string> = new Set<CauseCode>([
  'HEAP_LIMIT',
  'GPU_MEMORY',
  'PROCESS_LIMIT',
  'NO_SPACE',
  'PORT_IN_USE',
  'WRONG_ARCHITECTURE',
  'COMMAND_NOT_FOUND',
  'NOT_EXECUTABLE',
]);

function saidFinding(
  look: Case,
  evidence: Evidence[],
  { code, what }: NonNullable<ReturnType<typeof toldEnd>>,
): Finding {
  switch (code) {
    case 'PORT_IN_USE':
      return found(evidence, code, what ?? String(look.port));
    case 'COMMAND_NOT_FOUND':
    case 'NOT_EXECUTABLE':
    case 'WRONG_ARCHITECTURE':
      return found(evidence, code, what ?? 'The command');
    case 'NO_SPACE':
      return found(evidence, code, what);
    default:
      return found(evidence, code);
  }
}

/** Why a program ended, as its output and its exit code tell. */
function endOf(
  look: Case,
  status: V1ContainerStatus,
  { exitCode, reason }: V1ContainerStateTerminated,
): Finding | undefined {
  const log = look.endedLog(status, TELLING);
  if (log === undefined) return undefined;
  const evidence = [
    {
      source: look.source(`container ${status.name}, terminated`),
      message: `${reason ?? 'Error'}, exit code ${exitCode}`,
    },
  ];
  const limit = look.spec(status.name)?.resources?.limits?.memory;
  const tell = (): Finding => {
    if (reason === 'OOMKilled') return found(evidence, 'OUT_OF_MEMORY', limit);
    const said = toldEnd(log, exitCode);
    if (said) return saidFinding(look, evidence, said);
    // 128 + the signal: a fault of memory, an abort, a kill.
    if ([132, 134, 135, 136, 137, 139].includes(exitCode))
      return found(evidence, 'APP_CRASHED', exitCode);
    return found(evidence, 'APP_EXITED', exitCode);
  };
  const told = tell();
  const finding = withLog(told, log);
  const { known } = look.facts;
  // A log is gone for moments after each restart: what it told holds.
  if (
    !log &&
    known &&
    TOLD_BY_LOG.has(known.code) &&
    told.code !== 'OUT_OF_MEMORY'
  )
    return { ...told, code: known.code as CauseCode, problem: { ...known } };
  return log.includes(FAILURE_PREFIX)
    ? { ...finding, problem: withTold(finding.problem, log) }
    : finding;
}

/** It ended, and has not come to rest since. */
export function ended(look: Case): Finding | undefined {
  const status = look.app;
  const end = lastEnd(status);
  if (!status || !end) return undefined;
  const unsettled = unsettledMs(status, look.facts.now);
  if (!unsettled) return undefined;
  look.lookAgain(unsettled);
  const start = startFailure(look, status.name, end);
  if (start) return start;
  if (end.reason === 'OOMKilled') return endOf(look, status, end);
  const probe =
    killedBy(look, 'startup', end) ?? killedBy(look, 'liveness', end);
  if (look.wants.events) return undefined;
  if (probe) {
    const log = look.endedLog(status, TELLING);
    return log === undefined ? undefined : withLog(probe, log);
  }
  return endOf(look, status, end);
}

/** It runs, and its port is closed. */
export function silent(look: Case): Finding | undefined {
  const status = look.app;
  const since = status?.state?.running?.startedAt;
  if (!status || !since || finished(look.pod!)) return undefined;
  const ready = look.condition('Ready');
  if (status.ready || ready?.status === 'True') return undefined;
  if (!look.isOlder(since, SILENT_MS)) return undefined;
  return status.started ? stopped(look, since) : notYet(look, since);
}

/** https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#failed-deployment */
function isOverdue({ facts }: Case): boolean {
  return facts.workloads.some(({ status }) =>
    status?.conditions?.some(
      ({ reason, status: value }) =>
        value === 'False' && reason === 'ProgressDeadlineExceeded',
    ),
  );
}

/** It was up, and a probe does not reach it any more. */
function stopped(look: Case, since: Date): Finding | undefined {
  const changed = look.condition('ContainersReady')?.lastTransitionTime;
  if (!look.isOlder(changed ?? since, SILENT_MS)) return undefined;
  look.lookAgain(Math.max(SILENT_MS, look.since(changed ?? since) / 4));
  const [event] = look
    .podEvents('Unhealthy')
    .filter(
      each =>
        /Readiness probe failed/.test(each.message ?? '') &&
        look.since(since) > look.age(each),
    );
  if (!event) return undefined;
  return found(
    [
      {
        source: `Event Unhealthy of ${look.pod!.metadata?.name}`,
        message: event.message ?? '',
      },
    ],
    'STOPPED_ANSWERING',
    look.port,
  );
}

/**
 * A slow start is no fault: it has the time that its startup probe gives it. Spoken of earlier
 * where it is seen to listen on another port.
 */
function notYet(look: Case, started: Date): Finding | undefined {
  // A kubelet that was away probes anew.
  const changed = look.condition('ContainersReady')?.lastTransitionTime;
  const since = new Date(
    Math.max(new Date(started).getTime(), new Date(changed ?? 0).getTime()),
  );
  const probe = look.spec(look.app!.name)?.startupProbe;
  const { failureThreshold = 3, periodSeconds = 10 } = probe ?? {};
  const windowMs = Math.max(failureThreshold * periodSeconds * 1000, 30_000);
  const seen = portHint(look);
  if (!seen && !isOverdue(look) && !look.isOlder(since, windowMs)) {
    look.lookAgain(5000);
    look.note(
      `The app runs, but nothing answers on its port ${look.port} yet.`,
    );
    return undefined;
  }
  if (look.wants.events) return undefined;
  const log = look.log(look.app!.name, false);
  if (log === undefined) return undefined;
  const hint = seen ?? toldHint(log, look.port);
  const evidence = [
    {
      source: look.source(`container ${look.app!.name}`),
      message: `running since ${new Date(since).toISOString()}, not ready`,
    },
  ];
  return withLog(found(evidence, 'NOT_LISTENING', look.port, hint), log);
}
