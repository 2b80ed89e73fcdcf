/** A declared tag. */
import type { Policy } from '../../policy';
import { notAllowed } from '../../errors/StoreError';
import type { Caller } from '../../auth/Caller';
import type { TagRecord, TagRepository } from '../../tags/TagRepository';
import type { TagService } from '../../tags/TagService';
import {
  changeOf,
  type Applied,
  type DeclaredKind,
  type Ended,
  type Ending,
  type Plan,
  type Target,
  type Tools,
} from './DeclaredKind';

/** What it stands on. */
export interface DeclaredTagOptions {
  policy: Policy;
  tags: TagRepository;
  tagService: TagService;
  /** The ref of a role or group by its name in the configuration. */
  roleRef: (name: string) => string;
}

/** Brings tags into line. */
export class DeclaredTag implements DeclaredKind<'AppTag'> {
  readonly #o: DeclaredTagOptions;

  constructor(options: DeclaredTagOptions) {
    this.#o = options;
  }

  #wanted({ declaration }: Target<'AppTag'>) {
    const { spec, title, description } = declaration;
    return {
      title,
      description,
      color: spec.color,
      visitorRoles: spec.visitorRoles,
      adminRoles: spec.adminRoles,
    };
  }

  #refs(roles: string[] | undefined): string[] | undefined {
    return roles?.map(role => {
      try {
        return this.#o.roleRef(role);
      } catch {
        // The service says what is wrong with it.
        return role;
      }
    });
  }

  #changes(target: Target<'AppTag'>, tag: TagRecord | undefined) {
    const wanted = this.#wanted(target);
    return [
      ...changeOf('title', wanted.title, tag?.title),
      ...changeOf('description', wanted.description, tag?.description),
      ...changeOf('color', wanted.color, tag?.color),
      ...changeOf(
        'visitorRoles',
        this.#refs(wanted.visitorRoles),
        tag?.visitorRoles,
      ),
      ...changeOf('adminRoles', this.#refs(wanted.adminRoles), tag?.adminRoles),
    ];
  }

  async plan(target: Target<'AppTag'>): Promise<Plan> {
    const { caller, declaration } = target;
    const name = declaration.spec.name ?? declaration.name;
    const tag = await this.#o.tags.find(name);
    const changes = this.#changes(target, tag);
    const decision = this.#o.policy.decide(
      'tag',
      tag ? 'update' : 'create',
      caller,
      tag ?? { name, adminRoles: [] },
    );
    if (!decision.allowed)
      throw notAllowed(
        tag
          ? `${caller.userEntityRef} is not allowed to change the tag ${name}.`
          : `${caller.userEntityRef} is not allowed to create tags.`,
        decision,
      );
    return tag
      ? { action: changes.length ? 'UPDATE' : 'SAME', changes, found: tag }
      : {
          action: 'CREATE',
          changes: [...changeOf('name', name, undefined), ...changes],
        };
  }

  async apply(
    target: Target<'AppTag'>,
    plan: Plan,
    tools: Tools,
  ): Promise<Applied> {
    const { caller, declaration } = target;
    const { tagService } = this.#o;
    const wanted = Object.fromEntries(
      Object.entries(this.#wanted(target)).filter(
        ([, value]) => value !== undefined,
      ),
    );
    if (!plan.found) {
      const made = await tagService.create(caller, {
        name: declaration.spec.name ?? declaration.name,
        ...wanted,
      });
      await tools.claim(made.id);
      return { found: made };
    }
    await tools.claim(plan.found.id);
    if (plan.action === 'SAME') return { found: plan.found };
    return {
      found: await tagService.update(
        caller,
        plan.found.id,
        wanted,
        plan.found.revision,
      ),
    };
  }

  async end(caller: Caller, { resourceId }: Ended, how: Ending): Promise<void> {
    // A tag does nothing that could be suspended.
    if (how === 'delete') await this.#o.tagService.delete(caller, resourceId);
  }
}
