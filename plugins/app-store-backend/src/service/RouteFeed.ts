/** The gateway's route table: one route for each instance, now and as it changes. */
import type { GatewayRoute } from '@ai-app-store/backstage-plugin-app-store-common';
import type { AppRepository } from '../database/AppRepository';
import type {
  InstanceRecord,
  InstanceRepository,
} from '../database/InstanceRepository';
import type { InstanceFeed } from './InstanceFeed';

/** See the module's comment. */
export class RouteFeed {
  readonly #instances: InstanceRepository;
  readonly #apps: AppRepository;
  readonly #feed: InstanceFeed;

  constructor(options: {
    instances: InstanceRepository;
    apps: AppRepository;
    feed: InstanceFeed;
  }) {
    this.#instances = options.instances;
    this.#apps = options.apps;
    this.#feed = options.feed;
  }

  async #routes(records: InstanceRecord[]): Promise<GatewayRoute[]> {
    const apps = new Map(
      (await this.#apps.getMany(records.map(record => record.appId))).map(
        app => [app.id, app],
      ),
    );
    return records.map(record => {
      const app = apps.get(record.appId);
      const { detail: _, ...problem } = record.problem ?? {};
      return {
        id: record.id,
        visibility: record.visibility,
        status: record.status,
        terminating: record.desired === 'terminated',
        stage: record.stage,
        problem: record.problem && (problem as GatewayRoute['problem']),
        endpoint: record.endpoint,
        title: app?.manifest.title ?? '',
        routingMode: app?.manifest.runtime.routingMode ?? 'DOMAIN',
        revision: `${record.visibility}/${record.ownerRef}/${
          app?.updatedAt ?? ''
        }`,
      };
    });
  }

  async snapshot(): Promise<GatewayRoute[]> {
    return this.#routes(await this.#instances.listAll());
  }

  /** Calls back with each route that changed, without one where its instance is gone. */
  subscribe(
    listener: (change: { id: string; route?: GatewayRoute }) => void,
  ): () => void {
    // Reads of one instance may overtake each other; the last one asked for counts.
    const asked = new Map<string, number>();
    return this.#feed.subscribe(id => {
      const turn = (asked.get(id) ?? 0) + 1;
      asked.set(id, turn);
      this.#instances
        .get(id)
        .then(async record => {
          const [route] = record ? await this.#routes([record]) : [];
          if (asked.get(id) === turn) {
            asked.delete(id);
            listener({ id, route });
          }
        })
        .catch(() => {});
    });
  }
}
