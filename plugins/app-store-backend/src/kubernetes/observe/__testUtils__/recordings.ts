/** Recordings of real objects (`failures.jsonl`), and what was known at each moment of a case. */
import type {
  CoreV1Event,
  V1PersistentVolumeClaim,
  V1Pod,
} from '@kubernetes/client-node';
import { refusalFinding } from '../rules/refusal';
import { observe } from '../observe';
import type { Finding } from '../Finding';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { packPod, unpackPod } from '../../view/packPod';
import type { Facts, Refusal, WorkloadFacts } from '../Facts';

/** Of no instance: names stay as they are. */
const NO_ID = 'no id';

interface Metadata {
  name: string;
  uid: string;
  creationTimestamp?: string;
}

interface LogAnswer {
  pod?: string;
  container: string;
  previous: boolean;
  httpStatus: number;
  body: string;
}

/** One line of a recording. */
export interface Revision {
  case: string;
  /** Seconds since the recording of the case began. */
  at: number;
  kind: string;
  type?: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: { metadata?: Metadata } & Record<string, unknown>;
}

/** Logs of a run that ended are recorded some moments later, and can be read at once. */
const LOG_LAG_S = 10;

export function readCases(path: string): Map<string, Revision[]> {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  const cases = new Map<string, Revision[]>();
  for (const line of text.split('\n')) {
    if (!line.trim()) continue;
    const revision = JSON.parse(line) as Revision;
    const known = cases.get(revision.case);
    if (known) known.push(revision);
    else cases.set(revision.case, [revision]);
  }
  return cases;
}

/** What the cluster had said of a case by some moment. */
export class Recording {
  readonly revisions: Revision[];
  /** When the recording began, in milliseconds: no object is made before its own time. */
  readonly #began: number;

  constructor(revisions: Revision[]) {
    this.revisions = [...revisions].sort((a, b) => a.at - b.at);
    const times = this.revisions.flatMap(({ at, object }) => {
      const made = Date.parse(object.metadata?.creationTimestamp ?? '');
      return Number.isNaN(made) ? [] : [made - at * 1000];
    });
    this.#began = Math.max(0, ...times);
  }

  /** The refusals of a case, each by itself. */
  get refusals(): Array<{ at: number; refusal: Refusal }> {
    return this.revisions
      .filter(({ kind }) => kind === 'Status')
      .map(({ at, object }) => ({ at, refusal: object as unknown as Refusal }));
  }

  /**
   * An event of which only the first and the last count were recorded was seen in between, too: at
   * the latest when a container ended.
   */
  #repeated(event: CoreV1Event, at: number): CoreV1Event {
    const later = this.revisions.some(
      ({ kind, object, at: then }) =>
        kind === 'Event' &&
        then > at &&
        object.metadata!.uid === event.metadata.uid,
    );
    if (!later || event.reason !== 'Killing') return event;
    const ends = this.#objects<V1Pod>(
      this.revisions.filter(revision => revision.at <= at),
      ['Pod'],
    )
      .filter(pod => pod.metadata!.name === event.involvedObject.name)
      .flatMap(pod => pod.status?.containerStatuses ?? [])
      .flatMap(({ state, lastState }) => [
        state?.terminated?.finishedAt,
        lastState?.terminated?.finishedAt,
      ])
      .flatMap(time => (time ? [String(time)] : []))
      .sort();
    return ends.length
      ? { ...event, lastTimestamp: ends.at(-1) as unknown as Date }
      : event;
  }

  /** Objects of a kind as they were, without those that had gone. */
  #objects<T>(seen: Revision[], kinds: string[]): T[] {
    const objects = new Map<string, Revision>();
    for (const revision of seen) {
      if (!kinds.includes(revision.kind)) continue;
      const { uid } = revision.object.metadata!;
      if (revision.type === 'DELETED') objects.delete(uid);
      else objects.set(uid, revision);
    }
    return [...objects.values()].map(
      ({ kind, object }) => ({ kind, ...object } as unknown as T),
    );
  }

  /** @param at - seconds since the recording began */
  factsAt(at: number): Facts {
    const seen = this.revisions.filter(revision => revision.at <= at);
    const logs = this.revisions.filter(
      ({ kind, object }) => kind === 'Log' && 'pod' in object,
    );
    // As they are kept in memory: what is left out there is not known to a diagnosis.
    const pods = this.#objects<V1Pod>(seen, ['Pod']).map(pod =>
      unpackPod(packPod(pod, NO_ID), NO_ID),
    );
    return {
      now: new Date(this.#began + at * 1000),
      pods,
      workloads: this.#objects<WorkloadFacts>(seen, [
        'Deployment',
        'StatefulSet',
        'ReplicaSet',
      ]),
      claim: this.#objects<V1PersistentVolumeClaim>(seen, [
        'PersistentVolumeClaim',
      ])[0],
      secretNames: new Map(),
      events: this.#objects<CoreV1Event>(seen, ['Event']).map(event =>
        this.#repeated(event, at),
      ),
      log(container, previous) {
        const of = logs.filter(({ object }) => {
          const log = object as unknown as LogAnswer;
          return log.container === container && log.previous === previous;
        });
        const log =
          of.findLast(each => each.at <= at) ??
          of.find(each => each.at <= at + LOG_LAG_S);
        const answer = log?.object as unknown as LogAnswer | undefined;
        return answer?.httpStatus === 200 ? answer.body : '';
      },
    };
  }
}

/** What was said of an instance from some moment on. */
export interface Moment {
  /** Seconds since the recording began. */
  at: number;
  /** Absent where nothing was wrong. */
  finding?: Finding;
  notice?: string;
  isWell: boolean;
}

/** Time passes without an event, too: looks at each second between two revisions, up to this many. */
const IDLE_S = 30;

/** Every change of the diagnosis, looked for at every revision and in between. */
export function timeline(recording: Recording): Moment[] {
  const times = [...new Set(recording.revisions.map(({ at }) => at))];
  const moments: Moment[] = [];
  for (const [i, from] of times.entries()) {
    const to = Math.min(times[i + 1] ?? Infinity, from + IDLE_S);
    for (let at = from; at < to; at++) {
      const { finding, notice, status } = observe(recording.factsAt(at));
      const last = moments.at(-1);
      const isWell = status === 'DEPLOYED';
      if (
        last?.finding?.problem.message === finding?.problem.message &&
        last?.isWell === isWell &&
        last.notice === notice
      )
        continue;
      moments.push({ at, finding, notice, isWell });
    }
  }
  return moments;
}

/** The causes of a case in their order: of its life, then of what was refused. */
export function causesOf(recording: Recording): string[] {
  const causes = timeline(recording).flatMap(({ finding }) =>
    finding ? [finding.code as string] : [],
  );
  return [
    ...causes.filter((code, i) => code !== causes[i - 1]),
    ...recording.refusals.map(({ refusal }) => refusalFinding(refusal).code),
  ];
}

/**
 * What holds for any case: a healthy start has no cause at any moment, and a cause is not taken
 * back for another one unless the instance was well in between.
 *
 * @returns what does not hold
 */
export function faultsOf(name: string, recording: Recording): string[] {
  const faults: string[] = [];
  const moments = timeline(recording);
  let seen: string[] = [];
  for (const { at, finding, isWell } of moments) {
    if (isWell) seen = [];
    if (!finding) continue;
    if (/^healthy/.test(name))
      faults.push(`${at} s: ${finding.code} of a healthy start`);
    if (seen.at(-1) === finding.code) continue;
    if (seen.includes(finding.code))
      faults.push(`${at} s: back to ${finding.code} after ${seen.at(-1)}`);
    seen.push(finding.code);
  }
  return faults;
}
