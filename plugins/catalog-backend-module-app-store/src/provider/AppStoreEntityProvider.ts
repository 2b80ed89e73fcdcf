/**
 * Keeps the store's index in the catalog: what changes is there at once, as a delta;
 * all of it is compared when the portal starts and now and then, which writes nothing
 * where nothing changed (the catalog compares, in its own database). Each replica
 * does it by itself, and any number of them come to the same end.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import type {
  EntityProvider,
  EntityProviderConnection,
} from '@backstage/plugin-catalog-node';
import type { EventsService } from '@backstage/plugin-events-node';
import { createHash, randomUUID } from 'node:crypto';
import type { CatalogIndexClient } from '@ai-app-store/backstage-plugin-app-store-node';
import { entitiesOfApps, tagEntity } from '../kinds/entities';
import { refreshFor, TOPIC } from './events';
import { RefreshQueue, type Refresh } from './RefreshQueue';

/** Entities of one delta: the catalog takes many thousands at once badly. */
export const CHUNK = 1000;
/** Under what the tags are kept beside the names of apps, none of which is empty. */
const TAGS = '';

/** The part of the client that it asks. */
export type IndexSource = Pick<CatalogIndexClient, 'apps' | 'tags'>;

/** Digests of entities by their refs. */
type Known = Map<string, string>;

function digestOf(entity: Entity): string {
  return createHash('sha256').update(JSON.stringify(entity)).digest('base64');
}

/** Keeps the store's apps and tags in the catalog: changes at once, everything at the start and at intervals. */
export class AppStoreEntityProvider implements EntityProvider {
  readonly #source: IndexSource;
  readonly #events: EventsService;
  readonly #portalUrl: string;
  readonly #queue: RefreshQueue;
  /** What this replica has handed to the catalog, by name of app. */
  readonly #known = new Map<string, Known>();
  #connection: EntityProviderConnection | undefined;

  static create(options: {
    source: IndexSource;
    events: EventsService;
    logger: LoggerService;
    /** Without a slash at the end. */
    portalUrl: string;
    pause?: (ms: number, signal: AbortSignal) => Promise<void>;
  }): AppStoreEntityProvider {
    return new AppStoreEntityProvider(options);
  }

  private constructor(
    options: Parameters<typeof AppStoreEntityProvider.create>[0],
  ) {
    this.#source = options.source;
    this.#events = options.events;
    this.#portalUrl = options.portalUrl;
    this.#queue = new RefreshQueue({
      refresh: refresh => this.#refresh(refresh),
      logger: options.logger,
      pause: options.pause,
    });
  }

  getProviderName(): string {
    return 'app-store';
  }

  async connect(connection: EntityProviderConnection): Promise<void> {
    this.#connection = connection;
    await this.#events.subscribe({
      // Subscribers of one id share the events; each replica needs all of them.
      id: `app-store-index-${randomUUID()}`,
      topics: [TOPIC],
      onEvent: async ({ eventPayload }) => {
        const refresh = refreshFor(eventPayload);
        if (refresh) this.#queue.ask(refresh.name);
      },
    });
    this.#queue.ask();
  }

  /** Compares everything, and waits until that is done. */
  async resync(): Promise<void> {
    if (this.#connection) this.#queue.ask();
    await this.#queue.idle();
  }

  /** Done with what came so far. */
  idle(): Promise<void> {
    return this.#queue.idle();
  }

  stop(): Promise<void> {
    return this.#queue.stop();
  }

  async #refresh(refresh: Refresh): Promise<void> {
    if (refresh.all) return this.#compareAll();
    const found = new Map<string, Entity[]>();
    for (const name of refresh.names) found.set(name, await this.#appsOf(name));
    found.set(TAGS, await this.#tags());
    return this.#hand(found);
  }

  async #appsOf(name?: string): Promise<Entity[]> {
    return entitiesOfApps(await this.#source.apps(name), this.#portalUrl);
  }

  async #tags(): Promise<Entity[]> {
    return (await this.#source.tags()).map(tag =>
      tagEntity(tag, this.#portalUrl),
    );
  }

  /** Adds what is new, and removes what is gone, of some names. */
  async #hand(found: Map<string, Entity[]>): Promise<void> {
    const added: Entity[] = [];
    const removed: string[] = [];
    const known = new Map<string, Known>();
    for (const [name, entities] of found) {
      const before = this.#known.get(name) ?? new Map();
      const now = digests(entities);
      known.set(name, now);
      added.push(
        ...entities.filter(entity => {
          const ref = stringifyEntityRef(entity);
          return before.get(ref) !== now.get(ref);
        }),
      );
      removed.push(...[...before.keys()].filter(ref => !now.has(ref)));
    }
    if (added.length || removed.length)
      await this.#connection!.applyMutation({
        type: 'delta',
        added: added.map(entity => ({ entity })),
        removed: removed.map(entityRef => ({ entityRef })),
      });
    for (const [name, now] of known) this.#remember(name, now);
  }

  #remember(name: string, now: Known): void {
    if (now.size) this.#known.set(name, now);
    else this.#known.delete(name);
  }

  async #compareAll(): Promise<void> {
    const [apps, tags] = [await this.#appsOf(), await this.#tags()];
    const entities = [...tags, ...apps];
    const before = new Set(
      [...this.#known.values()].flatMap(known => [...known.keys()]),
    );
    const fresh = entities.filter(
      entity => !before.has(stringifyEntityRef(entity)),
    );
    // What is there already is compared and not written, so a restart costs reading only.
    if (fresh.length > CHUNK)
      for (let at = 0; at < fresh.length; at += CHUNK)
        await this.#connection!.applyMutation({
          type: 'delta',
          added: fresh.slice(at, at + CHUNK).map(entity => ({ entity })),
          removed: [],
        });
    await this.#connection!.applyMutation({
      type: 'full',
      entities: entities.map(entity => ({ entity })),
    });
    this.#known.clear();
    const byName = new Map<string, Entity[]>([[TAGS, tags]]);
    for (const app of apps) {
      const name = String(app.spec?.name);
      byName.set(name, [...(byName.get(name) ?? []), app]);
    }
    for (const [name, each] of byName) this.#remember(name, digests(each));
  }
}

function digests(entities: Entity[]): Known {
  return new Map(
    entities.map(entity => [stringifyEntityRef(entity), digestOf(entity)]),
  );
}
