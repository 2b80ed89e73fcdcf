/** Tags in the database. */
import { showable } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import { createHash, randomUUID } from 'node:crypto';
import { isUuid } from './appRows';

/** A tag with who may assign it and which visitors it invites. */
export interface TagDefinition {
  name: string;
  title: string;
  color: string;
  description: string;
  adminRoles: string[];
  visitorRoles: string[];
}

/** A row of `tags` with its visitor roles. */
export interface TagRecord extends TagDefinition {
  id: string;
  revision: number;
}

interface TagRow {
  id: string;
  name: string;
  title: string;
  color: string;
  description: string;
  admin_roles: string;
  revision: number;
}

/** See the module's comment. */
export class TagRepository {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  async #complete(rows: TagRow[]): Promise<TagRecord[]> {
    const roles: Array<{ tag_id: string; role: string }> = rows.length
      ? await this.#knex('tag_visitor_roles')
          .whereIn(
            'tag_id',
            rows.map(row => row.id),
          )
          .orderBy('role')
          .select('tag_id', 'role')
      : [];
    return rows.map(({ admin_roles, revision, ...tag }) => ({
      ...tag,
      // Titles of before direction marks were refused.
      title: showable(tag.title),
      description: showable(tag.description),
      revision: Number(revision),
      adminRoles: JSON.parse(admin_roles),
      visitorRoles: roles
        .filter(({ tag_id }) => tag_id === tag.id)
        .map(({ role }) => role),
    }));
  }

  /**
   * All tags, by title.
   *
   * @param restrict - leaves some out
   */
  async list(
    restrict: (query: Knex.QueryBuilder) => void = () => {},
  ): Promise<TagRecord[]> {
    return this.#complete(
      await this.#knex<TagRow>('tags')
        .where(restrict)
        .orderBy('title')
        .orderBy('name'),
    );
  }

  async findByNames(names: string[]): Promise<TagRecord[]> {
    return this.#complete(
      await this.#knex<TagRow>('tags').whereIn('name', names),
    );
  }

  /** The tag with an id or a name. */
  async find(idOrName: string): Promise<TagRecord | undefined> {
    const row = await this.#knex<TagRow>('tags')
      .where(isUuid(idOrName) ? { id: idOrName } : { name: idOrName })
      .first();
    return row && (await this.#complete([row]))[0];
  }

  /** Another text whenever a tag came, changed or went. */
  async state(): Promise<string> {
    const rows = await this.#knex<TagRow>('tags')
      .orderBy('id')
      .select('id', 'revision');
    const hash = createHash('sha256');
    for (const { id, revision } of rows) hash.update(`${id} ${revision}\n`);
    return hash.digest('hex');
  }

  /** How many app versions bear each tag. */
  async countApps(): Promise<Map<string, number>> {
    const rows = (await this.#knex('app_tags')
      .groupBy('tag_id')
      .select('tag_id')
      .count({ n: '*' })) as Array<{ tag_id: string; n: string | number }>;
    return new Map(rows.map(row => [row.tag_id, Number(row.n)]));
  }

  /** Adds a tag. @throws a database conflict where its name is taken */
  async insert(tag: TagDefinition): Promise<string> {
    const id = randomUUID();
    const { adminRoles, visitorRoles, ...rest } = tag;
    await this.#knex.transaction(async tx => {
      await tx('tags').insert({
        id,
        ...rest,
        admin_roles: JSON.stringify(adminRoles),
      });
      await setVisitorRoles(tx, id, visitorRoles);
    });
    return id;
  }

  /**
   * Changes a tag.
   *
   * @returns false where it is not as it was, or is gone
   * @throws a database conflict where its new name is taken
   */
  async update(
    id: string,
    change: Partial<TagDefinition>,
    revision?: number,
  ): Promise<boolean> {
    const { adminRoles, visitorRoles, ...rest } = change;
    return this.#knex.transaction(async tx => {
      const count = await tx('tags')
        .where({ id, ...(revision === undefined ? {} : { revision }) })
        .update({
          ...rest,
          ...(adminRoles ? { admin_roles: JSON.stringify(adminRoles) } : {}),
          revision: tx.raw('revision + 1'),
        });
      if (count && visitorRoles) await setVisitorRoles(tx, id, visitorRoles);
      return count === 1;
    });
  }

  async delete(id: string): Promise<void> {
    await this.#knex('tags').where({ id }).delete();
  }

  /** Adds a tag unless one of its name is there. */
  async ensure(tag: TagDefinition): Promise<void> {
    if (await this.#knex('tags').where({ name: tag.name }).first('id')) return;
    const { adminRoles, visitorRoles, ...rest } = tag;
    await this.#knex.transaction(async tx => {
      const id = randomUUID();
      await tx('tags')
        .insert({ id, ...rest, admin_roles: JSON.stringify(adminRoles) })
        .onConflict('name')
        .ignore();
      const stored = await tx('tags').where({ name: tag.name }).first('id');
      if (stored.id === id) await setVisitorRoles(tx, id, visitorRoles);
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
