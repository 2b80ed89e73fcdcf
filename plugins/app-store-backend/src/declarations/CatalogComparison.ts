/**
 * Compares what the catalog holds of declarations with what is known of it: whole entities are read
 * only where they are new or changed.
 *
 * Guarantees: a catalog that does not answer ends nothing, and what cannot be written down keeps nothing else back.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  readDeclaration,
  type DeclarationKind,
  type DeclaredEntity,
} from '@ai-app-store/backstage-plugin-app-store-common';
import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import type { KeyedLock } from '../database/KeyedLock';
import {
  locationOf,
  type CatalogDeclarations,
  type ListedDeclaration,
} from './CatalogDeclarations';
import type {
  DeclarationRepository,
  KnownDeclaration,
} from './DeclarationRepository';
import {
  CATALOG_SOURCE,
  digestOf,
  newDeclaration,
  referenceOf,
  type DeclarationRecord,
} from './declarationRows';
import { beyondLimit, tooManyDeclarations } from './locationLimit';
import type { Trust } from './Trust';

/** The etag of what was listed and not read: it is read once there is room. */
const notRead = (etag: string) => `${etag.slice(0, 56)} unread`;

/** What it stands on. */
export interface CatalogComparisonOptions {
  /** Declarations that one location may have. */
  perLocation: number;
  catalog: CatalogDeclarations;
  declarations: DeclarationRepository;
  trust: Trust;
  locks: KeyedLock;
  logger: LoggerService;
  now?: () => Date;
}

/** Takes in what the catalog says of declarations. */
export class CatalogComparison {
  readonly #o: CatalogComparisonOptions;
  readonly #now: () => Date;
  #catalogIsAway = false;

  constructor(options: CatalogComparisonOptions) {
    this.#o = options;
    this.#now = options.now ?? (() => new Date());
  }

  /** What the catalog holds; undefined where it does not answer. */
  async list(): Promise<ListedDeclaration[] | undefined> {
    try {
      const listed = await this.#o.catalog.list();
      if (this.#catalogIsAway)
        this.#o.logger.info('the catalog says again what is declared');
      this.#catalogIsAway = false;
      return listed;
    } catch (error) {
      if (!this.#catalogIsAway)
        this.#o.logger.warn(
          `the catalog does not say what is declared, so nothing is taken as gone: ${
            (error as Error).message
          }`,
        );
      this.#catalogIsAway = true;
      return undefined;
    }
  }

  /** Takes in what is new, changed or gone. */
  async compare(listed: ListedDeclaration[]): Promise<void> {
    const known = new Map(
      (await this.#o.declarations.known()).map(each => [each.entityRef, each]),
    );
    const refs = new Set(listed.map(each => each.entityRef));
    const tooMany = beyondLimit(listed, this.#o.perLocation);
    const changed = listed.filter(({ entityRef, etag }) => {
      const row = known.get(entityRef);
      const seen = tooMany.has(entityRef) ? notRead(etag) : etag;
      return !row || row.etag !== seen || row.missingSince;
    });
    if (changed.length) await this.#read(changed, tooMany, known);
    await this.#noteUnreadable(listed, known);
    await this.#noteMissing(
      [...known.values()].filter(
        row => !refs.has(row.entityRef) && !row.missingSince,
      ),
    );
  }

  /** Reads those that are new or changed. */
  async #read(
    changed: ListedDeclaration[],
    tooMany: Set<string>,
    known: Map<string, KnownDeclaration>,
  ): Promise<void> {
    const entities = await this.#o.catalog.get(
      changed
        .map(each => each.entityRef)
        .filter(entityRef => !tooMany.has(entityRef)),
    );
    const now = this.#now().toISOString();
    const fresh: DeclarationRecord[] = [];
    for (const entity of entities) {
      const entityRef = stringifyEntityRef(entity);
      const row = known.get(entityRef);
      if (row) await this.#change(row, entity, now);
      else
        fresh.push({
          ...unread(entityRef, entity.kind),
          ...this.#readOf(entity, now),
        });
    }
    for (const { entityRef, kind, etag, location } of changed) {
      if (!tooMany.has(entityRef)) continue;
      const refusal = {
        etag: notRead(etag),
        location,
        state: 'REFUSED' as const,
        problem: tooManyDeclarations(location, this.#o.perLocation),
        dueAt: undefined,
        missingSince: undefined,
      };
      const row = known.get(entityRef);
      if (row) await this.#o.declarations.update(row.id, refusal);
      else fresh.push({ ...unread(entityRef, kind), ...refusal });
    }
    await this.#add(fresh);
  }

  /** Adds rows; one that the database refuses keeps no other one back. */
  async #add(rows: DeclarationRecord[]): Promise<void> {
    const { declarations, logger } = this.#o;
    try {
      await declarations.insert(rows);
    } catch {
      for (const row of rows)
        await declarations
          .insert([row])
          .catch(error =>
            logger.warn(
              `${row.entityRef} was not taken in: ${(error as Error).message}`,
            ),
          );
    }
  }

  /** What a row says of an entity. */
  #readOf(entity: Entity, now: string): Partial<DeclarationRecord> {
    const kind = entity.kind as DeclarationKind;
    const location = locationOf(entity);
    const { declaration, issues } = readDeclaration(entity as DeclaredEntity);
    const common = {
      kind,
      etag: entity.metadata.etag ?? '',
      location,
      ownerRef: this.#o.trust.ownerOf(location, kind),
      missingSince: undefined,
    };
    if (!declaration)
      return {
        ...common,
        state: 'REFUSED',
        dueAt: undefined,
        problem: {
          code: 'BAD_DECLARATION',
          message: `It cannot be read: ${issues
            .slice(0, 5)
            .map(({ path, message }) => `${path} ${message}`)
            .join('; ')}.`,
          owner: 'author',
          remedy: 'Correct the file.',
        },
      };
    return {
      ...common,
      declaration,
      digest: digestOf(declaration),
      refersTo: referenceOf(declaration),
      dueAt: now,
      attempts: 0,
    };
  }

  async #change(
    known: KnownDeclaration,
    entity: Entity,
    now: string,
  ): Promise<void> {
    await this.#alone(known.id, async () => {
      const row = await this.#o.declarations.get(known.id);
      if (row) await this.#changeRow(row, entity, now);
    });
  }

  async #changeRow(
    row: DeclarationRecord,
    entity: Entity,
    now: string,
  ): Promise<void> {
    const read = this.#readOf(entity, now);
    // One of too many, or of none, which has its place by now.
    const isBack =
      read.dueAt !== undefined &&
      (row.state === 'ORPHANED' || (row.state === 'REFUSED' && !row.dueAt));
    const same =
      read.digest !== undefined &&
      !isBack &&
      read.digest === row.digest &&
      read.location === row.location &&
      read.ownerRef === row.ownerRef &&
      !row.missingSince;
    await this.#o.declarations.update(
      row.id,
      // The catalog stitches an entity anew for reasons of its own.
      same
        ? { etag: read.etag }
        : {
            ...read,
            ...(isBack
              ? { state: 'PROGRESSING' as const, problem: undefined }
              : {}),
          },
    );
  }

  /** Writes down which files cannot be read as they are now, and which can again. */
  async #noteUnreadable(
    listed: ListedDeclaration[],
    known: Map<string, KnownDeclaration>,
  ): Promise<void> {
    for (const { entityRef, unreadable: problem } of listed) {
      const row = known.get(entityRef);
      if (!row || digestOf(problem) === digestOf(row.unreadable?.problem))
        continue;
      const since = row.unreadable?.since ?? this.#now().toISOString();
      await this.#o.declarations.update(row.id, {
        unreadable: problem && { problem, since },
      });
    }
  }

  async #noteMissing(missing: KnownDeclaration[]): Promise<void> {
    const now = this.#now().toISOString();
    for (const { id } of missing)
      await this.#alone(id, async () => {
        await this.#o.declarations.update(id, {
          missingSince: now,
          dueAt: undefined,
        });
      });
  }

  /** Not while somebody brings it into line. */
  #alone<T>(id: string, work: () => Promise<T>): Promise<T> {
    return this.#o.locks.run(`declaration/${id}`, work);
  }
}

function unread(entityRef: string, kind: string): DeclarationRecord {
  return newDeclaration({
    source: CATALOG_SOURCE,
    entityRef,
    kind: kind as DeclarationKind,
  });
}
