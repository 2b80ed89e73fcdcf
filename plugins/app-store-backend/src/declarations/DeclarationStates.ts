/** How the store stands to a declaration, as it is written down. */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Problem } from '@ai-app-store/backstage-plugin-app-store-common';
import { StoreError } from '../errors/StoreError';
import type {
  DeclarationRepository,
  DeclarationUpdate,
} from './DeclarationRepository';
import {
  CATALOG_SOURCE,
  digestOf,
  type DeclarationRecord,
} from './declarationRows';

/** First pause before what was not done is tried again; each further one is twice as long. In milliseconds. */
const RETRY_MS = 5_000;
/** The longest pause of what passes by itself. */
const RETRY_MOST_MS = 300_000;
/** The longest pause of what was refused: somebody may have given the right, or what it needs, meanwhile. */
const REFUSED_MOST_MS = 600_000;
/** What is on its way is looked at after this long. */
const PROGRESS_MS = 2_000;

/** What it stands on. */
interface DeclarationStatesOptions {
  declarations: DeclarationRepository;
  logger: LoggerService;
  now?: () => Date;
}

/** Writes states of declarations. */
export class DeclarationStates {
  readonly #o: DeclarationStatesOptions;
  readonly #now: () => Date;

  constructor(options: DeclarationStatesOptions) {
    this.#o = options;
    this.#now = options.now ?? (() => new Date());
  }

  #in(ms: number): string {
    return new Date(this.#now().getTime() + ms).toISOString();
  }

  async write(
    id: string,
    change: DeclarationUpdate,
  ): Promise<DeclarationRecord> {
    const after = await this.#o.declarations.update(id, change);
    if (!after) throw new Error(`the declaration ${id} is gone`);
    return after;
  }

  /** Writes down how it stands; what was made due since the row was read stays due. */
  async finish(
    row: DeclarationRecord,
    change: DeclarationUpdate,
  ): Promise<void> {
    await this.#o.declarations.update(
      row.id,
      change,
      undefined,
      row.dueAt ?? null,
    );
  }

  /** Writes a state down; nothing where that is what is written already. */
  async settle(
    row: DeclarationRecord,
    change: DeclarationUpdate,
  ): Promise<void> {
    const told = (record: DeclarationUpdate) =>
      digestOf(
        Object.keys(change).map(key => record[key as keyof DeclarationUpdate]),
      );
    if (told(row) !== told(change)) await this.finish(row, change);
  }

  async progress(
    row: DeclarationRecord,
    problem: Problem,
  ): Promise<{ applied: false }> {
    await this.finish(row, {
      state: 'PROGRESSING',
      problem,
      dueAt: this.#in(PROGRESS_MS * 2 ** Math.min(row.attempts, 6)),
      attempts: row.attempts + 1,
    });
    return { applied: false };
  }

  /** Says on the declaration why it could not be done. What is there stays as it is. */
  async failed(id: string, error: Error): Promise<void> {
    const row = await this.#o.declarations.get(id);
    if (!row) return;
    const refused = error instanceof StoreError;
    const passes = !refused || error.status >= 500 || error.status === 429;
    const problem: Problem = refused
      ? error.problem
      : {
          code: 'FAILED',
          message: `It could not be applied: ${error.message.slice(0, 300)}`,
          owner: 'platform',
          remedy: 'The store tries again by itself.',
        };
    if (!refused)
      this.#o.logger.warn(`${row.entityRef} was not applied: ${error.message}`);
    const pause = Math.min(
      RETRY_MS * 2 ** row.attempts,
      passes ? RETRY_MOST_MS : REFUSED_MOST_MS,
    );
    await this.#o.declarations.update(id, {
      // What did not come about for now is no refusal of what was applied.
      state: passes && row.appliedDigest ? row.state : 'REFUSED',
      problem,
      // What was applied from a file is not tried again behind somebody's back.
      dueAt: row.source === CATALOG_SOURCE ? this.#in(pause) : undefined,
      attempts: Math.min(row.attempts + 1, 20),
    });
  }
}
