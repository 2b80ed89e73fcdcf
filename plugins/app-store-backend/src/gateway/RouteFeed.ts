/**
 * The gateway's route table: one route for each instance and each alias, now and as they change.
 *
 * Guarantees: whoever reads a snapshot and then all that comes has the table; whoever comes back
 * with a position that is still kept gets what changed since, and nothing else.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  TableHash,
  type GatewayAlias,
  type GatewayRoute,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { EVERYTHING, type ChangeReader } from '../changes/ChangeReader';
import type { Outbox } from '../changes/Outbox';
import type { IamPolicies } from '../iam/IamService';
import type { InstanceRepository } from '../instances/InstanceRepository';
import type { RouteReader } from './RouteReader';

const RETRY_MS = 500;
/** Changes that are sent after one another to whoever comes back; beyond that a snapshot is shorter. */
const RESUME_LIMIT = 2000;

/** One change of the table. */
export type RouteChange =
  | { kind: 'route'; key: string; value?: GatewayRoute }
  | { kind: 'alias'; key: string; value?: GatewayAlias }
  /** Tags or policies changed: whatever was decided may be decided otherwise. */
  | { kind: 'access' }
  /** More was missed than can be told one by one. */
  | { kind: 'missed' };

type Entry = Extract<RouteChange, { key: string }>;

/** Follows the changes of the table in this process, once for all gateways that read it. */
export class RouteFeed {
  readonly #reader: RouteReader;
  readonly #instances: InstanceRepository;
  readonly #changes: ChangeReader;
  readonly #outbox: Outbox;
  readonly #logger: LoggerService;
  readonly #listeners = new Set<(change: RouteChange) => void>();
  /** Entries that are being read, with the position of the first change that asked for each. */
  readonly #reading = new Map<string, { number: number; position: number }>();
  readonly #hash = new TableHash();
  #hashed = false;
  #reads = 0;

  constructor(options: {
    reader: RouteReader;
    instances: InstanceRepository;
    changes: ChangeReader;
    outbox: Outbox;
    policies: IamPolicies;
    logger: LoggerService;
  }) {
    this.#reader = options.reader;
    this.#instances = options.instances;
    this.#changes = options.changes;
    this.#outbox = options.outbox;
    this.#logger = options.logger;
    const { changes } = options;
    changes.of('instance').subscribe(id => this.#look('route', id));
    changes.of('alias').subscribe(name => this.#look('alias', name));
    // Routes hold what matters of their apps.
    changes.of('app').subscribe(id => this.#lookOfApp(id));
    changes.of('tag').subscribe(() => this.#tell({ kind: 'access' }));
    options.policies.onChange(() => this.#tell({ kind: 'access' }));
  }

  /** All changes up to this position were told. */
  get position(): number {
    let position = this.#changes.position;
    for (const each of this.#reading.values())
      position = Math.min(position, each.position - 1);
    return position;
  }

  /** The whole table, as it is at a position or later. */
  async snapshot(): Promise<{
    position: number;
    routes: GatewayRoute[];
    aliases: GatewayAlias[];
  }> {
    const { position } = this;
    // What is told while the table is read is newer than what is read.
    const told: Entry[] = [];
    const stop = this.#hashed
      ? () => {}
      : this.subscribe(change => 'key' in change && told.push(change));
    try {
      const table = await this.#reader.all();
      if (!this.#hashed) {
        for (const entry of [...entriesOf(table), ...told])
          this.#hash.set(keyOf(entry), entry.value);
        this.#hashed = true;
      }
      return { position, ...table };
    } finally {
      stop();
    }
  }

  /**
   * What changed since a position, and the position that one has come to with all of it.
   *
   * @returns undefined where that is no longer known, or longer than a snapshot
   */
  async since(
    position: number,
  ): Promise<{ position: number; changes: RouteChange[] } | undefined> {
    const end = this.position;
    if (position > end) return undefined;
    const changes = await this.#outbox.after(position, RESUME_LIMIT + 1);
    const isWhole = changes.length
      ? changes[changes.length - 1].position === position + changes.length
      : position === end;
    if (!isWhole || changes.length > RESUME_LIMIT) return undefined;
    const keys = { route: new Set<string>(), alias: new Set<string>() };
    let access = false;
    for (const { kind, key } of changes) {
      if (kind === 'instance') keys.route.add(key);
      else if (kind === 'alias') keys.alias.add(key);
      else if (kind === 'app')
        for (const id of await this.#instances.idsOfApp(key))
          keys.route.add(id);
      else if (kind === 'tag' || kind === 'policy') access = true;
    }
    const [routes, aliases] = await Promise.all([
      this.#reader.routes([...keys.route]),
      this.#reader.aliases([...keys.alias]),
    ]);
    const told: RouteChange[] = [
      ...[...keys.route].map(
        (key): RouteChange => ({ kind: 'route', key, value: routes.get(key) }),
      ),
      ...[...keys.alias].map(
        (key): RouteChange => ({ kind: 'alias', key, value: aliases.get(key) }),
      ),
      ...(access ? [{ kind: 'access' } as const] : []),
    ];
    return { position: end, changes: told };
  }

  /** Calls back with each part that changed, without a value where it is gone. */
  subscribe(listener: (change: RouteChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Hash of the table as it was told; undefined while something of it is being read. */
  get hash(): string | undefined {
    return this.#hashed && !this.#reading.size ? String(this.#hash) : undefined;
  }

  /** Holds what was told against the database, and tells what it lacks: no gateway stays wrong for good. */
  async verify(): Promise<void> {
    if (!this.#listeners.size || !this.#hashed) return;
    const { position, hash } = this;
    const table = await this.#reader.all();
    // What changes meanwhile is told in its turn; the next look compares.
    if (!hash || hash !== this.hash || position !== this.position) return;
    const before = new Set(this.#hash.keys());
    const wrong: Entry[] = [];
    for (const entry of entriesOf(table)) {
      before.delete(keyOf(entry));
      if (!this.#hash.has(keyOf(entry), entry.value)) wrong.push(entry);
    }
    for (const key of before) {
      const [kind, name] = key.split(/\/(.*)/s);
      wrong.push({ kind: kind as Entry['kind'], key: name });
    }
    if (!wrong.length) return;
    this.#logger.error(
      `${wrong.length} routes were not what the database says; corrected`,
    );
    wrong.forEach(entry => this.#tell(entry));
  }

  #tell(change: RouteChange): void {
    if ('key' in change && this.#hashed)
      this.#hash.set(keyOf(change), change.value);
    this.#listeners.forEach(listener => listener(change));
  }

  #isOf(kind: Entry['kind'] | 'app', key: string): boolean {
    if (key !== EVERYTHING) return this.#listeners.size > 0 || this.#hashed;
    if (kind !== 'app') {
      this.#hash.clear();
      this.#hashed = false;
      this.#tell({ kind: 'missed' });
    }
    return false;
  }

  #lookOfApp(appId: string): void {
    if (!this.#isOf('app', appId)) return;
    const { position } = this.#changes;
    this.#read(
      `app/${appId}`,
      position,
      () => this.#instances.idsOfApp(appId),
      ids => ids.forEach(id => this.#look('route', id, position)),
    );
  }

  #look(
    kind: Entry['kind'],
    key: string,
    position = this.#changes.position,
  ): void {
    if (!this.#isOf(kind, key)) return;
    this.#read<GatewayRoute | GatewayAlias | undefined>(
      keyOf({ kind, key }),
      position,
      async () =>
        kind === 'route'
          ? (await this.#reader.routes([key])).get(key)
          : (await this.#reader.aliases([key])).get(key),
      value => this.#tell({ kind, key, value } as Entry),
    );
  }

  /** Reads something and hands it on. Reads of one name may overtake each other: the last one asked for counts. */
  async #read<T>(
    name: string,
    position: number,
    read: () => Promise<T>,
    handOn: (value: T) => void,
  ): Promise<void> {
    this.#reads += 1;
    const number = this.#reads;
    this.#reading.set(name, {
      number,
      position: Math.min(
        position,
        this.#reading.get(name)?.position ?? position,
      ),
    });
    const isLast = () => this.#reading.get(name)?.number === number;
    for (;;)
      try {
        const value = await read();
        if (!isLast()) return;
        handOn(value);
        // Afterwards: what is handed on may have something else read, at the same position.
        this.#reading.delete(name);
        return;
      } catch {
        // The database is away: the change is not lost, it comes later.
        await sleep(RETRY_MS, undefined, { ref: false });
        if (!isLast()) return;
      }
  }
}

function keyOf({ kind, key }: Pick<Entry, 'kind' | 'key'>): string {
  return `${kind}/${key}`;
}

function entriesOf(table: {
  routes: GatewayRoute[];
  aliases: GatewayAlias[];
}): Entry[] {
  return [
    ...table.routes.map(
      (value): Entry => ({ kind: 'route', key: value.id, value }),
    ),
    ...table.aliases.map(
      (value): Entry => ({ kind: 'alias', key: value.name, value }),
    ),
  ];
}
