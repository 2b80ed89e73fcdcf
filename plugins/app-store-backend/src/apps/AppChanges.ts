/** What is changed of an app version: what may be (specification 2.2), and its tags. */
import type {
  App,
  AppChange,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type {
  AppRecord,
  AppRecordChange,
  AppRepository,
} from './AppRepository';
import type { TagRecord, TagRepository } from '../tags/TagRepository';
import type { AppAction, Policy } from '../policy';
import type { AppService } from './AppService';
import type { Audit, AuditContext } from '../audit/Audit';
import type { Caller } from '../auth/Caller';
import type { Preconditions } from './Preconditions';
import type { Runtimes } from './Runtimes';
import { notAllowed, notFound, stale, StoreError } from '../errors/StoreError';

/** What the service stands on. */
export interface AppChangesOptions {
  policy: Policy;
  audit: Audit;
  service: AppService;
  apps: AppRepository;
  tags: TagRepository;
  preconditions: Preconditions;
  runtimes: Runtimes;
}

/** Changes what may be changed of an app. */
export class AppChanges {
  readonly #o: AppChangesOptions;

  constructor(options: AppChangesOptions) {
    this.#o = options;
  }

  /**
   * Changes what may be changed (specification 2.2): running instances stay as they are.
   *
   * @param revision - what the change was made from
   * @throws StoreError 403 for what the caller may not change, tags one by one; nothing is changed then
   */
  async update(
    caller: Caller,
    id: string,
    change: AppChange,
    revision?: number,
  ): Promise<App> {
    return this.#o.audit.run(caller, 'app:update', id, async context => {
      context.detail = { ...change };
      const record = await this.#mayChange(caller, id, change, context);
      const profile = change.defaultLaunchProfile;
      if (profile) this.#o.runtimes.requireProfile(profile);
      if (change.customImage)
        this.#o.runtimes.requireImage(
          change.customImage,
          record.manifest.runtime.mode,
        );
      const tagIds =
        change.tags && (await this.#newTags(caller, record, change.tags));
      return this.#write(
        caller,
        record,
        {
          visibility: change.visibility,
          defaultProfile: profile,
          customImage: change.customImage,
          serviceAccount: change.serviceAccount,
          tagIds,
        },
        revision,
      );
    });
  }

  /** Each member of a change has a rule of its own. */
  async #mayChange(
    caller: Caller,
    id: string,
    change: AppChange,
    context: AuditContext,
  ): Promise<AppRecord> {
    const needed: AppAction[] = [
      ...(change.visibility ? (['update'] as const) : []),
      ...(change.defaultLaunchProfile !== undefined
        ? (['set_profile'] as const)
        : []),
      ...(change.customImage !== undefined ? (['set_image'] as const) : []),
      ...(change.serviceAccount !== undefined
        ? (['set_service_account'] as const)
        : []),
      // Tags have a rule for each of them (3.5); visitors know nothing of them.
      ...(change.tags ? (['read_tags'] as const) : []),
    ];
    const { service } = this.#o;
    const message = 'You are not allowed to change this app.';
    const record = await service.require(caller, id, 'read', context, message);
    for (const action of needed)
      service.assertMay(caller, record, action, context, message);
    return record;
  }

  async #write(
    caller: Caller,
    record: AppRecord,
    change: AppRecordChange,
    revision?: number,
  ): Promise<App> {
    const after = await this.#o.apps.update(
      record.id,
      { ...change, updatedAt: new Date().toISOString() },
      revision,
    );
    if (!after) {
      if (await this.#o.apps.get(record.id)) throw stale('app');
      throw notFound('app', record.id);
    }
    if (change.customImage !== undefined || change.defaultProfile !== undefined)
      after.problems = await this.#o.preconditions.refresh(after);
    return this.#o.service.present(caller, after);
  }

  #mayAssign(caller: Caller, tag: TagRecord, context?: AuditContext): void {
    const decision = this.#o.policy.decide('tag', 'assign', caller, tag);
    context?.decided(decision);
    if (!decision.allowed)
      throw notAllowed(
        `You are not allowed to assign or remove the tag ${tag.title}.`,
        decision,
      );
  }

  /** The ids of the tags an app is to have. */
  async #newTags(
    caller: Caller,
    record: AppRecord,
    names: string[],
  ): Promise<string[]> {
    const found = await this.#o.tags.findByNames(names);
    const unknown = names.filter(name => !found.some(tag => tag.name === name));
    if (unknown.length)
      throw new StoreError({
        status: 400,
        code: 'UNKNOWN_TAG',
        message: `There is no tag ${unknown.join(', ')}.`,
        owner: 'you',
        remedy: 'Choose one of the tags of this store.',
      });
    const before = new Set(record.tags.map(tag => tag.id));
    const after = new Set(found.map(tag => tag.id));
    const touched = [
      ...found.filter(tag => !before.has(tag.id)),
      ...(await this.#o.tags.findByNames(
        record.tags.filter(tag => !after.has(tag.id)).map(tag => tag.name),
      )),
    ];
    touched.forEach(tag => this.#mayAssign(caller, tag));
    return [...after];
  }

  /** Puts one tag on an app, or takes it off. */
  async setTag(
    caller: Caller,
    id: string,
    tagId: string,
    assigned: boolean,
  ): Promise<App> {
    const action = assigned ? 'tag:assign' : 'tag:remove';
    return this.#o.audit.run(caller, action, id, async context => {
      const record = await this.#o.service.require(
        caller,
        id,
        'read_tags',
        context,
        'Visitors cannot see tags.',
      );
      const tag = await this.#o.tags.find(tagId);
      if (!tag) throw notFound('tag', tagId);
      context.detail = { tag: tag.name };
      this.#mayAssign(caller, tag, context);
      return this.#write(
        caller,
        record,
        assigned ? { addTagId: tag.id } : { removeTagId: tag.id },
      );
    });
  }

  /** Decides anew whether the app can be run here (specification 7.1). */
  async refresh(caller: Caller, id: string): Promise<App> {
    return this.#o.audit.run(caller, 'app:refresh', id, async context => {
      const record = await this.#o.service.require(
        caller,
        id,
        'refresh',
        context,
        'Only its owner and admins can check an app again.',
      );
      record.problems = await this.#o.preconditions.refresh(record);
      record.checkedAt = new Date().toISOString();
      return this.#o.service.present(caller, record);
    });
  }
}
