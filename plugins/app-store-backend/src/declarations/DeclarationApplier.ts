/**
 * Brings one declaration into line. What was applied once is applied again where it is declared
 * otherwise; where it was changed in the store, the difference is shown and left.
 *
 * Guarantees: one at a time for each declaration; every step can be repeated, so that whoever goes on
 * after a crash doubles nothing; nothing is done with other rights than those of whom it acts for.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { DeclarationKind } from '@ai-app-store/backstage-plugin-app-store-common';
import type { Caller } from '../auth/Caller';
import type { KeyedLock } from '../database/KeyedLock';
import { StoreError } from '../errors/StoreError';
import type { Acting } from './Acting';
import { appliedDigest, isLeft } from './appliedDigest';
import type { AppSources, FetchedApp } from './AppSources';
import type { DeclarationRepository } from './DeclarationRepository';
import {
  CATALOG_SOURCE,
  digestOf,
  type AppContent,
  type DeclarationRecord,
} from './declarationRows';
import { DeclarationStates } from './DeclarationStates';
import { declaredElsewhere } from './declaredElsewhere';
import type { DueDeclarations } from './DueDeclarations';
import type { DeclaredKind, Plan, Target, Tools } from './kinds/DeclaredKind';
import type { Trust } from './Trust';

/** What each kind knows. */
type DeclaredKinds = {
  [K in DeclarationKind]: DeclaredKind<K>;
};

/** What it stands on. */
export interface DeclarationApplierOptions {
  declarations: DeclarationRepository;
  due: DueDeclarations;
  kinds: DeclaredKinds;
  sources: AppSources;
  trust: Trust;
  acting: Acting;
  locks: KeyedLock;
  logger: LoggerService;
  now?: () => Date;
}

/** Brings declarations into line. */
export class DeclarationApplier {
  readonly #o: DeclarationApplierOptions;
  readonly #states: DeclarationStates;

  constructor(options: DeclarationApplierOptions) {
    this.#o = options;
    this.#states = new DeclarationStates(options);
  }

  /**
   * Applies a declaration, or shows how it differs.
   *
   * @param options.force - applies it also where only what is there was changed
   * @returns whether something was done that others may wait for
   */
  async bring(
    id: string,
    options: { force?: boolean } = {},
  ): Promise<{ applied: boolean }> {
    return this.#o.locks.run(`declaration/${id}`, async () => {
      const row = await this.#o.declarations.get(id);
      if (!row?.declaration || row.missingSince) {
        if (row?.dueAt)
          await this.#o.declarations.update(id, { dueAt: undefined });
        return { applied: false };
      }
      try {
        return await this.#bring(row, options);
      } catch (error) {
        await this.#states.failed(row.id, error as Error);
        return { applied: false };
      }
    });
  }

  async #bring(
    row: DeclarationRecord,
    { force = false }: { force?: boolean },
  ): Promise<{ applied: boolean }> {
    if (row.kind !== 'App') return this.#act(row, undefined, force);
    const declaration = row.declaration as Target<'App'>['declaration'];
    // What was applied from a file brings its content along.
    if (row.source !== CATALOG_SOURCE)
      return this.#act(row, { content: row.content! }, force);
    const url = this.#o.sources.urlOf(
      row.location,
      declaration.spec,
      row.ownerRef && this.#o.trust.rootOf(row.location),
    );
    // Until it is published the bundle itself is needed, also where it was looked at before.
    const settled = this.#o.acting.personOf(row)
      ? row.appliedDigest === appliedDigest(row, undefined)
      : row.state === 'PROPOSED';
    const known = settled && !force ? row.content : undefined;
    return this.#o.sources.with(url, known, async fetched =>
      this.#act(await this.#looked(row, fetched), fetched, force),
    );
  }

  /** Writes down what stands in the source now. */
  async #looked(
    row: DeclarationRecord,
    { content }: FetchedApp,
  ): Promise<DeclarationRecord> {
    return digestOf(content) === digestOf(row.content)
      ? row
      : this.#states.write(row.id, { content });
  }

  async #act(
    row: DeclarationRecord,
    fetched: FetchedApp | undefined,
    force: boolean,
  ): Promise<{ applied: boolean }> {
    const owner = this.#o.acting.personOf(row);
    if (!owner) {
      await this.#propose(row);
      return { applied: false };
    }
    const target = this.#target(
      row,
      await this.#o.acting.callerFor(owner, row.entityRef),
      fetched?.content,
    );
    const plan = await this.plan(target);
    if (plan.waitsFor) return this.#states.progress(row, plan.waitsFor);
    const digest = appliedDigest(row, plan.resolved);
    if (!force && !row.nextId && isLeft(row, plan, digest)) {
      await this.#compared(row, plan);
      return { applied: false };
    }
    return this.#apply(target, plan, digest, fetched);
  }

  #target(
    row: DeclarationRecord,
    caller: Caller,
    content: AppContent | undefined,
  ): Target {
    return {
      caller,
      declaration: row.declaration!,
      row,
      content,
      lookup: async ref =>
        (await this.#o.declarations.find(row.source, ref)) ??
        this.declaredFor(caller, ref),
    };
  }

  /** What the catalog declares for a person, which their files may name. */
  async declaredFor({ userEntityRef }: Caller, ref: string) {
    const row = await this.#o.declarations.find(CATALOG_SOURCE, ref);
    const counts = row && row.state !== 'ORPHANED' && !row.missingSince;
    return counts && this.#o.acting.personOf(row) === userEntityRef
      ? row
      : undefined;
  }

  async planFor(row: DeclarationRecord, caller: Caller): Promise<Plan> {
    if (row.kind === 'App' && !row.content)
      throw new StoreError({
        status: 409,
        code: 'SOURCE_NOT_READ',
        message: 'The source of the app was not read yet.',
        owner: 'platform',
        remedy: 'Try again in a moment.',
      });
    return this.plan(this.#target(row, caller, row.content));
  }

  plan(target: Target): Promise<Plan> {
    return this.#kind(target.row.kind).plan(target);
  }

  #kind(kind: DeclarationKind): DeclaredKind<DeclarationKind> {
    return this.#o.kinds[kind] as unknown as DeclaredKind<DeclarationKind>;
  }

  /** Ends an instance that never came to take the place of another one. */
  async abandon(caller: Caller, row: DeclarationRecord): Promise<void> {
    if (row.nextId && row.nextId !== row.resourceId)
      await this.#kind(row.kind).end(
        caller,
        { resourceId: row.nextId, published: [] },
        'delete',
      );
  }

  async end(
    caller: Caller,
    row: DeclarationRecord,
    how: 'suspend' | 'delete',
  ): Promise<void> {
    await this.abandon(caller, row);
    const { resourceId, published } = row;
    if (resourceId)
      await this.#kind(row.kind).end(caller, { resourceId, published }, how);
  }

  async #propose(row: DeclarationRecord): Promise<void> {
    if (row.kind === 'AppSecret')
      throw new StoreError({
        status: 403,
        code: 'LOCATION_NOT_TRUSTED',
        message:
          'No entry of appStore.declarations.trust lets this location declare secrets. A secret is never a proposal, since it takes values of the backend.',
        owner: 'admin',
        remedy: 'An admin adds the location, or removes the declaration.',
      });
    await this.#states.settle(row, {
      state: 'PROPOSED',
      problem: undefined,
      changes: undefined,
      dueAt: undefined,
      attempts: 0,
    });
  }

  async #compared(row: DeclarationRecord, plan: Plan): Promise<void> {
    const { found, changes, stays } = plan;
    const { declarations } = this.#o;
    await this.#states.settle(row, {
      state: changes.length ? 'DRIFTED' : 'IN_SYNC',
      changes: changes.length ? changes : undefined,
      problem: stays,
      resourceRevision:
        found?.revision ??
        (await declarations.revisionOf(row.kind, row.resourceId)),
      dueAt: undefined,
      attempts: 0,
    });
  }

  async #apply(
    target: Target,
    plan: Plan,
    digest: string,
    fetched: FetchedApp | undefined,
  ): Promise<{ applied: boolean }> {
    const { row } = target;
    const { found, waitsFor, update } = await this.#kind(row.kind).apply(
      target,
      plan,
      this.#toolsFor(row, fetched),
    );
    if (waitsFor) return this.#states.progress(row, waitsFor);
    // Before it is written down that it is done: whoever is killed in between does both again.
    await this.#o.due.makeReferring(row);
    const rest = plan.stays ? plan.changes : [];
    await this.#states.finish(row, {
      state: rest.length ? 'DRIFTED' : 'IN_SYNC',
      problem: plan.stays,
      changes: rest.length ? rest : undefined,
      resourceId: found.id,
      resourceRevision: found.revision,
      nextId: undefined,
      appliedDigest: digest,
      follows: plan.follows,
      dueAt: undefined,
      attempts: 0,
      ...update,
    });
    return { applied: plan.action !== 'SAME' || row.state !== 'IN_SYNC' };
  }

  #toolsFor(row: DeclarationRecord, fetched: FetchedApp | undefined): Tools {
    return {
      remember: async change => {
        await this.#states.write(row.id, change);
      },
      claim: async resourceId => {
        const other = await this.#o.declarations.claim(
          row.id,
          row.kind,
          resourceId,
        );
        if (other) throw declaredElsewhere(row, other);
      },
      openBundle: async () => {
        if (!fetched?.open)
          throw new StoreError({
            status: 409,
            code: 'BUNDLE_NEEDED',
            message: `${row.content?.name} ${row.content?.version} is not in the store yet.`,
            owner: 'you',
            remedy: 'Import it first.',
          });
        return fetched.open();
      },
    };
  }
}
