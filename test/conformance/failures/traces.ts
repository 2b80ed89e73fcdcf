/**
 * What of objects is compared: for each aspect the values that it had, one after another, without times.
 */
import type { Json } from '../recording';
import type { Revision } from './cases';

/** The values of one aspect, each with where it stands. */
export interface Trace {
  aspect: string;
  values: string[];
  /** When each was seen, in seconds. */
  at: number[];
}

function stateOf({ state = {}, restartCount = 0 }: Json): string {
  const [kind, of] = Object.entries<Json>(state)[0] ?? ['none', {}];
  const parts = [kind, of.reason, of.exitCode, `restarts ${restartCount}`];
  return parts.filter(part => part !== undefined).join(' ');
}

/** How the run before ended: the state may not tell it, this does. */
function lastOf({ name, lastState }: Json): Array<[string, string]> {
  const { terminated } = lastState ?? {};
  return terminated
    ? [[`${name} before`, `${terminated.reason} ${terminated.exitCode}`]]
    : [];
}

function conditionTexts({ conditions = [] }: Json): Array<[string, string]> {
  return conditions.map(({ type, status, reason }: Json) => [
    type,
    reason ? `${status} ${reason}` : status,
  ]);
}

/** The aspects of one revision: conditions with their reasons, phases, states of containers, restart counts. */
function aspectsOf({ kind, object }: Revision): Array<[string, string]> {
  const { status = {}, metadata } = object;
  switch (kind) {
    case 'Pod': {
      const containers = [
        ...(status.initContainerStatuses ?? []),
        ...(status.containerStatuses ?? []),
      ].flatMap(
        (each: Json): Array<[string, string]> => [
          [each.name, stateOf(each)],
          ...lastOf(each),
        ],
      );
      return [
        ['phase', [status.phase, status.reason].filter(Boolean).join(' ')],
        ...(metadata.deletionTimestamp
          ? [['deletion', 'asked'] as [string, string]]
          : []),
        ...conditionTexts(status),
        ...containers,
      ];
    }
    case 'PersistentVolumeClaim':
      return [['phase', status.phase]];
    case 'Deployment':
    case 'ReplicaSet':
      return conditionTexts(status);
    default:
      return [];
  }
}

/** What the scheduler says of a pod before a claim of it is bound, in seconds: 10 to 140 ms in healthy starts. */
const FLASH_SECONDS = 1;
const UNSCHEDULABLE = 'False Unschedulable';

/**
 * Of a state that lasts for moments, a watch may tell or not: the kubelet writes what it sees when it
 * looks. A run that has ended says that it ran; a container that runs was created.
 */
function isPassing(
  value: string,
  next: string | undefined,
  seconds: number,
): boolean {
  if (next === undefined) return false;
  // A claim that is bound at once is so before the scheduler looks, or a moment later.
  if (value === UNSCHEDULABLE)
    return next === 'True' && seconds < FLASH_SECONDS;
  if (value.startsWith('running')) return next.startsWith('terminated');
  return false;
}

/** The wait after a run tells of the run's end, too. */
function isToldLater(value: string, next: string | undefined): boolean {
  const [, restarts] = /^terminated.* restarts (\d+)$/.exec(value) ?? [];
  return (
    restarts !== undefined &&
    next === `waiting CrashLoopBackOff restarts ${restarts}`
  );
}

/**
 * The traces of all objects, by the kind and the order in which they came to be.
 *
 * @param recorded - what was recorded, for the traces of what is played. It is played faster: what takes
 *   long there may take a moment here, and is told all the same
 */
export function tracesOf(revisions: Revision[], recorded?: Trace[]): Trace[] {
  const numbers = new Map<string, number>();
  const names = new Map<string, string>();
  /** `Pod 1`: names differ. */
  const numbered = (kind: string, name: string) => {
    const id = `${kind} ${name}`;
    const known = names.get(id);
    if (known) return known;
    const number = (numbers.get(kind) ?? 0) + 1;
    numbers.set(kind, number);
    names.set(id, `${kind} ${number}`);
    return names.get(id)!;
  };
  const traces = new Map<string, Trace>();
  const add = (aspect: string, value: string, at: number) => {
    const trace = traces.get(aspect) ?? { aspect, values: [], at: [] };
    traces.set(aspect, trace);
    if (trace.values.at(-1) === value) return;
    trace.values.push(value);
    trace.at.push(at);
  };
  for (const revision of revisions) {
    const { kind, object, at, type } = revision;
    if (kind === 'Event') continue;
    if (!object.metadata) continue;
    const name = numbered(kind, object.metadata.name);
    for (const [aspect, value] of aspectsOf(revision))
      add(`${name}: ${aspect}`, value, at);
    if (type === 'DELETED') add(`${name}: deletion`, 'done', at);
  }
  // Events come in an order of their own: what they say of one object is told once each.
  const told = new Set<string>();
  for (const { kind, object, at } of revisions) {
    if (kind !== 'Event') continue;
    const { involvedObject, reason } = object;
    const name = numbered(involvedObject.kind, involvedObject.name);
    if (told.has(`${name} ${reason}`)) continue;
    told.add(`${name} ${reason}`);
    add(`${name}: event ${reason}`, 'told', at);
  }
  const lasting = new Set(
    (recorded ?? [])
      .filter(({ values }) => values.includes(UNSCHEDULABLE))
      .map(({ aspect }) => aspect),
  );
  const found = [...traces.values()].map(trace =>
    withoutPassing(trace, lasting.has(trace.aspect)),
  );
  // Events about such short states are left out as well.
  const waited = new Set(
    found
      .filter(({ values }) => values.includes(UNSCHEDULABLE))
      .map(({ aspect }) => aspect.split(':')[0]),
  );
  // A probe may come just after a run has ended by itself, before the kubelet notices: or not.
  const has = (name: string, text: string) =>
    found.some(
      ({ aspect, values }) =>
        aspect.startsWith(`${name}:`) &&
        (aspect.endsWith(text) || values.some(value => value.startsWith(text))),
    );
  return found.filter(({ aspect }) => {
    const [name] = aspect.split(':');
    if (aspect.endsWith('event FailedScheduling')) return waited.has(name);
    if (aspect.endsWith('event Unhealthy'))
      return !has(name, 'terminated') || has(name, 'event Killing');
    return true;
  });
}

function withoutPassing(trace: Trace, isLasting: boolean): Trace {
  const kept = trace.values
    .map((value, index) => ({ value, at: trace.at[index] }))
    .filter(
      ({ value, at }, index) =>
        !isPassing(
          value,
          trace.values[index + 1],
          isLasting ? Infinity : trace.at[index + 1] - at,
        ),
    )
    .filter(
      ({ value }, index, all) => !isToldLater(value, all[index + 1]?.value),
    );
  const values: string[] = [];
  const at: number[] = [];
  for (const each of kept) {
    if (values.at(-1) === each.value) continue;
    values.push(each.value);
    at.push(each.at);
  }
  return { aspect: trace.aspect, values, at };
}

/** A difference between what was recorded and what came. */
export interface Difference {
  aspect: string;
  recorded: string[];
  ours: string[];
}

/** Aspects whose recorded values are not the first of ours, or not yet. */
export function differences(recorded: Trace[], ours: Trace[]): Difference[] {
  const found = new Map(ours.map(trace => [trace.aspect, trace.values]));
  return recorded
    .filter(({ aspect, values }) => {
      const has = found.get(aspect) ?? [];
      return !values.every((value, index) => has[index] === value);
    })
    .map(({ aspect, values }) => ({
      aspect,
      recorded: values,
      ours: found.get(aspect) ?? [],
    }));
}

/** Watches of several kinds do not tell in one order. */
const SKEW_SECONDS = 0.3;

/** Whether everything that was recorded before a moment has come. */
export function hasReached(
  recorded: Trace[],
  ours: Trace[],
  before: number,
): boolean {
  const found = new Map(ours.map(trace => [trace.aspect, trace.values.length]));
  return recorded.every(({ aspect, at }) => {
    const wanted = at.filter(time => time < before - SKEW_SECONDS).length;
    return (found.get(aspect) ?? 0) >= wanted;
  });
}
