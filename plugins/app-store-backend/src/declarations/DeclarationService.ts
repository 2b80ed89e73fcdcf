/** Declarations as people see them: who sees which, proposals, and what is no longer declared. */
import type {
  DeclarationPlan,
  DeclarationQuery,
  Page,
  StoreDeclaration,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Audit } from '../audit/Audit';
import type { Caller } from '../auth/Caller';
import { notAllowed, notFound, stale, StoreError } from '../errors/StoreError';
import { withoutAdmin, type Policy } from '../policy';
import { acceptanceDigest, type Acting } from './Acting';
import type { DeclarationApplier } from './DeclarationApplier';
import type { DeclarationLists } from './DeclarationLists';
import type { DeclarationRepository } from './DeclarationRepository';
import { CATALOG_SOURCE, type DeclarationRecord } from './declarationRows';
import { VERSION_UNCHANGED } from './kinds/DeclaredApp';
import { planOf, refusalOf } from './presentPlan';

/** What the service stands on. */
export interface DeclarationServiceOptions {
  policy: Policy;
  audit: Audit;
  declarations: DeclarationRepository;
  lists: DeclarationLists;
  applier: DeclarationApplier;
  acting: Acting;
}

/** Lists, accepts, applies and ends declarations. */
export class DeclarationService {
  readonly #o: DeclarationServiceOptions;

  constructor(options: DeclarationServiceOptions) {
    this.#o = options;
  }

  #isOwn(caller: Caller, row: DeclarationRecord): boolean {
    const own = caller.userEntityRef;
    return (row.ownerRef ?? row.acceptedBy) === own;
  }

  /** A declaration as the caller sees it. */
  present(caller: Caller, row: DeclarationRecord): StoreDeclaration {
    const mayManage = caller.admin || this.#isOwn(caller, row);
    const owner = this.#o.acting.personOf(row);
    const problem = row.unreadable?.problem ?? row.problem;
    const accepted = !row.ownerRef && row.acceptedBy;
    // What it says of the store is for those who may see all of that.
    const told = mayManage || row.state === 'PROPOSED';
    return {
      id: row.id,
      entityRef: row.entityRef,
      kind: row.kind,
      source: row.source === CATALOG_SOURCE ? 'catalog' : 'files',
      ...(row.location ? { location: row.location } : {}),
      ...(owner ? { owner } : {}),
      ...(accepted
        ? { acceptedBy: row.acceptedBy, acceptedAt: row.acceptedAt }
        : {}),
      state: row.unreadable ? 'UNREADABLE' : row.state,
      since: row.unreadable?.since ?? row.since,
      ...(row.missingSince ? { missingSince: row.missingSince } : {}),
      ...(told && problem ? { problem } : {}),
      ...(told && row.changes ? { changes: row.changes } : {}),
      ...(row.resourceId ? { resourceId: row.resourceId } : {}),
      ...(told && row.content ? { content: row.content } : {}),
      digest: acceptanceDigest(row),
      can: {
        accept: row.state === 'PROPOSED' && (caller.fullAccess || caller.admin),
        apply:
          mayManage &&
          row.source === CATALOG_SOURCE &&
          mayHelp(row) &&
          Boolean(row.declaration),
        end:
          mayManage &&
          (row.state === 'ORPHANED' || row.source !== CATALOG_SOURCE),
      },
    };
  }

  /** One page of declarations. @throws StoreError 403 for `scope: all` of anybody but an admin */
  async list(
    caller: Caller,
    { scope = 'visible', limit = 50, ...query }: DeclarationQuery,
  ): Promise<Page<StoreDeclaration>> {
    if (scope === 'all')
      await this.#o.audit.assertAllowed(
        caller,
        'declaration:list_all',
        this.#o.policy.decide('platform', 'list_all', caller, undefined),
        'Only admins can list all declarations.',
      );
    const { items, nextCursor } = await this.#o.lists.list(
      // Who asks for one entity is on its page, where an admin sees it, too.
      scope === 'all' || query.entityRef ? caller : withoutAdmin(caller),
      {
        ...query,
        entityRef: query.entityRef?.toLocaleLowerCase('en-US'),
        limit,
      },
    );
    return { items: items.map(row => this.present(caller, row)), nextCursor };
  }

  async #require(caller: Caller, id: string): Promise<DeclarationRecord> {
    const row = await this.#o.lists.read(caller, id);
    if (!row) throw notFound('declaration', id);
    return row;
  }

  async get(caller: Caller, id: string): Promise<StoreDeclaration> {
    return this.present(caller, await this.#require(caller, id));
  }

  /** What would be done: for whom it acts, or, of a proposal, for the caller. */
  async plan(caller: Caller, id: string): Promise<DeclarationPlan> {
    const row = await this.#require(caller, id);
    if (row.state !== 'PROPOSED') this.#assertMayManage(caller, row);
    const about = { entityRef: row.entityRef, kind: row.kind };
    if (!row.declaration)
      return {
        ...about,
        action: 'REFUSED',
        changes: [],
        ...(row.problem ? { problem: row.problem } : {}),
      };
    const { acting, applier } = this.#o;
    try {
      const owner = acting.personOf(row);
      const actor =
        owner && owner !== caller.userEntityRef
          ? await acting.callerFor(owner, row.entityRef)
          : caller;
      return planOf(about, await applier.planFor(row, actor));
    } catch (error) {
      return refusalOf(about, error);
    }
  }

  /**
   * Accepts a proposal: it acts for the caller from then on, as long as it declares the same.
   *
   * @throws StoreError 409 where it is no proposal, 412 where it declares something else by now, 403 for what the caller may not do
   */
  async accept(
    caller: Caller,
    id: string,
    digest: string,
  ): Promise<StoreDeclaration> {
    return this.#o.audit.run(
      caller,
      'declaration:accept',
      id,
      async context => {
        const row = await this.#require(caller, id);
        context.about({ id, name: row.entityRef });
        context.detail = { location: row.location, digest };
        if (!isProposal(row))
          throw new StoreError({
            status: 409,
            code: 'NOT_PROPOSED',
            message: `${row.entityRef} is not a proposal.`,
            owner: 'you',
            remedy: 'Reload its page to see how it is.',
          });
        if (acceptanceDigest(row) !== digest) throw stale('declaration');
        const { applier, declarations } = this.#o;
        // With the caller's own rights: what they may not do they cannot accept.
        await applier.planFor(row, caller);
        const after = await declarations.update(
          id,
          {
            acceptedDigest: digest,
            acceptedBy: caller.userEntityRef,
            acceptedAt: new Date().toISOString(),
            appliedDigest: undefined,
          },
          row.revision,
        );
        if (!after) throw stale('declaration');
        await applier.bring(id);
        await this.#assertAccepted(id);
        return this.get(caller, id);
      },
    );
  }

  /** Whoever cannot carry it out has not accepted it: it waits for somebody else. */
  async #assertAccepted(id: string): Promise<void> {
    const { declarations } = this.#o;
    const { state, problem } = (await declarations.get(id)) ?? {};
    if (state !== 'REFUSED' || !problem) return;
    await declarations.update(id, {
      acceptedDigest: undefined,
      acceptedBy: undefined,
      acceptedAt: undefined,
      state: 'PROPOSED',
      problem: undefined,
      dueAt: undefined,
    });
    throw new StoreError({ ...problem, status: 409 });
  }

  /** Applies it again with the rights of the person for whom it acts. */
  async apply(caller: Caller, id: string): Promise<StoreDeclaration> {
    return this.#o.audit.run(caller, 'declaration:apply', id, async context => {
      const row = await this.#require(caller, id);
      context.about({ id, name: row.entityRef });
      this.#assertMayManage(caller, row);
      await this.#o.applier.bring(id, { force: true });
      return this.get(caller, id);
    });
  }

  #assertMayManage(caller: Caller, row: DeclarationRecord): void {
    if (caller.admin || this.#isOwn(caller, row)) return;
    throw notAllowed(
      'Only the person for whom it acts and admins can do this.',
      {
        allowed: false,
        rule: 'declaration owner',
        because: [],
        wouldChange: [],
      },
    );
  }

  /**
   * Ends what is no longer declared, with the caller's rights.
   *
   * @param keep - keeps it, and forgets that it was declared
   * @throws StoreError 409 where it is declared still
   */
  async end(
    caller: Caller,
    id: string,
    { keep = false }: { keep?: boolean } = {},
  ): Promise<void> {
    return this.#o.audit.run(caller, 'declaration:end', id, async context => {
      const row = await this.#require(caller, id);
      context.about({ id, name: row.entityRef });
      context.detail = { keep };
      this.#assertMayManage(caller, row);
      // A file that was applied once is declared nowhere.
      if (row.state !== 'ORPHANED' && row.source === CATALOG_SOURCE)
        throw new StoreError({
          status: 409,
          code: 'STILL_DECLARED',
          message: `${row.entityRef} is still declared.`,
          owner: 'you',
          remedy: 'Remove it from its file first.',
        });
      if (!keep && row.resourceId)
        await this.#o.applier.end(caller, row, 'delete').catch(error => {
          // Somebody else was faster.
          if (!(error instanceof StoreError && error.status === 404))
            throw error;
        });
      await this.#o.declarations.delete(id);
    });
  }
}

/** Waits for somebody with the rights. */
function isProposal({ state, ownerRef, kind }: DeclarationRecord): boolean {
  return !ownerRef && state === 'PROPOSED' && kind !== 'AppSecret';
}

/** Whether applying it again may change anything. */
function mayHelp({ state, problem, changes }: DeclarationRecord): boolean {
  // A version never changes: only its source does.
  const isStuck =
    problem?.code === VERSION_UNCHANGED &&
    changes?.every(({ field }) => field === 'content');
  return ['DRIFTED', 'REFUSED'].includes(state) && !isStuck;
}
