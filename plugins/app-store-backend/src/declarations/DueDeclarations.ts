/** Which declarations are to be looked at: by time, and by what changed around them. */
import {
  DECLARATION_KINDS,
  type DeclarationKind,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import {
  CATALOG_SOURCE,
  DECLARATIONS,
  RESOURCES,
  type DeclarationRecord,
  type DeclarationRow,
} from './declarationRows';

/** Ids of one statement. */
const BATCH = 200;

/** Finds declarations that are to be looked at. */
export class DueDeclarations {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  #rows(): Knex.QueryBuilder {
    return this.#knex<DeclarationRow>('declarations');
  }

  /** Has some looked at. */
  async make(ids: string[], at: string): Promise<void> {
    for (let from = 0; from < ids.length; from += BATCH)
      await this.#rows()
        .whereIn('id', ids.slice(from, from + BATCH))
        .update({ due_at: at });
  }

  /** Has those looked at that name a declaration of the catalog. */
  async makeReferring({
    source,
    entityRef,
  }: Pick<DeclarationRecord, 'source' | 'entityRef'>): Promise<void> {
    if (source !== CATALOG_SOURCE) return;
    await this.#rows()
      .where({ source, refers_to: entityRef })
      .whereNull('missing_since')
      .update({ due_at: new Date().toISOString() });
  }

  /** Ids of declared instances that follow the versions of one of these apps. */
  async following(appIds: string[]): Promise<string[]> {
    const ids: string[] = [];
    for (let from = 0; from < appIds.length; from += BATCH)
      ids.push(
        ...(await this.#rows()
          .where({ kind: 'AppInstance', source: CATALOG_SOURCE })
          .whereNull('missing_since')
          .whereIn(
            'follows',
            this.#knex('apps')
              .whereIn('id', appIds.slice(from, from + BATCH))
              .select('name'),
          )
          .pluck('id')),
      );
    return ids;
  }

  /** Ids of all declared instances. */
  async instances(): Promise<string[]> {
    return this.#rows()
      .where({ kind: 'AppInstance', source: CATALOG_SOURCE })
      .whereNull('missing_since')
      .pluck('id');
  }

  /** Has those of a location looked at that wait for something or were refused. */
  async makeWaitingDue(locations: string[], at: string): Promise<void> {
    for (let from = 0; from < locations.length; from += BATCH)
      await this.#rows()
        .whereIn('location', locations.slice(from, from + BATCH))
        .whereIn('state', ['PROGRESSING', 'REFUSED'])
        .whereNull('missing_since')
        .whereNotNull('declaration')
        .update({ due_at: at });
  }

  /** Those that are to be looked at, the longest due first. */
  async at(time: string, limit: number): Promise<DeclarationRecord[]> {
    const rows: DeclarationRow[] = await this.#rows()
      .whereNotNull('due_at')
      .where('due_at', '<=', time)
      .orderBy('due_at')
      .orderBy('id')
      .limit(limit);
    return rows.map(DECLARATIONS.read);
  }

  /** Ids of those whose resource is not as it was when it was compared last, or is gone since. */
  async changed(): Promise<string[]> {
    const ofKind = (kind: DeclarationKind) => {
      const table = RESOURCES[kind];
      return this.#knex('declarations')
        .leftJoin(table, `${table}.id`, 'declarations.resource_id')
        .where({
          'declarations.kind': kind,
          'declarations.source': CATALOG_SOURCE,
        })
        .whereNotNull('declarations.resource_id')
        .whereIn('declarations.state', ['IN_SYNC', 'DRIFTED'])
        .where(where =>
          where
            .where(gone =>
              gone
                .whereNull(`${table}.id`)
                .whereNotNull('declarations.resource_revision'),
            )
            .orWhereRaw(
              '(?? is not null and coalesce(declarations.resource_revision, -1) <> ??)',
              [`${table}.id`, `${table}.revision`],
            ),
        )
        .select('declarations.id');
    };
    const [first, ...others] = DECLARATION_KINDS.map(ofKind);
    const rows: Array<{ id: string }> = await first.unionAll(others);
    return rows.map(row => row.id);
  }

  /** Ids of declared apps and secrets, whose sources may change without them. */
  async withSources(): Promise<string[]> {
    return this.#rows()
      .where({ source: CATALOG_SOURCE })
      .whereIn('kind', ['App', 'AppSecret'])
      .whereIn('state', ['IN_SYNC', 'DRIFTED', 'PROPOSED'])
      .whereNull('missing_since')
      .pluck('id');
  }

  /** How many are gone from the catalog and not decided on yet, of all that count. */
  async counts(): Promise<{ missing: number; all: number }> {
    const row = await this.#rows()
      .where({ source: CATALOG_SOURCE })
      .whereNot('state', 'ORPHANED')
      .count({ all: '*', missing: 'missing_since' })
      .first();
    return { missing: Number(row?.missing ?? 0), all: Number(row?.all ?? 0) };
  }

  /** When the next one is to be looked at. */
  async nextDue(): Promise<string | undefined> {
    const row = await this.#rows().min({ at: 'due_at' }).first();
    return row?.at ?? undefined;
  }

  /** Those that are gone from the catalog since before then, and of which something is left to decide. */
  async gone(before: string): Promise<DeclarationRecord[]> {
    const rows: DeclarationRow[] = await this.#rows()
      .where('missing_since', '<=', before)
      .whereNot('state', 'ORPHANED');
    return rows.map(DECLARATIONS.read);
  }
}
