/**
 * Pods in memory: of one that is well a line of text, of any other what a diagnosis looks at. Ten
 * thousand whole pods are a hundred megabytes (reference: peers, section 3).
 */
import type { V1Container, V1Pod } from '@kubernetes/client-node';
import {
  APP_CONTAINER,
  LAUNCH_ANNOTATION,
  PREPARE_CONTAINER,
  QUEUE_LABEL,
} from '../manifests/labels';
import { stageTimes, stageTimesMessage } from '../observe/preparation';

/** A pod that is well, or the slim form of any other. */
export type PackedPod = string | V1Pod;

type Line = [
  /** With {@link ID} for the id of the instance. */
  name: string,
  uid: string,
  createdAt: number,
  launch: string | null,
  startedAt: number | null,
  restarts: number,
  version: string,
  /** What its init container told of its stages, in milliseconds. */
  bundle: number | null,
  dependencies: number | null,
];

/** No name of Kubernetes has it. */
const ID = '*';

/** Moments of the API are whole seconds. */
const secondsOf = (moment: Date | string) => Date.parse(String(moment)) / 1000;
const momentOf = (seconds: number) =>
  new Date(seconds * 1000)
    .toISOString()
    .replace('.000Z', 'Z') as unknown as Date;

function isWell({ metadata, status }: V1Pod): boolean {
  const [app, ...others] = status?.containerStatuses ?? [];
  return (
    !metadata?.deletionTimestamp &&
    status?.phase === 'Running' &&
    !others.length &&
    app?.name === APP_CONTAINER &&
    app.ready &&
    Boolean(app.state?.running) &&
    !app.lastState?.terminated &&
    Boolean(
      status.conditions?.some(
        ({ type, status: value }) => type === 'Ready' && value === 'True',
      ),
    ) &&
    (status.initContainerStatuses ?? []).every(
      init => init.state?.terminated?.exitCode === 0,
    )
  );
}

function slimContainer(container: V1Container): V1Container {
  const { name, image, ports, resources, restartPolicy, startupProbe } =
    container;
  return {
    name,
    image,
    ports,
    resources,
    ...(restartPolicy ? { restartPolicy } : {}),
    ...(startupProbe
      ? {
          startupProbe: {
            failureThreshold: startupProbe.failureThreshold,
            periodSeconds: startupProbe.periodSeconds,
          },
        }
      : {}),
  };
}

/** Without what nobody here looks at: the environment, managed fields, mounts. */
function slim({ metadata = {}, spec, status }: V1Pod): V1Pod {
  const { name, uid, creationTimestamp, deletionTimestamp, finalizers } =
    metadata;
  const launch = metadata.annotations?.[LAUNCH_ANNOTATION];
  const queue = metadata.labels?.[QUEUE_LABEL];
  return {
    metadata: {
      name,
      uid,
      creationTimestamp,
      resourceVersion: metadata.resourceVersion,
      ...(deletionTimestamp ? { deletionTimestamp } : {}),
      ...(finalizers ? { finalizers } : {}),
      ...(launch ? { annotations: { [LAUNCH_ANNOTATION]: launch } } : {}),
      ...(queue ? { labels: { [QUEUE_LABEL]: queue } } : {}),
    },
    spec: spec && {
      containers: spec.containers.map(slimContainer),
      initContainers: spec.initContainers?.map(slimContainer),
      ...(spec.schedulingGates
        ? { schedulingGates: spec.schedulingGates }
        : {}),
      ...(spec.readinessGates ? { readinessGates: spec.readinessGates } : {}),
      volumes: spec.volumes
        ?.filter(({ secret, image }) => secret || image)
        .map(({ name: volume, secret, image }) => ({
          name: volume,
          ...(secret ? { secret: { secretName: secret.secretName } } : {}),
          ...(image ? { image: { reference: image.reference } } : {}),
        })),
    },
    status,
  };
}

/** @param instanceId - of the instance that it belongs to */
export function packPod(pod: V1Pod, instanceId: string): PackedPod {
  if (!isWell(pod)) return slim(pod);
  const app = pod.status!.containerStatuses![0];
  const prepared = pod.status!.initContainerStatuses?.find(
    ({ name }) => name === PREPARE_CONTAINER,
  );
  const times = stageTimes(prepared?.state?.terminated?.message);
  const line: Line = [
    pod.metadata!.name!.replace(instanceId, ID),
    pod.metadata!.uid!,
    secondsOf(pod.metadata!.creationTimestamp!),
    pod.metadata!.annotations?.[LAUNCH_ANNOTATION] ?? null,
    app.state!.running!.startedAt
      ? secondsOf(app.state!.running!.startedAt)
      : null,
    app.restartCount,
    pod.metadata!.resourceVersion ?? '',
    times.bundle ?? null,
    times.dependencies ?? null,
  ];
  return JSON.stringify(line);
}

/** The uid of a pod, without the rest. */
export function uidOf(packed: PackedPod): string {
  return typeof packed === 'string'
    ? (JSON.parse(packed) as Line)[1]
    : packed.metadata!.uid!;
}

/** A pod as far as it was kept. */
export function unpackPod(packed: PackedPod, instanceId: string): V1Pod {
  if (typeof packed !== 'string') return packed;
  const [
    name,
    uid,
    createdAt,
    launch,
    startedAt,
    restartCount,
    version,
    bundle,
    dependencies,
  ] = JSON.parse(packed) as Line;
  return {
    metadata: {
      name: name.replace(ID, instanceId),
      uid,
      creationTimestamp: momentOf(createdAt),
      resourceVersion: version,
      ...(launch ? { annotations: { [LAUNCH_ANNOTATION]: launch } } : {}),
    },
    status: {
      phase: 'Running',
      conditions: ['PodScheduled', 'ContainersReady', 'Ready'].map(type => ({
        type,
        status: 'True',
      })),
      ...(bundle === null || dependencies === null
        ? {}
        : {
            initContainerStatuses: [
              {
                name: PREPARE_CONTAINER,
                image: '',
                imageID: '',
                ready: true,
                restartCount: 0,
                state: {
                  terminated: {
                    exitCode: 0,
                    message: stageTimesMessage(bundle, dependencies),
                  },
                },
              },
            ],
          }),
      containerStatuses: [
        {
          name: APP_CONTAINER,
          image: '',
          imageID: '',
          ready: true,
          started: true,
          restartCount,
          state: {
            running:
              startedAt === null ? {} : { startedAt: momentOf(startedAt) },
          },
        },
      ],
    },
  };
}
