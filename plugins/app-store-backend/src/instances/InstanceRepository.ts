/** Instances in the database: who reads which. */
import type { InstanceStatus } from '@ai-app-store/backstage-plugin-app-store-common';
import type { InstanceObjects } from '../kubernetes/manifests/instanceObjects';
import type { Knex } from 'knex';
import type { Actor, Policy } from '../policy';
import { objectsOf } from './instanceObjectRows';
import {
  ENDED,
  INSTANCES,
  LIVE,
  type DesiredState,
  type InstanceRecord,
  type InstanceRow,
  type ReadInstanceRow,
} from './instanceRows';
import {
  readPage,
  whereWords,
  type PageRequest,
  type RecordPage,
} from '../database/paging';
import { isUuid } from '../database/isUuid';

export * from './instanceRows';

/** Which instances to list. */
export interface InstanceListQuery extends PageRequest {
  /** Only those of this person. */
  ownerRef?: string;
  appId?: string;
  appName?: string;
  status?: InstanceStatus;
  search?: string;
  /** Instead, those that were terminated and can be restored. */
  terminated?: boolean;
  orderBy?: 'created' | 'updated';
  order?: 'asc' | 'desc';
}

/** Instances in the database. */
export class InstanceRepository {
  readonly #knex: Knex;
  readonly #policy: Policy;

  constructor(knex: Knex, policy: Policy) {
    this.#knex = knex;
    this.#policy = policy;
  }

  /** Instances of an app that may have a route. */
  async idsOfApp(appId: string): Promise<string[]> {
    return this.#knex<InstanceRow>('instances')
      .where({ app_id: appId })
      .whereIn('desired', LIVE)
      .pluck('id');
  }

  #rows(): Knex.QueryBuilder<InstanceRow, ReadInstanceRow[]> {
    return this.#knex<InstanceRow>('instances').select(
      ...INSTANCES.names,
    ) as Knex.QueryBuilder<InstanceRow, ReadInstanceRow[]>;
  }

  /** Its Kubernetes objects as they are kept; undefined where there is no such instance. */
  async objectsOf(id: string): Promise<InstanceObjects | undefined> {
    return objectsOf(this.#knex, id);
  }

  /** Whose an instance is. */
  async ownerOf(id: string): Promise<string | undefined> {
    const row = await this.#knex<InstanceRow>('instances')
      .where({ id })
      .first('owner_ref');
    return row?.owner_ref;
  }

  async getMany(ids: string[]): Promise<InstanceRecord[]> {
    return (await this.#rows().whereIn('id', ids)).map(INSTANCES.read);
  }

  /** The instance with an id; undefined for what is no id at all. */
  async get(id: string): Promise<InstanceRecord | undefined> {
    if (!isUuid(id)) return undefined;
    const [row] = await this.#rows().where({ id });
    return row && INSTANCES.read(row);
  }

  /** Instances that the actor may read, one page of them. */
  async list(
    actor: Actor,
    query: InstanceListQuery,
  ): Promise<RecordPage<InstanceRecord>> {
    const column = query.orderBy === 'updated' ? 'updated_at' : 'created_at';
    const select = this.#knex<InstanceRow>('instances')
      .join('apps', 'apps.id', 'instances.app_id')
      .select(INSTANCES.names.map(name => `instances.${name}`))
      .where(where => this.#policy.filter('instance', 'read', actor, where));
    if (query.ownerRef) select.where('instances.owner_ref', query.ownerRef);
    if (query.appId)
      select.where(
        'instances.app_id',
        isUuid(query.appId) ? query.appId : null,
      );
    if (query.appName) select.where('apps.name', query.appName);
    if (query.status) select.where('instances.status', query.status);
    whereWords(select, 'apps.search_text', query.search);
    if (query.terminated)
      select
        .whereIn('instances.desired', ENDED)
        .whereNotNull('instances.purge_after');
    else select.whereNot('instances.desired', 'released');
    const { items, nextCursor } = await readPage<ReadInstanceRow>(
      select,
      query,
      {
        name: query.orderBy ?? 'created',
        column: `instances.${column}`,
        idColumn: 'instances.id',
        order: query.order ?? 'desc',
      },
      row => row[column],
    );
    return { items: items.map(INSTANCES.read), nextCursor };
  }

  /** Everything that the gateway has a route for. */
  async listAll(): Promise<InstanceRecord[]> {
    return (
      await this.#rows().whereNot({ desired: 'released' }).orderBy('id')
    ).map(INSTANCES.read);
  }

  /** Instances of an app, newest first, that are not being ended. */
  async ofApp(appIds: string[], limit: number): Promise<InstanceRecord[]> {
    return (
      await this.#rows()
        .whereIn('app_id', appIds)
        .whereIn('desired', LIVE)
        .orderBy('created_at', 'desc')
        .limit(limit)
    ).map(INSTANCES.read);
  }

  /** What is left of terminated instances of an app: volumes that are kept, and those that are being ended. */
  async leftOf(appId: string): Promise<{ kept: number; ending: number }> {
    const rows = await this.#knex<InstanceRow>('instances')
      .where({ app_id: appId })
      .whereIn('desired', ENDED)
      .select('purge_after');
    const kept = rows.filter(row => row.purge_after !== null).length;
    return { kept, ending: rows.length - kept };
  }

  /** Whether an app has instances that are there for people. */
  async hasLive(appId: string): Promise<boolean> {
    return Boolean(
      await this.#knex<InstanceRow>('instances')
        .where({ app_id: appId })
        .whereIn('desired', LIVE)
        .first('id'),
    );
  }

  /** How many slots an owner's instances take, and how many of those instances run. */
  async countUse(
    ownerRef: string,
  ): Promise<{ slots: number; running: number }> {
    const rows = await this.#knex<InstanceRow>('instances')
      .where({ owner_ref: ownerRef })
      .whereNotNull('slot')
      .select('status');
    return {
      slots: rows.length,
      running: rows.filter(({ status }) => status === 'DEPLOYED').length,
    };
  }

  /** Those of `ids` that are still there. */
  async existing(ids: string[]): Promise<Set<string>> {
    const rows = await this.#knex<InstanceRow>('instances')
      .whereIn('id', ids)
      .select('id');
    return new Set(rows.map(row => row.id));
  }

  /** Running instances whose time is up, and whether there is a kept volume whose time is. */
  async overdue(now: string): Promise<{ running: string[]; purge: boolean }> {
    const rows: Array<{ id: string; desired: DesiredState }> =
      await this.#knex<InstanceRow>('instances')
        .where({ desired: 'running' })
        .where('suspend_after', '<=', now)
        .select('id', 'desired')
        .unionAll(kept =>
          kept
            .from('instances')
            .whereIn('desired', ENDED)
            .where('purge_after', '<=', now)
            .select('id', 'desired'),
        );
    const running = rows.filter(row => row.desired === 'running');
    return {
      running: running.map(row => row.id),
      purge: running.length < rows.length,
    };
  }

  /** Instances that were started with a secret, and whether with its present value. */
  async startedWith(
    secretId: string,
  ): Promise<Array<{ id: string; valueVersion: number }>> {
    return this.#knex('instance_secrets')
      .join('instances', 'instances.id', 'instance_secrets.instance_id')
      .where({ secret_id: secretId })
      .whereIn('instances.desired', LIVE)
      .orderBy('instances.created_at', 'desc')
      .select(
        { id: 'instance_secrets.instance_id' },
        { valueVersion: 'instance_secrets.value_version' },
      );
  }

  /** Names of secrets that changed since instances were started, by instance. */
  async staleSecrets(ids: string[]): Promise<Map<string, string[]>> {
    const stale = new Map<string, string[]>();
    if (!ids.length) return stale;
    const rows: Array<{ instance_id: string; name: string }> = await this.#knex(
      'instance_secrets',
    )
      .join('secrets', 'secrets.id', 'instance_secrets.secret_id')
      .whereIn('instance_secrets.instance_id', ids)
      .whereRaw('secrets.value_version > instance_secrets.value_version')
      .orderBy('secrets.name')
      .select('instance_secrets.instance_id', 'secrets.name');
    for (const { instance_id: id, name } of rows)
      stale.set(id, [...(stale.get(id) ?? []), name]);
    return stale;
  }
}
