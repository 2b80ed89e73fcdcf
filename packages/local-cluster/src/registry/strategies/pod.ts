/** Pods: their processes get a grace period, and little of them changes once they are there. */
import { equal } from '../../apply/equal';
import { AGE, NAME, since, type Column } from '../../table/table';
import { wholeSeconds } from '../../time';
import type { Json, KubeObject } from '../../types';
import { forbidden } from '../causes';
import type { Resource } from '../Resource';
import { fill } from './fill';
import {
  podSpecCauses,
  podSpecDefaults,
  podSpecWarnings,
  requestDefaults,
} from './podSpec';
import { qosClass } from './qos';

/** The specification without what an update may change. */
function fixedParts(spec: Json): Json {
  const ofContainer = ({ image, ...rest }: Json) => rest;
  const {
    activeDeadlineSeconds,
    tolerations,
    terminationGracePeriodSeconds,
    ...rest
  } = spec ?? {};
  return {
    ...rest,
    containers: (rest.containers ?? []).map(ofContainer),
    initContainers: (rest.initContainers ?? []).map(ofContainer),
  };
}

/** What `kubectl get pods` calls the state of a pod (kubernetes' `printPod`). */
function podReason(pod: KubeObject): string {
  const { status = {}, metadata, spec } = pod;
  let reason: string = status.reason || status.phase || '';
  let initializing = false;
  const init: Json[] = status.initContainerStatuses ?? [];
  for (const [index, { state = {} }] of init.entries()) {
    const { terminated, waiting } = state;
    if (terminated?.exitCode === 0) continue;
    if (terminated)
      reason = `Init:${
        terminated.reason ||
        (terminated.signal
          ? `Signal:${terminated.signal}`
          : `ExitCode:${terminated.exitCode}`)
      }`;
    else if (waiting?.reason && waiting.reason !== 'PodInitializing')
      reason = `Init:${waiting.reason}`;
    else reason = `Init:${index}/${spec.initContainers.length}`;
    initializing = true;
    break;
  }
  if (!initializing) {
    let isRunning = false;
    for (const { state = {}, ready } of [
      ...(status.containerStatuses ?? []),
    ].reverse()) {
      const { terminated, waiting, running } = state;
      if (waiting?.reason) reason = waiting.reason;
      else if (terminated)
        reason =
          terminated.reason ||
          (terminated.signal
            ? `Signal:${terminated.signal}`
            : `ExitCode:${terminated.exitCode}`);
      else if (ready && running) isRunning = true;
    }
    if (reason === 'Completed' && isRunning)
      reason = conditionOf(pod, 'Ready') ? 'Running' : 'NotReady';
  }
  if (metadata.deletionTimestamp)
    return status.reason === 'NodeLost' ? 'Unknown' : 'Terminating';
  return reason;
}

function conditionOf(pod: KubeObject, type: string): boolean {
  return (pod.status?.conditions ?? []).some(
    (each: Json) => each.type === type && each.status === 'True',
  );
}

function readiness({ spec, status = {} }: KubeObject): string {
  const ready = (status.containerStatuses ?? []).filter(
    (each: Json) => each.ready && each.state?.running,
  ).length;
  return `${ready}/${spec.containers.length}`;
}

function restarts({ status = {} }: KubeObject, now: number): string {
  const init: Json[] = status.initContainerStatuses ?? [];
  const main: Json[] = status.containerStatuses ?? [];
  const initializing = init.some(
    each => each.state?.terminated?.exitCode !== 0,
  );
  const counted = initializing ? init : main;
  const count = counted.reduce((sum, each) => sum + each.restartCount, 0);
  const last = counted
    .map(each => each.lastState?.terminated?.finishedAt)
    .filter(Boolean)
    .sort()
    .at(-1);
  return count && last ? `${count} (${since(last, now)} ago)` : String(count);
}

const WIDE: Column[] = [
  {
    name: 'IP',
    priority: 1,
    cell: ({ status }) => status?.podIP ?? '<none>',
  },
  {
    name: 'Node',
    priority: 1,
    cell: ({ spec }) => spec.nodeName || '<none>',
  },
  {
    name: 'Nominated Node',
    priority: 1,
    cell: ({ status }) => status?.nominatedNodeName || '<none>',
  },
  {
    name: 'Readiness Gates',
    priority: 1,
    cell(pod) {
      const gates: Json[] = pod.spec.readinessGates ?? [];
      if (!gates.length) return '<none>';
      const met = gates.filter(each => conditionOf(pod, each.conditionType));
      return `${met.length}/${gates.length}`;
    },
  },
];

export const pods: Resource = {
  group: '',
  version: 'v1',
  plural: 'pods',
  kind: 'Pod',
  namespaced: true,
  shortNames: ['po'],
  categories: ['all'],
  status: true,
  generation: true,
  returnsDeleted: true,
  subresources: [
    { name: 'attach', kind: 'PodAttachOptions', verbs: ['create', 'get'] },
    { name: 'binding', kind: 'Binding', verbs: ['create'] },
    {
      name: 'eviction',
      group: 'policy',
      version: 'v1',
      kind: 'Eviction',
      verbs: ['create'],
    },
    { name: 'exec', kind: 'PodExecOptions', verbs: ['create', 'get'] },
    { name: 'log', verbs: ['get'] },
    {
      name: 'portforward',
      kind: 'PodPortForwardOptions',
      verbs: ['create', 'get'],
    },
  ],
  fieldLabels: {
    'spec.nodeName': undefined,
    'spec.restartPolicy': undefined,
    'spec.schedulerName': undefined,
    'spec.serviceAccountName': undefined,
    'spec.hostNetwork': pod => String(Boolean(pod.spec?.hostNetwork)),
    'status.phase': undefined,
    'status.podIP': undefined,
    'status.nominatedNodeName': undefined,
  },
  columns: [
    NAME,
    { name: 'Ready', cell: readiness },
    { name: 'Status', cell: podReason },
    { name: 'Restarts', cell: restarts },
    AGE,
    ...WIDE,
  ],

  defaults(pod) {
    if (!pod.spec) return;
    podSpecDefaults(pod.spec);
    requestDefaults(pod.spec);
    fill(pod.spec, { enableServiceLinks: true });
  },

  prepareForCreate(pod) {
    pod.status = { phase: 'Pending', qosClass: qosClass(pod.spec) };
  },

  validate: pod => podSpecCauses(pod.spec, 'spec'),
  warnings: pod => podSpecWarnings(pod.spec, 'spec'),

  validateUpdate: (before, after) =>
    equal(fixedParts(before.spec), fixedParts(after.spec))
      ? []
      : [
          forbidden(
            'spec',
            'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
          ),
        ],

  /** A pod on a node waits for its processes. */
  awaitDeletion(pod, options, now) {
    const { metadata, spec, status } = pod;
    const isOver = ['Succeeded', 'Failed'].includes(status?.phase);
    const grace =
      spec.nodeName && !(isOver && options.gracePeriodSeconds === undefined)
        ? options.gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30
        : 0;
    if (grace <= 0) return undefined;
    const earlier = metadata.deletionGracePeriodSeconds;
    if (metadata.deletionTimestamp && earlier !== undefined && grace >= earlier)
      return pod;
    return {
      ...pod,
      metadata: {
        ...metadata,
        deletionGracePeriodSeconds: grace,
        deletionTimestamp: wholeSeconds(new Date(now.getTime() + grace * 1000)),
        generation: (metadata.generation ?? 1) + 1,
      },
    };
  },

  /** The node agent sets the grace period to 0 once the processes are gone. */
  isHeld: pod => pod.metadata.deletionGracePeriodSeconds !== 0,
};
