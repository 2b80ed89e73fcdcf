/**
 * Declarations in the database.
 *
 * Held here: a source declares a ref once; what is there is declared once; who changes a row from
 * what is out of date changes nothing.
 */
import { isDatabaseConflictError } from '@backstage/backend-plugin-api';
import type { DeclarationKind } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import { isUuid } from '../database/isUuid';
import { keepFormer } from './keepFormer';
import {
  CATALOG_SOURCE,
  DECLARATIONS,
  RESOURCES,
  type DeclarationRecord,
  type DeclarationRow,
  type Unreadable,
} from './declarationRows';

/** Rows put in with one statement: SQLite takes 32,766 values (SQLITE_MAX_VARIABLE_NUMBER). */
const BATCH = 200;

/** What the sweep compares with the catalog. */
export interface KnownDeclaration {
  id: string;
  entityRef: string;
  etag?: string;
  location?: string;
  missingSince?: string;
  unreadable?: Unreadable;
}

/** What is changed of a row; `since` follows the state. */
export type DeclarationUpdate = Partial<
  Omit<DeclarationRecord, 'id' | 'source' | 'entityRef' | 'since' | 'revision'>
>;

/** Declarations in the database. */
export class DeclarationRepository {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  #rows(): Knex.QueryBuilder {
    return this.#knex<DeclarationRow>('declarations');
  }

  async get(id: string): Promise<DeclarationRecord | undefined> {
    if (!isUuid(id)) return undefined;
    const row = await this.#rows().where({ id }).first();
    return row && DECLARATIONS.read(row);
  }

  async find(
    source: string,
    entityRef: string,
  ): Promise<DeclarationRecord | undefined> {
    const row = await this.#rows()
      .where({ source, entity_ref: entityRef })
      .first();
    return row && DECLARATIONS.read(row);
  }

  /** All of a source, by ref. */
  async ofSource(source: string): Promise<DeclarationRecord[]> {
    const rows: DeclarationRow[] = await this.#rows()
      .where({ source })
      .orderBy('entity_ref');
    return rows.map(DECLARATIONS.read);
  }

  /** What declares a resource; undefined where nothing does. */
  async declaring(
    kind: DeclarationKind,
    resourceId: string,
  ): Promise<DeclarationRecord | undefined> {
    const row = await this.#rows()
      .where({ kind, resource_id: resourceId })
      .first();
    return row && DECLARATIONS.read(row);
  }

  /** The entity of the catalog that declares a resource; undefined where none does. */
  async entityOf(
    kind: DeclarationKind,
    resourceId: string,
  ): Promise<string | undefined> {
    const row = await this.declaring(kind, resourceId);
    return row?.source === CATALOG_SOURCE ? row.entityRef : undefined;
  }

  /** Of the catalog's declarations, as little as a comparison needs. */
  async known(): Promise<KnownDeclaration[]> {
    const rows: DeclarationRow[] = await this.#rows()
      .where({ source: CATALOG_SOURCE })
      .select(
        'id',
        'entity_ref',
        'etag',
        'location',
        'missing_since',
        'unreadable',
      );
    return rows.map(row => ({
      id: row.id,
      entityRef: row.entity_ref,
      etag: row.etag ?? undefined,
      location: row.location ?? undefined,
      missingSince: row.missing_since ?? undefined,
      unreadable: row.unreadable ? JSON.parse(row.unreadable) : undefined,
    }));
  }

  /** Adds rows; leaves those that are there already as they are. */
  async insert(records: DeclarationRecord[]): Promise<void> {
    for (let at = 0; at < records.length; at += BATCH)
      await this.#knex('declarations')
        .insert(
          records
            .slice(at, at + BATCH)
            .map(record => DECLARATIONS.write(record)),
        )
        .onConflict(['source', 'entity_ref'])
        .ignore();
  }

  /**
   * Changes a row.
   *
   * @param revision - what the change was made from
   * @param readDueAt - when it was due as it was read: made due since, it stays so; null for never
   * @returns the row afterwards; undefined where it is not as it was, or is gone
   * @throws a database conflict where something else declares the same resource
   */
  async update(
    id: string,
    change: DeclarationUpdate,
    revision?: number,
    readDueAt?: string | null,
  ): Promise<DeclarationRecord | undefined> {
    const now = new Date().toISOString();
    const rows: DeclarationRow[] = await this.#rows()
      .where({ id, ...(revision === undefined ? {} : { revision }) })
      .update({
        ...DECLARATIONS.write(change),
        ...(change.state
          ? {
              since: this.#knex.raw(
                'case when state = ? then since else ? end',
                [change.state, now],
              ),
            }
          : {}),
        ...(readDueAt === undefined || !('dueAt' in change)
          ? {}
          : {
              due_at: this.#knex.raw(
                "case when coalesce(due_at, '') = ? then ? else due_at end",
                [readDueAt ?? '', change.dueAt ?? null],
              ),
            }),
        updated_at: now,
        revision: this.#knex.raw('revision + 1'),
      })
      .returning('*');
    return rows[0] && DECLARATIONS.read(rows[0]);
  }

  /**
   * Has a declaration take over a resource, from one that is no longer declared if need be. What it
   * declared under another name before is no longer declared.
   *
   * @returns what declares it instead, where that still counts
   */
  async claim(
    id: string,
    kind: DeclarationKind,
    resourceId: string,
  ): Promise<DeclarationRecord | undefined> {
    try {
      await this.#knex.transaction(async tx => {
        await tx('declarations')
          .where({ kind, resource_id: resourceId })
          .whereNot({ id })
          .where(gone =>
            gone.where({ state: 'ORPHANED' }).orWhereNotNull('missing_since'),
          )
          .delete();
        const row = await tx<DeclarationRow>('declarations')
          .where({ id })
          .first();
        await tx('declarations')
          .where({ id })
          .update({ resource_id: resourceId });
        await keepFormer(tx, row, resourceId);
      });
      return undefined;
    } catch (error) {
      if (!isDatabaseConflictError(error)) throw error;
      return this.declaring(kind, resourceId);
    }
  }

  async delete(id: string): Promise<void> {
    await this.#rows().where({ id }).delete();
  }

  /** Some of them. */
  async getMany(ids: string[]): Promise<DeclarationRecord[]> {
    const found: DeclarationRow[] = [];
    for (let from = 0; from < ids.length; from += BATCH)
      found.push(
        ...(await this.#rows().whereIn('id', ids.slice(from, from + BATCH))),
      );
    return found.map(DECLARATIONS.read);
  }

  /** Whether there are any. */
  async any(): Promise<boolean> {
    return Boolean(await this.#rows().first('id'));
  }

  /** The revision of what is declared; undefined where it is gone. */
  async revisionOf(
    kind: DeclarationKind,
    resourceId: string | undefined,
  ): Promise<number | undefined> {
    const row =
      resourceId &&
      (await this.#knex(RESOURCES[kind])
        .where({ id: resourceId })
        .first('revision'));
    return row ? Number(row.revision) : undefined;
  }
}
