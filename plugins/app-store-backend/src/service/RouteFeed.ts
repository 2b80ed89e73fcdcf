/** The gateway's route table: one route for each instance, now and as it changes. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { GatewayRoute } from '@ai-app-store/backstage-plugin-app-store-common';
import type { AppRepository } from '../database/AppRepository';
import type {
  InstanceRecord,
  InstanceRepository,
} from '../database/InstanceRepository';
import type { InstanceFeed } from './InstanceFeed';

const RETRY_MS = 500;

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
    let stopped = false;
    const look = async (id: string, turn: number): Promise<void> => {
      try {
        const record = await this.#instances.get(id);
        const [route] = record ? await this.#routes([record]) : [];
        if (stopped || asked.get(id) !== turn) return;
        asked.delete(id);
        listener({ id, route });
      } catch {
        // The database is away: the change is not lost, it comes later.
        await sleep(RETRY_MS);
        if (!stopped && asked.get(id) === turn) await look(id, turn);
      }
    };
    let turns = 0;
    const unsubscribe = this.#feed.subscribe(id => {
      turns += 1;
      asked.set(id, turns);
      look(id, turns);
    });
    return () => {
      stopped = true;
      unsubscribe();
    };
  }
}
