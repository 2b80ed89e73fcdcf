/** How long an app takes to start, by its last launches. */
import type { AppStarts as Starts } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Caller } from '../auth/Caller';
import { COMPARED } from '../instances/launches/LaunchReceipts';
import type { LaunchRepository } from '../instances/launches/LaunchRepository';
import { median } from '../instances/launches/receipt';
import type { AppService } from './AppService';

/** Tells how long starts took. */
export class AppStarts {
  readonly #apps: Pick<AppService, 'get'>;
  readonly #launches: Pick<LaunchRepository, 'last'>;

  constructor(options: {
    apps: Pick<AppService, 'get'>;
    launches: Pick<LaunchRepository, 'last'>;
  }) {
    this.#apps = options.apps;
    this.#launches = options.launches;
  }

  /** Of all versions of an app that somebody may read. @throws StoreError 404 */
  async of(caller: Caller, id: string): Promise<Starts> {
    const { name } = await this.#apps.get(caller, id);
    const times = (await this.#launches.last(name, COMPARED)).flatMap(
      ({ steps }) => steps.routed ?? [],
    );
    const medianMs = median(times);
    return {
      starts: times.length,
      ...(medianMs === undefined ? {} : { medianMs }),
    };
  }
}
