/** Sessions in the containers of this node, and connections to their ports. */
import { PassThrough, type Duplex, type Readable } from 'node:stream';
import { badRequest, StatusError } from '../registry/errors';
import type {
  ContainerStreams,
  RunningContainer,
  Session,
} from '../server/containerStreams';
import type { KubeObject } from '../types';
import { containerOf } from './containerOf';
import type { ContainerRunner } from './ContainerRunner';
import type { PodWorker } from './PodWorker';

/** How far behind a reader of a container's output may be, in bytes. */
const MOST_BEHIND_BYTES = 4 * 1024 * 1024;

/** What a stream gives from now on, without taking it from who reads it already. */
function copyOf(stream: Readable): PassThrough {
  const copy = new PassThrough();
  const add = (data: string | Buffer) => {
    // Whoever is too far behind is left behind.
    if (copy.writableLength + copy.readableLength > MOST_BEHIND_BYTES)
      copy.destroy();
    else copy.write(data);
  };
  stream.on('data', add);
  stream.once('close', () => copy.end());
  copy.once('close', () => stream.off('data', add));
  return copy;
}

function containerNotFound(name: string): StatusError {
  return new StatusError(
    404,
    'NotFound',
    `container not found (${JSON.stringify(name)})`,
  );
}

function attached(runner: ContainerRunner): Session {
  const { running } = runner;
  if (!running) throw containerNotFound(runner.name);
  const { process: child } = running;
  const stdout = copyOf(child.stdout!);
  const stderr = copyOf(child.stderr!);
  let leave = () => {};
  const left = new Promise<undefined>(
    resolve => (leave = () => resolve(undefined)),
  );
  const ended = new Promise<undefined>(resolve =>
    child.once('close', () => resolve(undefined)),
  );
  return {
    stdout,
    stderr,
    ended: Promise.race([ended, left]),
    end() {
      stdout.destroy();
      stderr.destroy();
      leave();
    },
  };
}

/** Finds the workers of pods, and opens streams in their containers. */
export class PodStreams implements ContainerStreams {
  readonly #worker: (pod: KubeObject) => PodWorker | undefined;

  constructor(worker: (pod: KubeObject) => PodWorker | undefined) {
    this.#worker = worker;
  }

  container(pod: KubeObject, asked: string | undefined): RunningContainer {
    const { name } = pod.metadata;
    const container = containerOf(pod, asked);
    if (!pod.spec.nodeName)
      throw badRequest(`pod ${name} does not have a host assigned`);
    const { phase } = pod.status ?? {};
    if (['Succeeded', 'Failed'].includes(phase))
      throw badRequest(
        `cannot exec into a container in a completed pod; current phase is ${phase}`,
      );
    const runner = this.#worker(pod)?.runner(container);
    if (!runner?.running) throw containerNotFound(container);
    return {
      attach: () => attached(runner),
      async exec(command, options) {
        try {
          return await runner.exec(command, options);
        } catch (error) {
          throw new StatusError(
            500,
            'InternalError',
            `Internal error occurred: error executing command in container: ${
              (error as Error).message
            }`,
          );
        }
      },
    };
  }

  async dial(pod: KubeObject, port: number): Promise<Duplex> {
    const worker = this.#worker(pod);
    if (!worker) throw new Error('the pod does not run on this node');
    return worker.dial(port);
  }
}
