/** How long an app takes to start, by what its instances noted of their last starts. */
import type { AppStarts as Starts } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Caller } from '../auth/Caller';
import type { InstanceRepository } from '../instances/InstanceRepository';
import type { AppService } from './AppService';

/** The instances that were made last and are looked at. */
const STARTS = 20;

/** The one in the middle; of two, the smaller one. */
function median(values: number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}

/** Tells how long starts took. */
export class AppStarts {
  readonly #apps: Pick<AppService, 'get'>;
  readonly #instances: Pick<InstanceRepository, 'lastStarts'>;

  constructor(options: {
    apps: Pick<AppService, 'get'>;
    instances: Pick<InstanceRepository, 'lastStarts'>;
  }) {
    this.#apps = options.apps;
    this.#instances = options.instances;
  }

  /** Of all versions of an app that somebody may read. @throws StoreError 404 */
  async of(caller: Caller, id: string): Promise<Starts> {
    const { name } = await this.#apps.get(caller, id);
    const times = (await this.#instances.lastStarts(name, STARTS)).flatMap(
      ({ accepted, ready }) =>
        accepted && ready ? [Date.parse(ready) - Date.parse(accepted)] : [],
    );
    const medianMs = median(times);
    return {
      starts: times.length,
      ...(medianMs === undefined ? {} : { medianMs }),
    };
  }
}
