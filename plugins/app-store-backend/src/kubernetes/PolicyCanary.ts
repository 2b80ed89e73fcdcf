/**
 * Finds out whether the cluster enforces network policies. Without that, apps reach each other past
 * the gateway, and whatever else the cluster's network leads to.
 */
import type { V1Pod } from '@kubernetes/client-node';
import { setTimeout as sleep } from 'node:timers/promises';
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

function reachedBy({ status }: V1Pod): boolean | undefined {
  const [container] = status?.containerStatuses ?? [];
  const said = [container?.state, container?.lastState]
    .map(state => /^reach: (yes|no)$/m.exec(state?.terminated?.message ?? ''))
    .find(Boolean);
  return said ? said[1] === 'yes' : undefined;
}

/** Tries it with two pods of its own. */
export class PolicyCanary {
  readonly #api: KubeApi;
  readonly #input: CanaryInput;

  constructor(options: CanaryInput & { api: KubeApi }) {
    const { api, ...input } = options;
    this.#api = api;
    this.#input = input;
  }

  #objects(): KubeObject[] {
    return CANARIES.flatMap(canary => canaryObjects(this.#input, canary));
  }

  async #reached(): Promise<Reached> {
    const { namespace, installation } = this.#input;
    const { items } = await this.#api.json<{ items: V1Pod[] }>(
      collectionPath('v1', 'Pod', namespace),
      {
        query: {
          labelSelector: `${LABELS.installation}=${installation},${LABELS.canary}`,
        },
      },
    );
    return Object.fromEntries(
      items.flatMap(pod => {
        const reached = reachedBy(pod);
        const canary = pod.metadata?.labels?.[LABELS.canary];
        return canary && reached !== undefined ? [[canary, reached]] : [];
      }),
    );
  }

  /** Deletes what this installation has of it, workloads first. */
  async #clear(): Promise<void> {
    for (const object of this.#objects().reverse()) {
      const found = await this.#api.get<KubeObject>(object);
      // Not another store's, or anybody's.
      if (
        found?.metadata?.labels?.[LABELS.installation] ===
        this.#input.installation
      )
        await this.#api.delete(object, { uid: found.metadata.uid! });
    }
  }

  /**
   * Takes six seconds, and what pods need to start.
   *
   * @throws KubeError where the cluster refuses or does not answer; what was made is gone then, too
   */
  async try(signal: AbortSignal): Promise<PolicyVerdict> {
    await this.#clear();
    try {
      for (const object of this.#objects()) await this.#api.create(object);
      const until = Date.now() + LIMIT_MS;
      let reached: Reached = {};
      while (Date.now() < until && Object.keys(reached).length < 2) {
        await sleep(LOOK_MS, undefined, { signal });
        reached = await this.#reached();
      }
      return policyVerdict(reached);
    } finally {
      await this.#clear();
    }
  }
}
