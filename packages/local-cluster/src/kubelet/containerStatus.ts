/** The status of a container, as the kubelet writes it. */
import { createHash } from 'node:crypto';
import type { Json } from '../types';

/** What is known of a container. */
export interface ContainerObservation {
  spec: Json;
  state: Json;
  lastState: Json;
  ready: boolean;
  started: boolean;
  restartCount: number;
  /** Of the run that is, or was last; undefined before the first. */
  containerId?: string;
}

/** `docker.io/library/x:latest` for `x`: as containerd names images (distribution's `reference`). */
function fullImageName(reference: string): string {
  const [first, ...rest] = reference.split('/');
  const hasDomain =
    rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const named = hasDomain
    ? reference
    : `docker.io/${rest.length ? reference : `library/${reference}`}`;
  return /[:@][^/]*$/.test(named) ? named : `${named}:latest`;
}

/** A digest that stands for an image: of its name, since there are no layers. */
function imageId(reference: string): string {
  return `sha256:${createHash('sha256').update(reference).digest('hex')}`;
}

export function containerIdOf(seed: string): string {
  return `containerd://${createHash('sha256').update(seed).digest('hex')}`;
}

function mountStatus({ name, mountPath, readOnly }: Json): Json {
  return {
    name,
    mountPath,
    ...(readOnly ? { readOnly: true, recursiveReadOnly: 'Disabled' } : {}),
  };
}

export function containerStatus(observed: ContainerObservation): Json {
  const { spec, state, lastState, containerId } = observed;
  const hasRun = containerId !== undefined;
  const { requests } = spec.resources ?? {};
  return {
    name: spec.name,
    state,
    lastState,
    ready: observed.ready,
    restartCount: observed.restartCount,
    image: hasRun ? fullImageName(spec.image) : spec.image,
    imageID: hasRun ? imageId(spec.image) : '',
    ...(hasRun ? { containerID: containerId } : {}),
    started: observed.started,
    ...(hasRun && requests ? { allocatedResources: requests } : {}),
    ...(hasRun ? { resources: spec.resources ?? {} } : {}),
    ...(spec.volumeMounts?.length
      ? { volumeMounts: spec.volumeMounts.map(mountStatus) }
      : {}),
  };
}
