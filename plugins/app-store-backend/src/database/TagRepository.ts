/** Tags in the database. */
import type { AppTag } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Knex } from 'knex';
import { randomUUID } from 'node:crypto';

/** A tag with who may assign it and which visitors it invites. */
export interface TagDefinition {
  name: string;
  title: string;
  color: string;
  description: string;
  adminRoles: string[];
  visitorRoles: string[];
}

/** See the module's comment. */
export class TagRepository {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  async list(): Promise<AppTag[]> {
    return this.#knex<AppTag>('tags')
      .select('id', 'name', 'title', 'color', 'description')
      .orderBy('title');
  }

  async findByNames(
    names: string[],
  ): Promise<Array<AppTag & { adminRoles: string[] }>> {
    const rows: Array<AppTag & { admin_roles: string }> = await this.#knex(
      'tags',
    )
      .whereIn('name', names)
      .select('id', 'name', 'title', 'color', 'description', 'admin_roles');
    return rows.map(({ admin_roles, ...tag }) => ({
      ...tag,
      adminRoles: JSON.parse(admin_roles),
    }));
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
      if (stored.id === id && visitorRoles.length)
        await tx('tag_visitor_roles').insert(
          visitorRoles.map(role => ({ tag_id: id, role })),
        );
    });
  }
}
