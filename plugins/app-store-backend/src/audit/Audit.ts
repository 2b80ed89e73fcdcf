/**
 * What is done and what is refused, written down: through Backstage's auditor, in
 * the queryable table, and in the outbox as an event for other plugins. Here and nowhere else, so
 * that no service can change something unseen. Secrets' values never come here.
 */
import type {
  AuditorService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import { randomUUID } from 'node:crypto';
import type { AuditEntry, AuditRepository } from './AuditRepository';
import type { Decision } from '../policy';
import type { Caller } from '../auth/Caller';
import { notAllowed, StoreError } from '../errors/StoreError';

/** What a piece of work says about itself as it goes. */
export interface AuditContext {
  resourceId?: string;
  resourceName?: string;
  rule?: string;
  /** The last rule that was asked refused. */
  refused: boolean;
  /** Nothing was done: it was answered as the first time. */
  replayed: boolean;
  detail: Record<string, unknown>;
  /** Notes which resource it is about. */
  about(resource: { id: string; name?: string }): void;
  /** Notes the rule that allowed or refused. */
  decided(decision: Decision): Decision;
  /** Notes the rule. @throws StoreError 403 where it refused */
  assertAllowed(decision: Decision, refusal: string): void;
}

function contextOf(resourceId: string | undefined): AuditContext {
  return {
    resourceId,
    refused: false,
    replayed: false,
    detail: {},
    about({ id, name }) {
      this.resourceId = id;
      this.resourceName = name;
    },
    decided(decision) {
      this.rule = decision.rule;
      this.refused = !decision.allowed;
      return decision;
    },
    assertAllowed(decision, refusal) {
      if (!this.decided(decision).allowed) throw notAllowed(refusal, decision);
    },
  };
}

/** Refused looks of people who are not signed in that are written down in a minute, of one address and of all: nobody stops them. */
const ANONYMOUS_LOOKS = 60;
const ANONYMOUS_LOOKS_OF_ALL = 600;
const MINUTE_MS = 60_000;

function resultOf(error: Error | undefined): AuditEntry['result'] {
  if (!error) return 'done';
  return error instanceof StoreError && error.status < 500
    ? 'refused'
    : 'failed';
}

/** Runs work and writes down what came of it. */
export class Audit {
  readonly #repository: AuditRepository;
  readonly #auditor: AuditorService;
  readonly #logger: LoggerService;
  readonly #now: () => Date;
  #anonymousSince = 0;
  readonly #anonymous = new Map<string, number>();

  constructor(options: {
    repository: AuditRepository;
    auditor: AuditorService;
    logger: LoggerService;
    now?: () => Date;
  }) {
    this.#repository = options.repository;
    this.#auditor = options.auditor;
    this.#logger = options.logger;
    this.#now = options.now ?? (() => new Date());
  }

  /**
   * Does something that changes the store, and writes down what came of it.
   *
   * @param action - `app:delete`
   */
  async run<T>(
    caller: Caller,
    action: string,
    resourceId: string | undefined,
    work: (context: AuditContext) => Promise<T>,
  ): Promise<T> {
    const context = contextOf(resourceId);
    let result: T;
    try {
      result = await work(context);
    } catch (error) {
      await this.#write(caller, action, context, { error: error as Error });
      throw error;
    }
    if (context.replayed) context.detail.replayed = true;
    await this.#write(caller, action, context, { isEvent: !context.replayed });
    return result;
  }

  /** Whether another refused look of somebody unknown is written down; says once when it is not. */
  #hasRoom(caller: Caller): boolean {
    if (caller.userEntityRef) return true;
    const now = this.#now().getTime();
    if (now - this.#anonymousSince >= MINUTE_MS) {
      this.#anonymousSince = now;
      this.#anonymous.clear();
    }
    const { address = 'an unknown address' } = caller;
    return (
      this.#countsUnder(address, ANONYMOUS_LOOKS) &&
      this.#countsUnder('all addresses', ANONYMOUS_LOOKS_OF_ALL)
    );
  }

  #countsUnder(whose: string, limit: number): boolean {
    const looks = (this.#anonymous.get(whose) ?? 0) + 1;
    // Beyond the bound of all there is nothing to tell addresses apart for.
    if (this.#anonymous.has(whose) || this.#anonymous.size <= limit * 2)
      this.#anonymous.set(whose, looks);
    if (looks === limit + 1)
      this.#logger.warn(
        `people who are not signed in were refused more than ${limit} times within a minute from ${whose}; the rest of the minute is not audited`,
      );
    return looks <= limit;
  }

  /**
   * Reads something, or asks whether something may be done; only a refusal is written
   * down, also one that says that there is no such thing. Of people who are not signed
   * in only so many in a minute.
   */
  async look<T>(
    caller: Caller,
    action: string,
    resourceId: string | undefined,
    work: (context: AuditContext) => Promise<T>,
  ): Promise<T> {
    const context = contextOf(resourceId);
    try {
      return await work(context);
    } catch (error) {
      if (
        error instanceof StoreError &&
        (context.refused || error.status === 403 || error.status === 409) &&
        this.#hasRoom(caller)
      )
        await this.#write(caller, action, context, { error });
      throw error;
    }
  }

  /** A {@link look} that is a single question. @throws StoreError 403 */
  async assertAllowed(
    caller: Caller,
    action: string,
    decision: Decision,
    refusal: string,
  ): Promise<void> {
    await this.look(caller, action, undefined, async context =>
      context.assertAllowed(decision, refusal),
    );
  }

  async #write(
    caller: Caller,
    action: string,
    context: AuditContext,
    { error, isEvent = false }: { error?: Error; isEvent?: boolean },
  ): Promise<void> {
    const entry: AuditEntry = {
      id: randomUUID(),
      at: this.#now().toISOString(),
      actorRef: caller.userEntityRef || 'anonymous',
      action,
      resourceId: context.resourceId,
      resourceName: context.resourceName,
      address: caller.address,
      client: caller.client,
      rule: (error as StoreError | undefined)?.rule ?? context.rule,
      result: resultOf(error),
      code: error && (error instanceof StoreError ? error.code : error.name),
      detail: context.detail,
    };
    try {
      const { id: _, detail, ...meta } = entry;
      const event = await this.#auditor.createEvent({
        eventId: action.replaceAll('_', '-').replace(':', '-'),
        severityLevel: error ? 'medium' : 'low',
        meta: { ...meta, detail: JSON.parse(JSON.stringify(detail)) },
      });
      if (error) await event.fail({ error: new Error(entry.code) });
      else await event.success();
      await this.#repository.insert(
        entry,
        isEvent
          ? {
              id: entry.id,
              action,
              actor: entry.actorRef,
              resource: { id: context.resourceId, name: context.resourceName },
              detail: context.detail,
              at: entry.at,
            }
          : undefined,
      );
    } catch (failure) {
      // What was done is done; that it was not written down must not be missed.
      this.#logger.error(
        `the audit of ${action} by ${entry.actorRef} was not written: ${
          (failure as Error).message
        }`,
      );
    }
  }
}
