/** The gateway's route table: one route for each instance and each alias, now and as they change. */
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  AppManifest,
  GatewayAlias,
  GatewayRoute,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { AliasRepository } from '../../database/AliasRepository';
import type { AppRepository } from '../../database/AppRepository';
import type {
  InstanceRecord,
  InstanceRepository,
} from '../../database/InstanceRepository';
import type { ChangeFeed } from '../ChangeFeed';
import { isRestarting } from './presentInstance';

const RETRY_MS = 500;

/** One change of the table. */
export type RouteChange =
  | { kind: 'route'; key: string; value?: GatewayRoute }
  | { kind: 'alias'; key: string; value?: GatewayAlias }
  /** Tags or policies changed: whatever was decided may be decided otherwise. */
  | { kind: 'access' };

/** What the gateway is told of an app itself. */
export function routingOf(
  manifest: AppManifest | undefined,
): Pick<GatewayRoute, 'title' | 'routingMode' | 'frameAncestors'> {
  const { routingMode = 'DOMAIN', frameAncestors } = manifest?.runtime ?? {};
  return { title: manifest?.title ?? '', routingMode, frameAncestors };
}

/** See the module's comment. */
export class RouteFeed {
  readonly #instances: InstanceRepository;
  readonly #aliases: AliasRepository;
  readonly #apps: AppRepository;
  readonly #feed: ChangeFeed;
  readonly #aliasFeed: ChangeFeed;
  readonly #accessFeed: ChangeFeed;

  constructor(options: {
    instances: InstanceRepository;
    aliases: AliasRepository;
    apps: AppRepository;
    feed: ChangeFeed;
    aliasFeed: ChangeFeed;
    /** Of apps: those who see them may open instances of theirs. */
    appFeed: ChangeFeed;
    /** Of tags and policies. */
    accessFeed: ChangeFeed;
  }) {
    this.#instances = options.instances;
    this.#aliases = options.aliases;
    this.#apps = options.apps;
    this.#feed = options.feed;
    this.#aliasFeed = options.aliasFeed;
    this.#accessFeed = options.accessFeed;
    // Routes hold what matters of their apps.
    options.appFeed.subscribe(appId => {
      this.#instances.idsOfApp(appId).then(
        ids => ids.forEach(id => this.#feed.changed(id)),
        // The database is away: routes are asked for anew when the gateway reconnects.
        () => undefined,
      );
    });
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
        ...(isRestarting(record)
          ? { restarting: true, restartCount: record.restartCount }
          : {}),
        problem: record.problem && (problem as GatewayRoute['problem']),
        endpoint: record.endpoint,
        ...routingOf(app?.manifest),
        revision: `${record.visibility}/${record.ownerRef}/${
          app?.updatedAt ?? ''
        }`,
      };
    });
  }

  /** The whole table. */
  async snapshot(): Promise<{
    routes: GatewayRoute[];
    aliases: GatewayAlias[];
  }> {
    const [records, aliases] = await Promise.all([
      this.#instances.listAll(),
      this.#aliases.routes(),
    ]);
    return { routes: await this.#routes(records), aliases };
  }

  async #route(id: string): Promise<GatewayRoute | undefined> {
    const record = await this.#instances.get(id);
    if (!record || record.desired === 'released') return undefined;
    return (await this.#routes([record]))[0];
  }

  async #alias(name: string): Promise<GatewayAlias | undefined> {
    return (await this.#aliases.routes([name]))[0];
  }

  /** Calls back with each part that changed, without a value where it is gone. */
  subscribe(listener: (change: RouteChange) => void): () => void {
    const stops = [
      follow(
        this.#feed,
        id => this.#route(id),
        (key, value) => listener({ kind: 'route', key, value }),
      ),
      follow(
        this.#aliasFeed,
        name => this.#alias(name),
        (key, value) => listener({ kind: 'alias', key, value }),
      ),
      this.#accessFeed.subscribe(() => listener({ kind: 'access' })),
    ];
    return () => stops.forEach(stop => stop());
  }
}

/** Reads what a feed says has changed, and hands it on. */
function follow<T>(
  feed: ChangeFeed,
  read: (key: string) => Promise<T | undefined>,
  listener: (key: string, value: T | undefined) => void,
): () => void {
  // Reads of one key may overtake each other; the last one asked for counts.
  const asked = new Map<string, number>();
  let stopped = false;
  let turns = 0;
  const look = async (key: string, turn: number): Promise<void> => {
    try {
      const value = await read(key);
      if (stopped || asked.get(key) !== turn) return;
      asked.delete(key);
      listener(key, value);
    } catch {
      // The database is away: the change is not lost, it comes later.
      await sleep(RETRY_MS);
      if (!stopped && asked.get(key) === turn) await look(key, turn);
    }
  };
  const unsubscribe = feed.subscribe(key => {
    turns += 1;
    asked.set(key, turns);
    look(key, turns);
  });
  return () => {
    stopped = true;
    unsubscribe();
  };
}
