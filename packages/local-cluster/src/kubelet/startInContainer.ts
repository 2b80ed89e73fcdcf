/** The program of a container: its image, variables, mounts and network, as its pod describes them. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Json, KubeObject } from '../types';
import { discard } from '../discard';
import { runnable } from './executable';
import { ContainerConfigError, environmentOf, expand } from './environment';
import { HOST_ADDRESS, type PodContext } from './PodContext';
import type { Running } from './runtime/Launch';
import { launchIsolated } from './runtime/launchIsolated';
import { launchPlain } from './runtime/launchPlain';
import { terminationMount } from './terminationMessage';

/** A pod with what its status says of its addresses once they are written. */
function withAddresses(pod: KubeObject, podIP: string): KubeObject {
  const hostIP = HOST_ADDRESS;
  return {
    ...pod,
    status: {
      ...pod.status,
      podIP,
      podIPs: [{ ip: podIP }],
      hostIP,
      hostIPs: [{ ip: hostIP }],
    },
  };
}

/**
 * Starts the container's command; `begin` lets it go.
 *
 * @throws ImageError, ContainerConfigError
 */
export function startContainer(
  context: PodContext,
  spec: Json,
  directory: string,
): Running {
  const scratch = join(directory, 'run');
  discard(scratch);
  mkdirSync(scratch, { recursive: true, mode: 0o700 });
  const mounts = [
    ...context.volumes.mounts(spec),
    terminationMount(spec, directory),
  ];
  const image = context.images.resolve(spec.image);
  const workingDir = spec.workingDir ?? '/';
  const own = environmentOf(
    context.registry,
    withAddresses(context.pod, context.address),
    spec,
  );
  const words: string[] = [
    ...(spec.command ?? image.command ?? []),
    ...(spec.args ?? []),
  ];
  if (!words.length)
    throw new ContainerConfigError(
      `the image ${spec.image} has no command of its own, and the container names none`,
    );
  const argv = words.map(word => expand(word, own));
  const launch = context.isolation.files ? launchIsolated : launchPlain;
  return launch({
    argv: runnable(argv, { image, mounts, path: own.PATH, workingDir }),
    env: context.network.environment({
      HOSTNAME: context.pod.metadata.name,
      ...own,
    }),
    workingDir,
    mounts,
    image,
    scratch,
    enter: context.network.enter,
    podPidsLimit: context.podPidsLimit,
  });
}
