/** What launches took: for whoever may see an instance's status. */
import type { LaunchReceipt } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Caller } from '../../auth/Caller';
import type { StoreMetrics } from '../../metrics/StoreMetrics';
import type { InstanceService } from '../InstanceService';
import type { LaunchRepository } from './LaunchRepository';
import { launchBegan, stepsOf } from './launchBegan';
import { receiptOf } from './receipt';

/** Launches of an app that one is compared with. */
export const COMPARED = 100;

/** Shows receipts, and takes what the gateway adds to them. */
export class LaunchReceipts {
  readonly #instances: Pick<InstanceService, 'lookInto'>;
  readonly #launches: LaunchRepository;
  readonly #metrics: Pick<StoreMetrics, 'answered'>;

  constructor(options: {
    instances: Pick<InstanceService, 'lookInto'>;
    launches: LaunchRepository;
    metrics: Pick<StoreMetrics, 'answered'>;
  }) {
    this.#instances = options.instances;
    this.#launches = options.launches;
    this.#metrics = options.metrics;
  }

  /** Of the last launch of an instance. @throws StoreError 404 or 403 */
  async of(caller: Caller, id: string): Promise<LaunchReceipt> {
    const { record, app } = await this.#instances.lookInto(
      caller,
      id,
      'read_status',
    );
    const { launch } = record;
    const steps = stepsOf(record);
    const [kept, others] = await Promise.all([
      this.#launches.get(id, launch),
      this.#launches.last(app.name, COMPARED),
    ]);
    return receiptOf(
      kept ?? { launch, beganAt: launchBegan(record).toISOString(), steps },
      others,
    );
  }

  /** A pod tells that it has its bundle, and makes what the app depends on. */
  async notePreparing(id: string, podUid: string): Promise<void> {
    await this.#launches.notePreparing(id, podUid);
  }

  /** @param items - instances that answered a visitor for the first time, and how long ago in milliseconds */
  async noteFirstBytes(
    items: Array<{ instanceId: string; agoMs: number }>,
  ): Promise<void> {
    const now = Date.now();
    for (const { instanceId, agoMs } of items) {
      const tookMs = await this.#launches.noteFirstByte(
        instanceId,
        new Date(now - agoMs),
      );
      if (tookMs !== undefined) this.#metrics.answered(tookMs);
    }
  }
}
