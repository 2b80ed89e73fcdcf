/**
 * Finds out whether the cluster enforces network policies. Without that, apps reach each other past
 * the gateway, and whatever else the cluster's network leads to.
 */
import type { V1Pod } from '@kubernetes/client-node';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KeyedLock } from '../database/KeyedLock';
import type { KubeApi } from './client/KubeApi';
import { collectionPath, type KubeObject } from './client/kubeObjects';
import {
  CANARIES,
  canaryObjects,
  type CanaryInput,
  type CanaryName,
} from './manifests/canary';
import { LABELS } from './manifests/labels';

/** Pods have this long to start and to try, in milliseconds. */
const LIMIT_MS = 120_000;
const LOOK_MS = 1000;

/** What was found. */
export interface PolicyVerdict {
  result: 'ENFORCED' | 'NOT_ENFORCED' | 'UNKNOWN';
  /** In a sentence. */
  message: string;
}

/** Whether each pod reached the API; absent where it did not say. */
export type Reached = Partial<Record<CanaryName, boolean>>;

export function policyVerdict({ open, closed }: Reached): PolicyVerdict {
  if (open === undefined || closed === undefined)
    return {
      result: 'UNKNOWN',
      message:
        'The pods that try it did not start, or their image does not know how to.',
    };
  if (!open)
    return {
      result: 'UNKNOWN',
      message: 'A pod with a policy that opens all reached nothing, either.',
    };
  return closed
    ? {
        result: 'NOT_ENFORCED',
        message: 'A pod with a policy that opens nothing reached the cluster.',
      }
    : {
        result: 'ENFORCED',
        message:
          'A pod with a policy that opens nothing reached nothing, one with a policy that opens all did.',
      };
}

/**
 * What a pod said, from its second run on: some networks attach a policy, or are there at all, only a while
 * after a pod started.
 */
export function reachedBy({ status }: V1Pod): boolean | undefined {
  const [container] = status?.containerStatuses ?? [];
  if (!container) return undefined;
  const { restartCount, state, lastState } = container;
  const [said] = [
    { run: restartCount, message: state?.terminated?.message },
    { run: restartCount - 1, message: lastState?.terminated?.message },
  ]
    .filter(({ run }) => run >= 1)
    .flatMap(
      ({ message }) => /^reach: (yes|no)$/m.exec(message ?? '')?.[1] ?? [],
    );
  return said === undefined ? undefined : said === 'yes';
}

/** Kinds of its objects, workloads first. */
const KINDS: Array<[apiVersion: string, kind: string]> = [
  ['apps/v1', 'Deployment'],
  ['networking.k8s.io/v1', 'NetworkPolicy'],
];

/** Tries it with two pods of its own. */
export class PolicyCanary {
  readonly #api: KubeApi;
  readonly #input: CanaryInput;
  readonly #locks: Pick<KeyedLock, 'run'>;

  constructor(
    options: CanaryInput & { api: KubeApi; locks: Pick<KeyedLock, 'run'> },
  ) {
    const { api, locks, ...input } = options;
    this.#api = api;
    this.#locks = locks;
    this.#input = input;
  }

  async #list<T extends KubeObject>(
    apiVersion: string,
    kind: string,
    run?: string,
  ): Promise<T[]> {
    const { namespace, installation } = this.#input;
    const labels = [
      `${LABELS.installation}=${installation}`,
      LABELS.canary,
      ...(run ? [`${LABELS.canaryRun}=${run}`] : []),
    ];
    const { items } = await this.#api.json<{ items: T[] }>(
      collectionPath(apiVersion, kind, namespace),
      { query: { labelSelector: labels.join(',') } },
    );
    return items.map(item => ({ ...item, apiVersion, kind }));
  }

  async #reached(run: string): Promise<Reached> {
    const pods = await this.#list<V1Pod & KubeObject>('v1', 'Pod', run);
    return Object.fromEntries(
      pods.flatMap(pod => {
        const reached = reachedBy(pod);
        const canary = pod.metadata?.labels?.[LABELS.canary];
        return canary && reached !== undefined ? [[canary, reached]] : [];
      }),
    );
  }

  /** Deletes what this installation has of it, also of a try that did not come to its end. */
  async #clear(): Promise<void> {
    for (const [apiVersion, kind] of KINDS)
      for (const object of await this.#list(apiVersion, kind))
        await this.#api.delete(object, { uid: object.metadata!.uid! });
  }

  /**
   * Takes half a minute, and what pods need to start. One at a time, in whichever replica.
   *
   * @throws KubeError where the cluster refuses or does not answer; what was made is gone then, too
   */
  async try(signal: AbortSignal): Promise<PolicyVerdict> {
    return this.#locks.run('network-policies', async () => {
      await this.#clear();
      try {
        const run = randomBytes(4).toString('hex');
        for (const canary of CANARIES)
          for (const object of canaryObjects(this.#input, canary, run))
            await this.#api.create(object);
        const until = Date.now() + LIMIT_MS;
        let reached: Reached = {};
        while (
          Date.now() < until &&
          Object.keys(reached).length < CANARIES.length
        ) {
          await sleep(LOOK_MS, undefined, { signal });
          reached = await this.#reached(run);
        }
        return policyVerdict(reached);
      } finally {
        await this.#clear();
      }
    });
  }
}
