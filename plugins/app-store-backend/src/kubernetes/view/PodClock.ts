/**
 * When this process saw pods come as far as they are. The API's own times are whole seconds, and a
 * launch may be through within one; whoever processes it may come when it is through.
 */
import type { V1Pod } from '@kubernetes/client-node';
import { APP_CONTAINER } from '../manifests/labels';
import { isPrepared } from '../observe/preparation';

/** Milliseconds since 1970; absent where it was not seen, or not by itself. */
export interface PodTimes {
  scheduled?: number;
  /** The first of its containers was started, so that its image is there. */
  pulled?: number;
  /** All its init containers are through. */
  prepared?: number;
  started?: number;
  ready?: number;
}

/** Pods that are looked at at once; of those before nothing is known any more. */
const MOST = 2000;

const NOTHING: PodTimes = {};

function progressOf({ spec, status }: V1Pod): Record<keyof PodTimes, boolean> {
  const isTrue = (type: string) =>
    Boolean(
      status?.conditions?.some(
        condition => condition.type === type && condition.status === 'True',
      ),
    );
  const began = [
    ...(status?.initContainerStatuses ?? []),
    ...(status?.containerStatuses ?? []),
  ].some(({ state }) => state?.running || state?.terminated);
  const app = status?.containerStatuses?.find(
    ({ name }) => name === APP_CONTAINER,
  );
  return {
    scheduled: isTrue('PodScheduled'),
    pulled: began,
    prepared:
      Boolean(spec?.initContainers?.length) && isPrepared({ spec, status }),
    started: Boolean(app?.state?.running),
    ready: isTrue('Ready'),
  };
}

/** Notes when pods were first seen to be so far. */
export class PodClock {
  readonly #now: () => number;
  readonly #pods = new Map<string, PodTimes>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Of one that was ready when it was first seen nothing is noted: when that was is not known. */
  note(pod: V1Pod): void {
    const { uid } = pod.metadata!;
    const progress = progressOf(pod);
    let times = this.#pods.get(uid!);
    if (!times) {
      if (progress.ready) return;
      times = {};
      this.#pods.set(uid!, times);
      if (this.#pods.size > MOST)
        this.#pods.delete(this.#pods.keys().next().value!);
    }
    for (const [step, isDone] of Object.entries(progress))
      if (isDone) times[step as keyof PodTimes] ??= this.#now();
  }

  times(uid: string | undefined): PodTimes {
    return (uid !== undefined && this.#pods.get(uid)) || NOTHING;
  }

  forget(uid: string): void {
    this.#pods.delete(uid);
  }
}
