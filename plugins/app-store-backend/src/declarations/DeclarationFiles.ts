/**
 * Declarations out of files, applied with the rights of whoever applies them. Files that belong
 * together are a set: what is no longer in them is known by that.
 */
import type {
  DeclarationFiles as Files,
  DeclarationPlan,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { Audit } from '../audit/Audit';
import type { Caller } from '../auth/Caller';
import { notAllowed, StoreError } from '../errors/StoreError';
import type { Policy } from '../policy';
import type { DeclarationApplier } from './DeclarationApplier';
import type { DeclarationRepository } from './DeclarationRepository';
import {
  byKind,
  digestOf,
  setSource,
  type AppContent,
  type DeclarationRecord,
} from './declarationRows';
import type { Plan } from './kinds/DeclaredKind';
import { planOf, refusalOf } from './presentPlan';
import { readFiles, type ReadDocument } from './readFiles';

/** What it stands on. */
export interface DeclarationFilesOptions {
  policy: Policy;
  audit: Audit;
  declarations: DeclarationRepository;
  applier: DeclarationApplier;
}

/** Plans and applies files. */
export class DeclarationFiles {
  readonly #o: DeclarationFilesOptions;

  constructor(options: DeclarationFilesOptions) {
    this.#o = options;
  }

  /**
   * Applies files, or says what that would do.
   *
   * @returns for each document what was done, or would be; a document that is refused keeps no other one back
   * @throws StoreError 400 for documents that cannot be read and for an end without the name of a set, 403 for visitors
   */
  async apply(caller: Caller, files: Files): Promise<DeclarationPlan[]> {
    const { set = 'default', dryRun = false, prune = false } = files;
    if (prune && !files.set) throw setNeeded();
    if (dryRun) return this.#all(caller, files, true);
    return this.#o.audit.run(
      caller,
      'declaration:apply_files',
      undefined,
      async context => {
        context.resourceName = set;
        context.detail = { documents: files.documents.length, prune };
        return this.#all(caller, files, false);
      },
    );
  }

  async #all(
    caller: Caller,
    { set = 'default', prune = false, apply = true, documents }: Files,
    dryRun: boolean,
  ): Promise<DeclarationPlan[]> {
    if (!caller.fullAccess && !caller.admin)
      throw notAllowed('Visitors cannot apply declarations.', {
        allowed: false,
        rule: 'declaration full access',
        because: [],
        wouldChange: [['An admin can give you full access.']],
      });
    const source = setSource(caller.userEntityRef, set);
    const before = await this.#o.declarations.ofSource(source);
    const read = await this.#known(
      caller,
      readFiles(caller, source, documents, before),
    );
    const plans: DeclarationPlan[] = [];
    /** Versions that are published before what runs them. */
    const coming = new Map<string, AppContent>();
    for (const document of apply ? read : []) {
      const plan = dryRun
        ? await this.#plan(caller, document, read, coming)
        : await this.#bring(caller, document, read);
      plans.push(plan);
      if (plan.action === 'CREATE' && document.content)
        coming.set(plan.entityRef, document.content);
    }
    if (prune) plans.push(...(await this.#prune(caller, before, read, dryRun)));
    return plans;
  }

  /** Those that the catalog declares for the same person are compared with what that made. */
  async #known(caller: Caller, read: ReadDocument[]): Promise<ReadDocument[]> {
    const known: ReadDocument[] = [];
    for (const document of read) {
      const { row } = document;
      const inCatalog = row.resourceId
        ? undefined
        : await this.#o.applier.declaredFor(caller, row.entityRef);
      known.push(
        inCatalog?.resourceId
          ? {
              ...document,
              row: { ...row, resourceId: inCatalog.resourceId },
              inCatalog,
            }
          : document,
      );
    }
    return known;
  }

  async #plan(
    caller: Caller,
    document: ReadDocument,
    all: ReadDocument[],
    coming: Map<string, AppContent>,
  ): Promise<DeclarationPlan> {
    const { row, inCatalog } = document;
    const about = { entityRef: row.entityRef, kind: row.kind };
    try {
      const plan = await this.#planOf(caller, document, all, coming);
      // What it waits for is in the same files, and comes before it.
      const comes = plan.waitsFor && plan.action === 'CREATE';
      const planned = planOf(
        about,
        comes ? { ...plan, waitsFor: undefined } : plan,
      );
      return inCatalog && planned.action !== 'SAME'
        ? { ...planned, note: noteOf(inCatalog) }
        : planned;
    } catch (error) {
      return refusalOf(about, error);
    }
  }

  async #planOf(
    caller: Caller,
    { declaration, content, row }: ReadDocument,
    all: ReadDocument[],
    coming = new Map<string, AppContent>(),
  ): Promise<Plan> {
    if (declaration.kind === 'App' && !content)
      throw new StoreError({
        status: 400,
        code: 'SOURCE_NOT_HERE',
        message:
          'Its source did not come with the file: only the portal reads a URL.',
        owner: 'you',
        remedy: 'Name a directory beside the file, or import the bundle.',
      });
    return this.#o.applier.plan({
      caller,
      declaration,
      row,
      content,
      lookup: async ref =>
        all.find(each => each.row.entityRef === ref)?.row ??
        this.#o.applier.declaredFor(caller, ref),
      coming: ({ ref, name }) =>
        ref
          ? coming.get(ref)
          : [...coming.values()].find(each => each.name === name),
    });
  }

  async #bring(
    caller: Caller,
    document: ReadDocument,
    all: ReadDocument[],
  ): Promise<DeclarationPlan> {
    const { declaration, content, file, inCatalog } = document;
    const about = {
      entityRef: document.row.entityRef,
      kind: document.row.kind,
    };
    const { applier, declarations } = this.#o;
    try {
      const plan = await this.#planOf(caller, document, all);
      if (inCatalog)
        return plan.action === 'SAME'
          ? planOf(about, plan)
          : {
              ...planOf(about, plan),
              action: 'DIFFERS',
              note: noteOf(inCatalog),
            };
      // The bundle is imported by whoever has it.
      if (plan.action === 'CREATE' && declaration.kind === 'App')
        return planOf(about, plan);
      await declarations.insert([document.row]);
      const row = (await declarations.find(
        document.row.source,
        document.row.entityRef,
      ))!;
      await declarations.update(row.id, {
        declaration,
        digest: digestOf(declaration),
        content,
        location: file && `file:${file}`,
        ownerRef: caller.userEntityRef,
        missingSince: undefined,
      });
      await applier.bring(row.id, { force: true });
      const after = (await declarations.get(row.id))!;
      document.row = after;
      if (after.state === 'REFUSED' && after.problem)
        return {
          ...about,
          action: 'REFUSED',
          changes: [],
          problem: after.problem,
        };
      return {
        ...planOf(about, plan),
        ...(after.state === 'PROGRESSING' && after.problem
          ? { action: 'WAIT' as const, problem: after.problem }
          : {}),
        ...(after.resourceId ? { resourceId: after.resourceId } : {}),
      };
    } catch (error) {
      return refusalOf(about, error);
    }
  }

  /** Ends what was applied before and is in the files no longer; the last kinds first. */
  async #prune(
    caller: Caller,
    before: DeclarationRecord[],
    read: ReadDocument[],
    dryRun: boolean,
  ): Promise<DeclarationPlan[]> {
    const kept = new Set(read.map(({ row }) => row.entityRef));
    const gone = before
      .filter(row => !kept.has(row.entityRef))
      .sort((a, b) => byKind(b, a));
    const plans: DeclarationPlan[] = [];
    for (const row of gone) {
      const about = { entityRef: row.entityRef, kind: row.kind };
      const plan: DeclarationPlan = {
        ...about,
        action: 'END',
        changes: [],
        ...(row.resourceId ? { resourceId: row.resourceId } : {}),
        ...(row.location ? { file: row.location.replace(/^file:/, '') } : {}),
      };
      try {
        if (!dryRun) await this.#end(caller, row);
        plans.push(plan);
      } catch (error) {
        plans.push(refusalOf(about, error));
      }
    }
    return plans;
  }

  async #end(caller: Caller, row: DeclarationRecord): Promise<void> {
    const { applier, declarations } = this.#o;
    if (row.resourceId)
      await applier.end(caller, row, 'delete').catch(error => {
        // It was ended in the store already.
        if (!(error instanceof StoreError && error.status === 404)) throw error;
      });
    await declarations.delete(row.id);
  }
}

/** Whoever has files in two directories has two sets of them; without its name the other one's would end. */
function setNeeded(): StoreError {
  return new StoreError({
    status: 400,
    code: 'SET_NEEDED',
    message: 'What is to end is known by the name of its set of files.',
    owner: 'you',
    remedy: 'Name the set: `--set NAME`, as it was applied.',
  });
}

/** Why a difference is not applied from here. */
function noteOf({ location = '' }: DeclarationRecord): string {
  const url = location.replace(/^url:/, '');
  return `The catalog has it from ${url}. A merge there changes it, and apply does not.`;
}
