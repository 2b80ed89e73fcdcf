/**
 * Sends the store's events on Backstage's events service, so that other plugins hear of what was
 * done: each at least once, in order, also after a restart. One replica does it for all.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { EventsService } from '@backstage/plugin-events-node';
import type { Outbox } from '../changes/Outbox';
import type { DatabaseSession } from '../database/DatabaseSession';

/** The topic of the store's events on Backstage's events service. */
export const EVENTS_TOPIC = 'ai-app-store';
/** Name of the reader, and of the lock of whoever reads. */
const READER = 'events';
const BATCH = 200;

/** Reads the outbox for events. */
export class EventPublisher {
  readonly #outbox: Outbox;
  readonly #session: Pick<DatabaseSession, 'tryLock'>;
  readonly #events: EventsService;
  readonly #logger: LoggerService;
  #publishing: Promise<void> | undefined;
  #again = false;

  constructor(options: {
    outbox: Outbox;
    session: Pick<DatabaseSession, 'tryLock'>;
    events: EventsService;
    logger: LoggerService;
  }) {
    this.#outbox = options.outbox;
    this.#session = options.session;
    this.#events = options.events;
    this.#logger = options.logger;
  }

  /** Writes down where the first of all readers begins. */
  async start(): Promise<void> {
    await this.#outbox.begin(READER);
  }

  /** Publishes what is new. A call meanwhile has it done once more. */
  async publish(): Promise<void> {
    this.#again = true;
    this.#publishing ??= this.#publish();
    return this.#publishing;
  }

  async #publish(): Promise<void> {
    try {
      while (this.#again) {
        this.#again = false;
        if (await this.#session.tryLock(READER)) await this.#toTheEnd();
      }
    } finally {
      // In the same turn as the last look at `#again`, which a call in between would set in vain.
      this.#publishing = undefined;
    }
  }

  async #toTheEnd(): Promise<void> {
    // Another replica may have come further before it ended.
    let position = await this.#outbox.positionOf(READER);
    for (;;) {
      const changes = await this.#outbox.after(position, BATCH);
      if (!changes.length) return;
      if (changes[0].position !== position + 1)
        this.#logger.warn(
          'no replica sent events for longer than changes are kept; what was done meanwhile stands in the audit log alone',
        );
      for (const { kind, data } of changes)
        if (kind === 'audit')
          await this.#events
            .publish({ topic: EVENTS_TOPIC, eventPayload: data })
            // A listener's failure is no reason to tell all others again.
            .catch(error =>
              this.#logger.warn(
                `the event ${data?.action} was not sent: ${error.message}`,
              ),
            );
      ({ position } = changes[changes.length - 1]);
      await this.#outbox.moveTo(READER, position);
    }
  }
}
