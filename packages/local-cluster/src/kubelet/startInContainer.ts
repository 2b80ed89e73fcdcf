/** Programs inside a container: its image, variables, mounts and network, as its pod describes them. */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Json, KubeObject } from '../types';
import { discard } from '../discard';
import { assertExecutable } from './executable';
import { ContainerConfigError, environmentOf, expand } from './environment';
import { HOST_ADDRESS, type PodContext } from './PodContext';
import type { Running } from './runtime/Launch';
import { launchIsolated } from './runtime/launchIsolated';
import { launchPlain } from './runtime/launchPlain';
import { terminationMount } from './terminationMessage';
import type { Mount } from './volumes';

/** How much of an executed command's output is kept, in characters. */
const OUTPUT_LIMIT = 4096;

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

function start(
  context: PodContext,
  spec: Json,
  scratch: string,
  mounts: Mount[],
  argvFor: (env: Record<string, string>) => string[],
): Running {
  const { images, registry, pod, network, isolation } = context;
  const image = images.resolve(spec.image);
  const env = environmentOf(
    registry,
    withAddresses(pod, context.address),
    spec,
  );
  const launch = isolation.files ? launchIsolated : launchPlain;
  return launch({
    argv: argvFor(env),
    env: network.environment({ HOSTNAME: pod.metadata.name, ...env }),
    workingDir: spec.workingDir ?? '/',
    mounts,
    image,
    scratch,
    enter: network.enter,
  });
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
  return start(context, spec, scratch, mounts, env => {
    const image = context.images.resolve(spec.image);
    const words: string[] = [
      ...(spec.command ?? image.command ?? []),
      ...(spec.args ?? []),
    ];
    if (!words.length)
      throw new ContainerConfigError(
        `the image ${spec.image} has no command of its own, and the container names none`,
      );
    const argv = words.map(word => expand(word, env));
    assertExecutable(argv[0], {
      image,
      mounts,
      path: env.PATH,
      workingDir: spec.workingDir ?? '/',
    });
    return argv;
  });
}

/**
 * Runs a command beside the container's own and waits for its end, which comes after
 * `timeoutMs` at the latest, or when `signal` aborts.
 */
export async function execInContainer(
  context: PodContext,
  spec: Json,
  directory: string,
  command: { argv: string[]; timeoutMs: number; signal: AbortSignal },
): Promise<{ code: number; output: string }> {
  const scratch = mkdtempSync(join(directory, 'exec-'));
  try {
    const mounts = context.volumes.mounts(spec);
    const running = start(context, spec, scratch, mounts, () => command.argv);
    const ended = once(running.process, 'exit');
    let output = '';
    const collect = (text: string) => {
      if (output.length < OUTPUT_LIMIT) output += text;
    };
    running.process.stdout!.setEncoding('utf8').on('data', collect);
    running.process.stderr!.setEncoding('utf8').on('data', collect);
    const kill = () => running.kill();
    const timer = setTimeout(kill, command.timeoutMs);
    command.signal.addEventListener('abort', kill);
    try {
      running.begin();
      const [code] = await ended;
      return { code: code ?? 137, output };
    } finally {
      clearTimeout(timer);
      command.signal.removeEventListener('abort', kill);
      // What it left behind.
      kill();
    }
  } finally {
    discard(scratch);
  }
}
