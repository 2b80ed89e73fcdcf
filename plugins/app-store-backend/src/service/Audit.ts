/**
 * What is done and what is refused, written down: through Backstage's auditor, in
 * the queryable table, and as an event for other plugins. Here and nowhere else, so
 * that no service can change something unseen. Secrets' values never come here.
 */
import type {
  AuditorService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import type { EventsService } from '@backstage/plugin-events-node';
import { randomUUID } from 'node:crypto';
import type { AuditEntry, AuditRepository } from '../database/AuditRepository';
import type { Decision } from '../policy';
import type { Caller } from './Caller';
import { StoreError } from './StoreError';

/** The topic of the store's events on Backstage's events service. */
export const EVENTS_TOPIC = 'ai-app-store';

/** What a piece of work says about itself as it goes. */
export interface Trail {
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
}

function trailOf(resourceId: string | undefined): Trail {
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

/** See the module's comment. */
export class Audit {
  readonly #repository: AuditRepository;
  readonly #auditor: AuditorService;
  readonly #events: EventsService;
  readonly #logger: LoggerService;
  readonly #now: () => Date;
  #anonymousSince = 0;
  readonly #anonymous = new Map<string, number>();

  constructor(options: {
    repository: AuditRepository;
    auditor: AuditorService;
    events: EventsService;
    logger: LoggerService;
    now?: () => Date;
  }) {
    this.#repository = options.repository;
    this.#auditor = options.auditor;
    this.#events = options.events;
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
    work: (trail: Trail) => Promise<T>,
  ): Promise<T> {
    const trail = trailOf(resourceId);
    let result: T;
    try {
      result = await work(trail);
    } catch (error) {
      await this.#write(caller, action, trail, error as Error);
      throw error;
    }
    if (trail.replayed) trail.detail.replayed = true;
    await this.#write(caller, action, trail);
    if (!trail.replayed) await this.#publish(caller, action, trail);
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
    work: (trail: Trail) => Promise<T>,
  ): Promise<T> {
    const trail = trailOf(resourceId);
    try {
      return await work(trail);
    } catch (error) {
      if (
        error instanceof StoreError &&
        (trail.refused || error.status === 403 || error.status === 409) &&
        this.#hasRoom(caller)
      )
        await this.#write(caller, action, trail, error);
      throw error;
    }
  }

  async #write(
    caller: Caller,
    action: string,
    trail: Trail,
    error?: Error,
  ): Promise<void> {
    const entry: AuditEntry = {
      id: randomUUID(),
      at: this.#now().toISOString(),
      actorRef: caller.userEntityRef || 'anonymous',
      action,
      resourceId: trail.resourceId,
      resourceName: trail.resourceName,
      address: caller.address,
      client: caller.client,
      rule: (error as StoreError | undefined)?.rule ?? trail.rule,
      result: resultOf(error),
      code: error && (error instanceof StoreError ? error.code : error.name),
      detail: trail.detail,
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
      await this.#repository.insert(entry);
    } catch (failure) {
      // What was done is done; that it was not written down must not be missed.
      this.#logger.error(
        `the audit of ${action} by ${entry.actorRef} was not written: ${
          (failure as Error).message
        }`,
      );
    }
  }

  async #publish(caller: Caller, action: string, trail: Trail): Promise<void> {
    await this.#events
      .publish({
        topic: EVENTS_TOPIC,
        eventPayload: {
          action,
          actor: caller.userEntityRef || 'anonymous',
          resource: { id: trail.resourceId, name: trail.resourceName },
          detail: trail.detail,
          at: this.#now().toISOString(),
        },
      })
      .catch(error =>
        this.#logger.warn(`the event ${action} was not sent: ${error.message}`),
      );
  }
}
