/** Tags in the database. */
import { showable } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import { Outbox } from '../changes/Outbox';
import { randomUUID } from 'node:crypto';
import {
  integer,
  json,
  Table,
  text,
  type RecordOf,
  type RowOf,
} from '../database/table';
import { isUuid } from '../database/isUuid';

const TAGS = Table.create({
  id: text(),
  name: text(),
  // Titles of before direction marks were refused.
  title: { ...text(), read: showable },
  color: text(),
  description: { ...text(), read: showable },
  adminRoles: json<string[]>(),
  revision: integer(),
});

type TagRow = RowOf<typeof TAGS>;

/** A row of `tags` with its visitor roles. */
export type TagRecord = RecordOf<typeof TAGS> & { visitorRoles: string[] };

/** A tag with who may assign it and which visitors it invites. */
export type TagDefinition = Omit<TagRecord, 'id' | 'revision'>;

/** Tags in the database. */
export class TagRepository {
  readonly #knex: Knex;

  readonly #outbox: Outbox;

  constructor(knex: Knex, outbox: Outbox = new Outbox(knex)) {
    this.#knex = knex;
    this.#outbox = outbox;
  }

  /**
   * All tags, by title.
   *
   * @param restrict - leaves some out
   */
  async list(
    restrict: (query: Knex.QueryBuilder) => void = () => {},
  ): Promise<TagRecord[]> {
    return complete(
      this.#knex,
      await this.#knex<TagRow>('tags')
        .where(restrict)
        .orderBy('title')
        .orderBy('name'),
    );
  }

  async findByNames(names: string[]): Promise<TagRecord[]> {
    return complete(
      this.#knex,
      await this.#knex<TagRow>('tags').whereIn('name', names),
    );
  }

  /** The tag with an id or a name. */
  async find(idOrName: string): Promise<TagRecord | undefined> {
    const row = await this.#knex<TagRow>('tags')
      .where(isUuid(idOrName) ? { id: idOrName } : { name: idOrName })
      .first();
    return row && (await complete(this.#knex, [row]))[0];
  }

  /** How many app versions bear each tag. */
  async countApps(): Promise<Map<string, number>> {
    const rows = (await this.#knex('app_tags')
      .groupBy('tag_id')
      .select('tag_id')
      .count({ n: '*' })) as Array<{ tag_id: string; n: string | number }>;
    return new Map(rows.map(row => [row.tag_id, Number(row.n)]));
  }

  /** Adds a tag, and returns it. @throws a database conflict where its name is taken */
  async insert(tag: TagDefinition): Promise<TagRecord> {
    const id = randomUUID();
    return this.#outbox.transaction(async (tx, tell) => {
      const rows: TagRow[] = await tx('tags')
        .insert(TAGS.write({ id, ...tag }))
        .returning('*');
      await setVisitorRoles(tx, id, tag.visitorRoles);
      tell('tag', id);
      const [added] = await complete(tx, rows);
      return added;
    });
  }

  /**
   * Changes a tag.
   *
   * @returns the tag afterwards; undefined where it is not as it was, or is gone
   * @throws a database conflict where its new name is taken
   */
  async update(
    id: string,
    change: Partial<TagDefinition>,
    revision?: number,
  ): Promise<TagRecord | undefined> {
    const { visitorRoles } = change;
    return this.#outbox.transaction(async (tx, tell) => {
      const rows: TagRow[] = await tx('tags')
        .where({ id, ...(revision === undefined ? {} : { revision }) })
        .update({
          ...TAGS.write(change),
          revision: tx.raw('revision + 1'),
        })
        .returning('*');
      if (!rows.length) return undefined;
      if (visitorRoles) await setVisitorRoles(tx, id, visitorRoles);
      tell('tag', id);
      const [after] = await complete(tx, rows);
      return after;
    });
  }

  async delete(id: string): Promise<void> {
    await this.#outbox.transaction(async (tx, tell) => {
      if (await tx('tags').where({ id }).delete()) tell('tag', id);
    });
  }

  /** Adds a tag unless one of its name is there. */
  async ensure(tag: TagDefinition): Promise<void> {
    if (await this.#knex('tags').where({ name: tag.name }).first('id')) return;
    await this.#outbox.transaction(async (tx, tell) => {
      const id = randomUUID();
      await tx('tags')
        .insert(TAGS.write({ id, ...tag }))
        .onConflict('name')
        .ignore();
      const stored = await tx('tags').where({ name: tag.name }).first('id');
      if (stored.id !== id) return;
      await setVisitorRoles(tx, id, tag.visitorRoles);
      tell('tag', id);
    });
  }
}

async function setVisitorRoles(
  tx: Knex.Transaction,
  id: string,
  roles: string[],
): Promise<void> {
  await tx('tag_visitor_roles').where({ tag_id: id }).delete();
  if (roles.length)
    await tx('tag_visitor_roles').insert(
      [...new Set(roles)].map(role => ({ tag_id: id, role })),
    );
}

/** Rows with the visitor roles that belong to them. */
async function complete(knex: Knex, rows: TagRow[]): Promise<TagRecord[]> {
  const roles: Array<{ tag_id: string; role: string }> = rows.length
    ? await knex('tag_visitor_roles')
        .whereIn(
          'tag_id',
          rows.map(row => row.id),
        )
        .orderBy('role')
        .select('tag_id', 'role')
    : [];
  return rows.map(row => ({
    ...TAGS.read(row),
    visitorRoles: roles
      .filter(({ tag_id }) => tag_id === row.id)
      .map(({ role }) => role),
  }));
}
