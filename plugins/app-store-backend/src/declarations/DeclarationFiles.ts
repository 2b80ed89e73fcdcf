/**
 * Declarations out of files, applied with the rights of whoever applies them. Files that belong
 * together are a set: what is no longer in them is known by that.
 */
import {
  DECLARATION_KINDS,
  readDeclaration,
  type Declaration,
  type DeclarationFiles as Files,
  type DeclarationPlan,
  type DeclaredEntity,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { randomUUID } from 'node:crypto';
import type { Audit } from '../audit/Audit';
import type { Caller } from '../auth/Caller';
import { notAllowed, StoreError } from '../errors/StoreError';
import type { Policy } from '../policy';
import type { DeclarationApplier } from './DeclarationApplier';
import type { DeclarationRepository } from './DeclarationRepository';
import {
  digestOf,
  setSource,
  type AppContent,
  type DeclarationRecord,
} from './declarationRows';
import type { Plan } from './kinds/DeclaredKind';
import { planOf, problemOf } from './presentPlan';

type Document = Files['documents'][number];

/** A document that can be read. */
interface ReadDocument {
  declaration: Declaration;
  content?: AppContent;
  row: DeclarationRecord;
}

/** What it stands on. */
export interface DeclarationFilesOptions {
  policy: Policy;
  audit: Audit;
  declarations: DeclarationRepository;
  applier: DeclarationApplier;
}

const rank = ({ kind }: Declaration) => DECLARATION_KINDS.indexOf(kind);

function refused(
  about: Pick<DeclarationPlan, 'entityRef' | 'kind'>,
  error: unknown,
): DeclarationPlan {
  if (!(error instanceof StoreError)) throw error;
  return {
    ...about,
    action: 'REFUSED',
    changes: [],
    problem: problemOf(error),
  };
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
   * @throws StoreError 400 for documents that cannot be read, 403 for visitors
   */
  async apply(caller: Caller, files: Files): Promise<DeclarationPlan[]> {
    const { set = 'default', dryRun = false, prune = false } = files;
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
    const read = this.#read(caller, source, documents, before);
    const plans: DeclarationPlan[] = [];
    for (const document of apply ? read : [])
      plans.push(
        dryRun
          ? await this.#plan(caller, document, read)
          : await this.#bring(caller, document, read),
      );
    if (prune) plans.push(...(await this.#prune(caller, before, read, dryRun)));
    return plans;
  }

  /** All that is wrong is said at once, and nothing is done then. */
  #read(
    caller: Caller,
    source: string,
    documents: Document[],
    before: DeclarationRecord[],
  ): ReadDocument[] {
    const rows = new Map(before.map(row => [row.entityRef, row]));
    const issues: Array<{ message: string; path: string }> = [];
    const read = new Map<string, ReadDocument>();
    documents.forEach(({ document, bundle }, index) => {
      const { declaration, issues: faults = [] } = readDocument(document);
      const path = `document ${index + 1}`;
      issues.push(
        ...faults.map(fault => ({
          path: `${path}: ${fault.path}`,
          message: fault.message,
        })),
      );
      if (!declaration) return;
      const { entityRef } = declaration;
      if (read.has(entityRef))
        issues.push({ path, message: `declares ${entityRef} a second time` });
      if (declaration.kind === 'App' && !bundle)
        issues.push({ path, message: 'has no app in its directory' });
      read.set(entityRef, {
        declaration,
        ...(bundle ? { content: { url: 'file', ...bundle } } : {}),
        row: rows.get(entityRef) ?? blank(caller, source, declaration),
      });
    });
    if (issues.length)
      throw new StoreError({
        status: 400,
        code: 'BAD_DECLARATION',
        message: `${issues.length} ${
          issues.length === 1 ? 'fault' : 'faults'
        } in the declarations. Nothing was changed.`,
        owner: 'you',
        remedy: 'Correct the files.',
        issues: issues
          .slice(0, 50)
          .map(issue => ({ severity: 'error', ...issue })),
      });
    return [...read.values()].sort(
      (a, b) => rank(a.declaration) - rank(b.declaration),
    );
  }

  async #plan(
    caller: Caller,
    { declaration, content, row }: ReadDocument,
    all: ReadDocument[],
  ): Promise<DeclarationPlan> {
    const about = { entityRef: row.entityRef, kind: row.kind };
    try {
      const plan = await this.#planOf(
        caller,
        { declaration, content, row },
        all,
      );
      // What it waits for is in the same files, and comes before it.
      const comes = plan.waitsFor && plan.action === 'CREATE';
      return planOf(about, comes ? { ...plan, waitsFor: undefined } : plan);
    } catch (error) {
      return refused(about, error);
    }
  }

  #planOf(
    caller: Caller,
    { declaration, content, row }: ReadDocument,
    all: ReadDocument[],
  ): Promise<Plan> {
    return this.#o.applier.plan({
      caller,
      declaration,
      row,
      content,
      lookup: async ref => all.find(each => each.row.entityRef === ref)?.row,
    });
  }

  async #bring(
    caller: Caller,
    document: ReadDocument,
    all: ReadDocument[],
  ): Promise<DeclarationPlan> {
    const { declaration, content } = document;
    const about = {
      entityRef: document.row.entityRef,
      kind: document.row.kind,
    };
    const { applier, declarations } = this.#o;
    try {
      const plan = await this.#planOf(caller, document, all);
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
      return refused(about, error);
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
      .sort(
        (a, b) =>
          DECLARATION_KINDS.indexOf(b.kind) - DECLARATION_KINDS.indexOf(a.kind),
      );
    const plans: DeclarationPlan[] = [];
    for (const row of gone) {
      const about = { entityRef: row.entityRef, kind: row.kind };
      const plan: DeclarationPlan = {
        ...about,
        action: 'END',
        changes: [],
        ...(row.resourceId ? { resourceId: row.resourceId } : {}),
      };
      try {
        if (!dryRun) await this.#end(caller, row);
        plans.push(plan);
      } catch (error) {
        plans.push(refused(about, error));
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

function readDocument(
  document: string,
): Pick<ReturnType<typeof readDeclaration>, 'declaration' | 'issues'> {
  let entity: DeclaredEntity;
  try {
    entity = JSON.parse(document);
  } catch {
    return { issues: [{ path: '', message: 'is not JSON' }] };
  }
  return readDeclaration(entity);
}

function blank(
  caller: Caller,
  source: string,
  declaration: Declaration,
): DeclarationRecord {
  const now = new Date().toISOString();
  return {
    id: randomUUID(),
    source,
    entityRef: declaration.entityRef,
    kind: declaration.kind,
    declaration,
    digest: digestOf(declaration),
    ownerRef: caller.userEntityRef,
    state: 'PROGRESSING',
    since: now,
    published: [],
    attempts: 0,
    createdAt: now,
    updatedAt: now,
    revision: 1,
  };
}
