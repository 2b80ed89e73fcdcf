/**
 * Keeps what is declared true. One round compares the catalog with what is known of it (changed
 * etags only), finds what was changed in the store, brings into line what is due, and lets go of
 * what is no longer declared.
 *
 * Guarantees: a catalog that does not answer, or suddenly answers with much less, ends nothing;
 * a round in which nothing changed writes nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Change, Outbox } from '../changes/Outbox';
import type { Acting } from './Acting';
import type { CatalogComparison } from './CatalogComparison';
import type { DeclarationApplier } from './DeclarationApplier';
import type { DeclarationRepository } from './DeclarationRepository';
import {
  byKind,
  CATALOG_SOURCE,
  type DeclarationRecord,
} from './declarationRows';
import type { DueDeclarations } from './DueDeclarations';
import { heldBack, notLetGo, passes } from './removalProblems';
import type { Trust } from './Trust';

/** Declarations that are brought into line in one go, and those of one location: others have their turn, too. */
const PER_TURN = 200;
const PER_LOCATION = 50;
/** Turns of one round at most. */
const TURNS = 50;
/** Sources of apps and secrets that one round looks at. */
const SOURCES_PER_ROUND = 200;

/** What it stands on. */
export interface DeclarationSweepOptions {
  config: { interval: number; sourceInterval: number; removalGrace: number };
  comparison: CatalogComparison;
  declarations: DeclarationRepository;
  due: DueDeclarations;
  outbox: Outbox;
  applier: DeclarationApplier;
  acting: Acting;
  trust: Trust;
  logger: LoggerService;
  /** How many times as often it looks at sources. Default 1. */
  pace?: number;
  now?: () => Date;
}

/** Under which name it reads the outbox, and as many changes as it reads at once. */
const READER = 'declarations';
const CHANGES = 500;

/** Keeps what is declared true. */
export class DeclarationSweep {
  readonly #o: DeclarationSweepOptions;
  readonly #now: () => Date;
  /** When the sources of apps and secrets were looked at, in milliseconds since the epoch. Another replica looks again. */
  #looked = new Map<string, number>();
  #trustWasNoted = false;
  /** How many declarations were brought into line since the start. */
  #looks = 0;

  constructor(options: DeclarationSweepOptions) {
    this.#o = options;
    this.#now = options.now ?? (() => new Date());
  }

  #before(seconds: number): string {
    const ms = (seconds * 1000) / (this.#o.pace ?? 1);
    return new Date(this.#now().getTime() - ms).toISOString();
  }

  /**
   * One round, and what comes due soon after it.
   *
   * @param signal - ends it between two declarations
   */
  async run(signal: AbortSignal): Promise<void> {
    const { comparison, declarations, due, config } = this.#o;
    const began = performance.now();
    const listed = await comparison.list();
    const readMs = performance.now() - began;
    if (!listed?.length && !(await declarations.any())) return;
    if (listed) await comparison.compare(listed);
    const looked = this.#looks;
    await this.#noteTrust();
    await this.#noteFollowers();
    await this.#bring(
      await declarations.getMany([
        ...(await due.changed()),
        ...(await this.#sources()),
      ]),
      signal,
    );
    await this.#bringDue(
      signal,
      this.#now().getTime() + config.interval * 1000,
    );
    if (listed) await this.#letGo(signal);
    this.#o.logger.debug(
      `looked at ${this.#looks - looked} of ${
        listed?.length ?? 'unknown'
      } declarations: ${Math.round(
        performance.now() - began,
      )} ms, of these ${Math.round(readMs)} ms for the catalog's answer`,
    );
  }

  /** Declared apps and secrets whose sources are to be looked at again. */
  async #sources(): Promise<string[]> {
    const { config, due: all, pace = 1 } = this.#o;
    const now = this.#now().getTime();
    const periodMs = (config.sourceInterval * 1000) / pace;
    const ids = await all.withSources();
    this.#looked = new Map(
      ids.map(id => [id, this.#looked.get(id) ?? 0] as const),
    );
    const due = ids
      .filter(id => now - this.#looked.get(id)! >= periodMs)
      .slice(0, SOURCES_PER_ROUND);
    due.forEach(id => this.#looked.set(id, now));
    return due;
  }

  /** Has declared instances looked at that follow the versions of apps which changed; written down, since changes are read once. */
  async #noteFollowers(): Promise<void> {
    const { due, outbox } = this.#o;
    const begun = await outbox.positionOf(READER);
    let position = begun;
    let missed = false;
    const apps = new Set<string>();
    let changes: Change[];
    do {
      changes = await outbox.after(position, CHANGES);
      for (const change of changes) {
        // It stood still for longer than changes are kept.
        missed ||= change.position !== position + 1;
        position = change.position;
        if (change.kind === 'app') apps.add(change.key);
      }
    } while (changes.length === CHANGES);
    if (position === begun) return;
    const ids = missed ? await due.instances() : await due.following([...apps]);
    await due.make(ids, this.#now().toISOString());
    await outbox.moveTo(READER, position);
  }

  /** The configuration may trust other locations than at the last start. */
  async #noteTrust(): Promise<void> {
    if (this.#trustWasNoted) return;
    const { declarations, outbox, trust } = this.#o;
    await outbox.begin(READER);
    for (const row of await declarations.ofSource(CATALOG_SOURCE)) {
      const ownerRef = trust.ownerOf(row.location, row.kind);
      if (!row.missingSince && ownerRef !== row.ownerRef)
        await declarations.update(row.id, {
          ownerRef,
          dueAt: this.#now().toISOString(),
        });
    }
    this.#trustWasNoted = true;
  }

  /**
   * Brings some into line, what others stand on first.
   *
   * @param untilMs - what waited for them is due then at the latest
   */
  async #bring(
    rows: DeclarationRecord[],
    signal: AbortSignal,
    untilMs = Infinity,
  ): Promise<void> {
    const { due, applier } = this.#o;
    const applied = new Set<string>();
    for (const row of [...rows].sort(byKind)) {
      if (signal.aborted) return;
      this.#looks++;
      if ((await applier.bring(row.id)).applied && row.location)
        applied.add(row.location);
    }
    // What waited for them need not wait any longer.
    const at = Math.min(this.#now().getTime(), untilMs);
    await due.makeWaitingDue([...applied], new Date(at).toISOString());
  }

  /**
   * Brings into line what is due, and what comes due until then. What comes due later is the next
   * round's, however long this one takes: the catalog is to be heard in between.
   */
  async #bringDue(signal: AbortSignal, untilMs: number): Promise<void> {
    const { due } = this.#o;
    for (let turn = 0; turn < TURNS && !signal.aborted; turn++) {
      const next = Date.parse((await due.nextDue()) ?? '');
      if (!(next <= untilMs)) return;
      const waitMs = next - this.#now().getTime();
      if (waitMs > 0)
        await sleep(waitMs, undefined, { signal }).catch(() => {});
      await this.#bring(await this.#turn(untilMs), signal, untilMs);
    }
  }

  /** Some of what is due, of each location only so many. */
  async #turn(untilMs: number): Promise<DeclarationRecord[]> {
    const at = Math.min(this.#now().getTime(), untilMs);
    const due = await this.#o.due.at(new Date(at).toISOString(), PER_TURN * 4);
    const counts = new Map<string, number>();
    return due
      .filter(({ location = '' }) => {
        const count = (counts.get(location) ?? 0) + 1;
        counts.set(location, count);
        return count <= PER_LOCATION;
      })
      .slice(0, PER_TURN);
  }

  /** Lets go of what is no longer declared; the last kinds first, which stand on the others. */
  async #letGo(signal: AbortSignal): Promise<void> {
    const { config, declarations, due } = this.#o;
    const gone = await due.gone(this.#before(config.removalGrace));
    if (!gone.length) return;
    const { missing, all } = await due.counts();
    // Most of them at once: rather a catalog that began anew than what somebody meant.
    if (missing * 2 > all) {
      for (const { id } of gone)
        await declarations.update(id, {
          state: 'ORPHANED',
          problem: heldBack(missing, all),
          dueAt: undefined,
        });
      return;
    }
    for (const row of gone.sort((a, b) => byKind(b, a)))
      if (!signal.aborted) await this.#letGoOf(row);
  }

  async #letGoOf(row: DeclarationRecord): Promise<void> {
    const { declarations, acting, applier, trust } = this.#o;
    const { ownerRef } = row;
    const policy = ownerRef ? trust.onRemoval(row.location) : 'keep';
    try {
      if (ownerRef && (row.nextId || policy !== 'keep')) {
        const caller = await acting.callerFor(ownerRef, row.entityRef);
        await applier.abandon(caller, row);
        if (row.resourceId && policy !== 'keep')
          await applier.end(caller, row, policy);
      }
      if (!row.resourceId || policy === 'delete') {
        await declarations.delete(row.id);
        return;
      }
      await declarations.update(row.id, {
        state: 'ORPHANED',
        problem: undefined,
        changes: undefined,
        nextId: undefined,
        dueAt: undefined,
        // Declared again, it is applied again.
        ...(policy === 'suspend' ? { appliedDigest: undefined } : {}),
      });
    } catch (error) {
      await declarations.update(row.id, {
        // What passes by itself is tried again in the next round.
        ...(passes(error as Error) ? {} : { state: 'ORPHANED' as const }),
        problem: notLetGo(error as Error),
        dueAt: undefined,
      });
    }
  }
}
