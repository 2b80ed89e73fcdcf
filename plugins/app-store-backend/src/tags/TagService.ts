/** Tags: every rule about them is applied here. */
import { isDatabaseConflictError } from '@backstage/backend-plugin-api';
import type {
  NewTag,
  Tag,
  TagChange,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { DEFAULT_TAG_COLOR } from '../config/tags';
import type { TagRecord, TagRepository } from './TagRepository';
import type { Policy, TagAction, TagFacts } from '../policy';
import type { Audit, AuditContext } from '../audit/Audit';
import type { Caller } from '../auth/Caller';
import { tagKind } from '../apps/presentApp';
import { notFound, stale, StoreError } from '../errors/StoreError';

/** Most tags of a store: they are listed whole. */
const TAG_LIMIT = 1000;

/** Lists, makes, changes and deletes tags. */
export class TagService {
  readonly #policy: Policy;
  readonly #audit: Audit;
  readonly #tags: TagRepository;
  readonly #categoryTags: string[];
  readonly #emptyAdminRoles: 'everyone' | 'admins';
  readonly #roleRef: (name: string) => string;

  constructor(options: {
    policy: Policy;
    audit: Audit;
    tags: TagRepository;
    categoryTags: string[];
    emptyAdminRoles: 'everyone' | 'admins';
    /** The ref that a role's name stands for; throws where it can be none. */
    roleRef: (name: string) => string;
  }) {
    this.#policy = options.policy;
    this.#audit = options.audit;
    this.#tags = options.tags;
    this.#categoryTags = options.categoryTags;
    this.#emptyAdminRoles = options.emptyAdminRoles;
    this.#roleRef = options.roleRef;
  }

  #present(caller: Caller, record: TagRecord, apps: number): Tag {
    const may = (action: TagAction) =>
      this.#policy.decide('tag', action, caller, record).allowed;
    const { id, name, title, color, description } = record;
    return {
      id,
      name,
      title,
      color,
      description,
      adminRoles: record.adminRoles,
      visitorRoles: record.visitorRoles,
      assigners: this.#assigners(record),
      kind: tagKind(record, this.#categoryTags),
      isCategory: this.#categoryTags.includes(name),
      apps,
      revision: record.revision,
      can: {
        assign: may('assign'),
        update: may('update'),
        delete: may('delete'),
      },
    };
  }

  #assigners({ adminRoles }: TagRecord): Tag['assigners'] {
    if (adminRoles.length) return 'ADMIN_ROLES';
    return this.#emptyAdminRoles === 'admins' ? 'ADMINS' : 'FULL_ACCESS';
  }

  #assert(
    caller: Caller,
    action: TagAction,
    tag: TagFacts,
    context: AuditContext,
    message: string,
  ): void {
    context.assertAllowed(
      this.#policy.decide('tag', action, caller, tag),
      message,
    );
  }

  /** The tags that the caller sees. @throws StoreError 403 for visitors who see none */
  async list(caller: Caller): Promise<Tag[]> {
    const tags = await this.#tags.list(query =>
      this.#policy.filter('tag', 'read', caller, query),
    );
    if (!tags.length)
      await this.#audit.look(caller, 'tag:read', undefined, async context =>
        this.#assert(
          caller,
          'read',
          { name: '', adminRoles: [] },
          context,
          'Visitors cannot see tags.',
        ),
      );
    const counts = await this.#tags.countApps();
    return tags.map(tag => this.#present(caller, tag, counts.get(tag.id) ?? 0));
  }

  async #require(
    caller: Caller,
    idOrName: string,
    action: TagAction,
    context: AuditContext,
    message: string,
  ): Promise<TagRecord> {
    const tag = await this.#tags.find(idOrName);
    // Whoever does not see tags learns nothing of which there are.
    const facts = tag ?? { name: idOrName, adminRoles: [] };
    this.#assert(caller, 'read', facts, context, 'Visitors cannot see tags.');
    if (!tag) throw notFound('tag', idOrName);
    context.about(tag);
    this.#assert(caller, action, tag, context, message);
    return tag;
  }

  async #presentOne(caller: Caller, tag: TagRecord): Promise<Tag> {
    const counts = await this.#tags.countApps();
    return this.#present(caller, tag, counts.get(tag.id) ?? 0);
  }

  async get(caller: Caller, idOrName: string): Promise<Tag> {
    const tag = await this.#audit.look(caller, 'tag:read', undefined, context =>
      this.#require(
        caller,
        idOrName,
        'read',
        context,
        'Visitors cannot see tags.',
      ),
    );
    return this.#presentOne(caller, tag);
  }

  /** Roles by their refs, as actors hold them. */
  #withRefs<T extends TagChange>(change: T): T {
    const refs = (roles: string[] | undefined) =>
      roles && [...new Set(roles.map(role => this.#ref(role)))];
    const { adminRoles, visitorRoles } = change;
    return {
      ...change,
      ...(adminRoles ? { adminRoles: refs(adminRoles) } : {}),
      ...(visitorRoles ? { visitorRoles: refs(visitorRoles) } : {}),
    };
  }

  #ref(role: string): string {
    try {
      return this.#roleRef(role);
    } catch (error) {
      throw new StoreError({
        status: 400,
        code: 'BAD_ROLE',
        message: `${JSON.stringify(role)} is not a role: ${
          (error as Error).message
        }`,
        owner: 'you',
        remedy: 'Use a group, such as group:default/design-guests.',
      });
    }
  }

  async create(caller: Caller, tag: NewTag): Promise<Tag> {
    return this.#audit.run(caller, 'tag:create', undefined, async context => {
      context.resourceName = tag.name;
      context.detail = { ...tag };
      this.#assert(
        caller,
        'create',
        { name: tag.name, adminRoles: [] },
        context,
        'Only admins can create tags.',
      );
      if ((await this.#tags.list()).length >= TAG_LIMIT)
        throw new StoreError({
          status: 409,
          code: 'TAG_LIMIT',
          message: `There are ${TAG_LIMIT} tags, which is the limit.`,
          owner: 'admin',
          remedy: 'Delete tags that no app has.',
        });
      const added = await nameTaken(tag.name, () =>
        this.#tags.insert({
          title: tag.name,
          color: DEFAULT_TAG_COLOR,
          description: '',
          adminRoles: [],
          visitorRoles: [],
          ...this.#withRefs(tag),
        }),
      );
      context.about(added);
      return this.#present(caller, added, 0);
    });
  }

  /** @param revision - what the change was made from */
  async update(
    caller: Caller,
    idOrName: string,
    change: TagChange,
    revision?: number,
  ): Promise<Tag> {
    return this.#audit.run(caller, 'tag:update', undefined, async context => {
      const tag = await this.#require(
        caller,
        idOrName,
        'update',
        context,
        'You are not allowed to change this tag.',
      );
      context.detail = { ...change };
      const after = await nameTaken(change.name ?? tag.name, () =>
        this.#tags.update(tag.id, this.#withRefs(change), revision),
      );
      if (!after) throw stale('tag');
      return this.#presentOne(caller, after);
    });
  }

  async delete(caller: Caller, idOrName: string): Promise<void> {
    return this.#audit.run(caller, 'tag:delete', undefined, async context => {
      const tag = await this.#require(
        caller,
        idOrName,
        'delete',
        context,
        'Only admins can delete tags.',
      );
      await this.#tags.delete(tag.id);
    });
  }
}

/** Says that a name is taken where the database refuses it. */
async function nameTaken<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isDatabaseConflictError(error)) throw error;
    throw new StoreError({
      status: 409,
      code: 'TAG_EXISTS',
      message: `There is a tag ${name} already.`,
      owner: 'you',
      remedy: 'Choose another name, or change that tag.',
    });
  }
}
