/** Objects of a cluster, for cases that no recording has. */
import type { CoreV1Event, V1Pod } from '@kubernetes/client-node';
import type { Facts, WorkloadFacts } from '../Facts';

export const NOW = new Date('2026-11-24T12:00:00Z');
export const AGO = '2026-11-24T11:59:00Z' as unknown as Date;

export function facts(change: Partial<Facts>): Facts {
  return {
    now: NOW,
    pods: [],
    workloads: [],
    events: [],
    secretNames: new Map([['s-1', 'database']]),
    log: () => '',
    ...change,
  };
}

export const event = (
  reason: string,
  message: string,
  involvedObject: CoreV1Event['involvedObject'] = { kind: 'Pod', name: 'p' },
): CoreV1Event => ({
  metadata: {},
  involvedObject,
  reason,
  message,
  lastTimestamp: AGO,
});

/** Its files are a volume made of an image. */
export const withContent = (whole: V1Pod): V1Pod => ({
  ...whole,
  spec: {
    ...whole.spec!,
    volumes: [{ name: 'app', image: { reference: 'portal.example/app' } }],
  },
});

/** A pod whose app is in some state. */
export const pod = (
  app: object,
  more: {
    status?: object;
    inits?: object[];
    scheduled?: object;
    metadata?: object;
  } = {},
): V1Pod => ({
  metadata: { name: 'p', creationTimestamp: AGO, ...more.metadata },
  spec: {
    containers: [
      {
        name: 'app',
        image: 'registry.example.com/team/app:1',
        ports: [{ containerPort: 8080 }],
        resources: { limits: { memory: '64Mi' } },
      },
    ],
    ...(more.inits
      ? { initContainers: more.inits.map(() => ({ name: 'dependencies' })) }
      : {}),
    volumes: [{ name: 'file-0', secret: { secretName: 's-1' } }],
  },
  status: {
    phase: 'Pending',
    conditions: [
      {
        type: 'PodScheduled',
        status: 'True',
        lastTransitionTime: AGO,
        ...more.scheduled,
      },
    ],
    initContainerStatuses: more.inits?.map(init => ({
      name: 'dependencies',
      image: '',
      imageID: '',
      ready: false,
      restartCount: 0,
      ...init,
    })),
    containerStatuses: [
      {
        name: 'app',
        image: 'registry.example.com/team/app:1',
        imageID: '',
        ready: false,
        restartCount: 0,
        ...app,
      },
    ],
    ...more.status,
  },
});

export const creating = { state: { waiting: { reason: 'ContainerCreating' } } };
export const pulling = (message: string) => ({
  state: { waiting: { reason: 'ImagePullBackOff', message } },
});
export const ended = (
  exitCode: number,
  reason = 'Error',
  message?: string,
) => ({
  state: {
    terminated: { exitCode, reason, message, startedAt: AGO, finishedAt: AGO },
  },
});
export const unschedulable = (message: string) =>
  pod(creating, {
    scheduled: { status: 'False', reason: 'Unschedulable', message },
  });
export const refusedBy = (message: string): WorkloadFacts => ({
  kind: 'ReplicaSet',
  metadata: { name: 'i-1' },
  status: {
    conditions: [
      {
        type: 'ReplicaFailure',
        status: 'True',
        reason: 'FailedCreate',
        message,
      },
    ],
  },
});
