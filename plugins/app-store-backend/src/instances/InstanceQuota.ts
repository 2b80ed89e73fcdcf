/** How many instances somebody may have that are not suspended: each takes a slot (specification 4.5). */
import type { StoreConfig } from '../config/StoreConfig';
import type { InstanceRepository } from './InstanceRepository';
import type { Actor } from '../policy';
import { StoreError } from '../errors/StoreError';

/** Says how many instances somebody may have at once. */
export class InstanceQuota {
  readonly #limits: StoreConfig['limits'];
  readonly #instances: InstanceRepository;

  constructor(options: {
    limits: StoreConfig['limits'];
    instances: InstanceRepository;
  }) {
    this.#limits = options.limits;
    this.#instances = options.instances;
  }

  limit(actor: Pick<Actor, 'fullAccess'>): number {
    return actor.fullAccess
      ? this.#limits.instances
      : this.#limits.visitorInstances;
  }

  async of(
    actor: Actor,
  ): Promise<{ limit: number; slots: number; running: number }> {
    return {
      limit: this.limit(actor),
      ...(await this.#instances.countUse(actor.userEntityRef)),
    };
  }
}

/** The refusal of one more running instance. */
export function overQuota(limit: number, own: boolean): StoreError {
  return new StoreError({
    status: 409,
    code: 'INSTANCE_LIMIT',
    message: `All ${limit} slots for ${
      own ? 'your instances' : "its owner's instances"
    } are in use. An instance uses a slot until it is suspended or terminated, even if it failed.`,
    owner: 'you',
    remedy: 'Suspend or terminate one of them, then try again.',
  });
}
