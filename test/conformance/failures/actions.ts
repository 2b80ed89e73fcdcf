/** What somebody did while a case was recorded, as its revisions tell it. */
import type { Json } from '../recording';
import { messagesOf, type Case, type Revision } from './cases';
import { missingData } from './data';
import { podSpecOf, written, type Made } from './given';

/** What is made so many seconds after the case began is an action. Several cases began at once. */
export const LATER_SECONDS = 8;

/** Something that is done once everything before it has been seen. */
export interface Action {
  /** Seconds since the case began, as recorded. */
  at: number;
  what:
    | { kind: 'update'; object: Json }
    | { kind: 'create'; objects: Json[] }
    /** The number of a pod in the order in which they came to be. */
    | { kind: 'delete-pod'; pod: number; graceSeconds?: number }
    | { kind: 'evict-pod'; pod: number }
    | { kind: 'release-pod'; pod: number }
    | { kind: 'delete-claim'; name: string; namespace: string }
    | { kind: 'lose-volume'; name: string }
    | { kind: 'taint'; taint: Json | undefined }
    | { kind: 'cordon'; isCordoned: boolean }
    | { kind: 'node-lost'; isLost: boolean };
}

const API: Record<string, string> = {
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
};

/** Where the specification of what was made became another one. */
function changes({ revisions }: Case): Action[] {
  const last = new Map<string, string>();
  return revisions.flatMap(({ kind, object, at }): Action[] => {
    if (!API[kind]) return [];
    const text = JSON.stringify(object.spec);
    const before = last.get(object.metadata.name);
    last.set(object.metadata.name, text);
    return before && before !== text
      ? [
          {
            at,
            what: { kind: 'update', object: written(object, API[kind], kind) },
          },
        ]
      : [];
  });
}

function conditionReason(object: Json, type: string): string | undefined {
  return object.status?.conditions?.find((each: Json) => each.type === type)
    ?.reason;
}

/** Pods in the order in which they came to be, each with its revisions. */
function podsOf({ revisions }: Case): Revision[][] {
  const pods = new Map<string, Revision[]>();
  for (const revision of revisions)
    if (revision.kind === 'Pod') {
      const { name, uid } = revision.object.metadata;
      const id = `${name} ${uid}`;
      pods.set(id, [...(pods.get(id) ?? []), revision]);
    }
  return [...pods.values()];
}

/** Where somebody deleted or evicted a pod: nobody else would have. */
function deletions(recorded: Case): Action[] {
  const updates = changes(recorded).map(({ at }) => at);
  const wasLost = messagesOf(recorded).includes('Node is not ready');
  return podsOf(recorded).flatMap((revisions, index): Action[] => {
    const pod = index + 1;
    const gone = revisions.find(({ type }) => type === 'DELETED');
    const asked = revisions.find(
      ({ object }) => object.metadata.deletionTimestamp,
    );
    const first = asked ?? gone;
    if (!first) return [];
    const isOfUpdate = updates.some(at => Math.abs(at - first.at) < 1);
    const reason = conditionReason(first.object, 'DisruptionTarget');
    const actions: Action[] = [];
    if (reason === 'EvictionByEvictionAPI')
      actions.push({ at: first.at, what: { kind: 'evict-pod', pod } });
    else if (!reason && !isOfUpdate && !wasLost)
      actions.push({
        at: first.at,
        what: {
          kind: 'delete-pod',
          pod,
          graceSeconds: asked
            ? asked.object.metadata.deletionGracePeriodSeconds
            : 0,
        },
      });
    if (gone && first.object.metadata.finalizers?.length)
      actions.push({ at: gone.at, what: { kind: 'release-pod', pod } });
    return actions;
  });
}

/** Where a bound claim was lost: somebody took its volume away. */
function lostVolumes({ revisions }: Case): Action[] {
  const lost = revisions.find(
    ({ kind, object }) =>
      kind === 'PersistentVolumeClaim' && object.status?.phase === 'Lost',
  );
  return lost
    ? [
        {
          at: lost.at,
          what: { kind: 'lose-volume', name: lost.object.spec.volumeName },
        },
      ]
    : [];
}

function claims({ revisions }: Case): Action[] {
  const asked = revisions.find(
    ({ kind, object }) =>
      kind === 'PersistentVolumeClaim' && object.metadata.deletionTimestamp,
  );
  if (!asked) return [];
  const { name, namespace } = asked.object.metadata;
  return [{ at: asked.at, what: { kind: 'delete-claim', name, namespace } }];
}

/** Where what was missing came: the container that waited for it runs later. */
function arrivals(recorded: Case, made: Json[]): Action[] {
  const told = messagesOf(recorded).join('\n');
  const waited = recorded.revisions.find(
    ({ kind, object }) =>
      kind === 'Pod' &&
      object.status?.containerStatuses?.some(
        (each: Json) =>
          each.state?.waiting?.reason === 'CreateContainerConfigError',
      ),
  );
  const ran =
    waited &&
    recorded.revisions.find(
      ({ kind, object, at }) =>
        kind === 'Pod' &&
        at > waited.at &&
        object.status?.containerStatuses?.some(
          (each: Json) => each.state?.running,
        ),
    );
  if (!ran) return [];
  const objects = made.flatMap(each => {
    const spec = podSpecOf(each);
    return spec ? missingData(spec, each.metadata.namespace, told) : [];
  });
  return objects.length
    ? [{ at: (waited.at + ran.at) / 2, what: { kind: 'create', objects } }]
    : [];
}

/** A taint that kept a pod away, or drove it away, and when it went. */
function taints(recorded: Case): Action[] {
  const [, key, value] =
    /untolerated taint \{([^:]+): ([^}]*)\}/.exec(
      messagesOf(recorded).join('\n'),
    ) ?? [];
  if (!key || key.startsWith('node.kubernetes.io/')) return [];
  const evicted = recorded.revisions.find(
    ({ object }) =>
      conditionReason(object, 'DisruptionTarget') === 'DeletionByTaintManager',
  );
  const placed = waitOf(recorded, evicted?.at ?? 0)?.placed;
  const taint = {
    key,
    value,
    effect: evicted ? 'NoExecute' : 'NoSchedule',
  };
  return [
    { at: evicted ? evicted.at : -1, what: { kind: 'taint', taint } },
    ...(placed
      ? [{ at: placed.at, what: { kind: 'taint' as const, taint: undefined } }]
      : []),
  ];
}

/** When a pod had no place, and when it got one. */
function waitOf(
  { revisions }: Case,
  from: number,
): { refused: Revision; placed: Revision | undefined } | undefined {
  const refused = revisions.find(
    ({ kind, object, at }) =>
      kind === 'Pod' &&
      at >= from &&
      conditionReason(object, 'PodScheduled') === 'Unschedulable',
  );
  if (!refused) return undefined;
  const placed = revisions.find(
    ({ kind, object, at }) =>
      kind === 'Pod' &&
      at > refused.at &&
      object.metadata.uid === refused.object.metadata.uid &&
      object.spec.nodeName,
  );
  return { refused, placed };
}

/** A drain: no pod comes to the node until it is uncordoned. */
function cordons(recorded: Case): Action[] {
  const isCordoned = messagesOf(recorded).some(message =>
    message.includes('node(s) were unschedulable'),
  );
  const evicted = recorded.revisions.find(
    ({ object }) =>
      conditionReason(object, 'DisruptionTarget') === 'EvictionByEvictionAPI',
  );
  if (!isCordoned || !evicted) return [];
  const wait = waitOf(recorded, evicted.at);
  return [
    { at: evicted.at - 0.01, what: { kind: 'cordon', isCordoned: true } },
    ...(wait?.placed
      ? [
          {
            at: wait.placed.at,
            what: { kind: 'cordon' as const, isCordoned: false },
          },
        ]
      : []),
  ];
}

/** When the node went and came back, by what was said of its pods. */
function losses({ revisions }: Case): Action[] {
  const lost = revisions.find(
    ({ kind, object }) => kind === 'Event' && object.reason === 'NodeNotReady',
  );
  if (!lost) return [];
  // The first that comes of it: what the kubelet writes, or an eviction that is taken back.
  const back = revisions.find(({ kind, object, at }) => {
    if (at <= lost.at) return false;
    if (kind === 'Event') return object.message?.startsWith('Cancelling');
    const ready = object.status?.conditions?.find(
      (each: Json) => each.type === 'Ready',
    );
    const isOfLost = object.spec?.nodeName && ready;
    return (
      kind === 'Pod' && isOfLost && (ready.status === 'True' || ready.reason)
    );
  });
  return [
    { at: lost.at - 0.5, what: { kind: 'node-lost', isLost: true } },
    ...(back
      ? [{ at: back.at, what: { kind: 'node-lost' as const, isLost: false } }]
      : []),
  ];
}

/** All of them, in order. */
export function actionsOf(recorded: Case, made: Made[]): Action[] {
  return [
    ...made
      .filter(({ at }) => at > LATER_SECONDS)
      .map(
        ({ object, at }): Action => ({
          at,
          what: { kind: 'create', objects: [object] },
        }),
      ),
    ...lostVolumes(recorded),
    ...changes(recorded),
    ...deletions(recorded),
    ...claims(recorded),
    ...arrivals(
      recorded,
      made.map(({ object }) => object),
    ),
    ...taints(recorded),
    ...cordons(recorded),
    ...losses(recorded),
  ].sort((a, b) => a.at - b.at);
}
