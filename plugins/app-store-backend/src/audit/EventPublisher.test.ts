/** The store's events on Backstage's events service: each of them, in order, whoever ends meanwhile. */
import { mockServices } from '@backstage/backend-test-utils';
import type { EventParams } from '@backstage/plugin-events-node';
import type { Knex } from 'knex';
import { Outbox } from '../changes/Outbox';
import { databaseIds, migrated } from '../database/__testUtils__/databases';
import { AuditRepository, type AuditEntry } from './AuditRepository';
import { EventPublisher } from './EventPublisher';
import { openSession } from '../database/openSession';

jest.setTimeout(60_000);

const entry = (n: number): AuditEntry => ({
  id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  at: new Date().toISOString(),
  actorRef: 'user:default/uma',
  action: 'app:update',
  result: 'done',
  detail: {},
});

describe.each(databaseIds())('EventPublisher on %s', id => {
  const logger = mockServices.logger.mock();

  function replica(knex: Knex, publish: (event: EventParams) => Promise<void>) {
    const session = openSession({ knex, logger });
    const publisher = new EventPublisher({
      outbox: new Outbox(knex),
      session,
      events: mockServices.events.mock({ publish }),
      logger,
    });
    return { session, publisher };
  }

  it('sends what was done, once, and goes on where its predecessor ended', async () => {
    const knex = await migrated(id);
    const audit = new AuditRepository(knex);
    const sent: unknown[] = [];
    const first = replica(knex, async ({ eventPayload }) => {
      // It ends in the midst of its work.
      if (sent.length === 2) await new Promise(() => {});
      sent.push(eventPayload);
    });
    await first.publisher.start();
    for (let n = 0; n < 4; n++) await audit.insert(entry(n), { n });
    // Written down, and nobody's business but the auditor's.
    await audit.insert(entry(9));
    first.publisher.publish().catch(() => {});
    while (sent.length < 2) await new Promise(done => setTimeout(done, 5));
    await first.session.close();

    const second = replica(knex, async ({ eventPayload }) => {
      sent.push(eventPayload);
    });
    await second.publisher.start();
    await second.publisher.publish();
    // What was sent without being written down as sent comes again: at least once.
    expect(sent).toEqual([0, 1, 0, 1, 2, 3].map(n => ({ n })));
    await audit.insert(entry(4), { n: 4 });
    await second.publisher.publish();
    await second.publisher.publish();
    expect(sent.slice(6)).toEqual([{ n: 4 }]);
    await second.session.close();
  });

  it('goes on after a listener failed', async () => {
    const knex = await migrated(id);
    const audit = new AuditRepository(knex);
    const sent: unknown[] = [];
    const { publisher, session } = replica(knex, async ({ eventPayload }) => {
      sent.push(eventPayload);
      if (sent.length === 1) throw new Error('a listener failed');
    });
    await publisher.start();
    for (let n = 0; n < 2; n++) await audit.insert(entry(n), { n });
    await publisher.publish();
    expect(sent).toEqual([{ n: 0 }, { n: 1 }]);
    await session.close();
  });
});

it('is one of two replicas on PostgreSQL, and the other once that one ended', async () => {
  const knex = await migrated('POSTGRES_17');
  const logger = mockServices.logger.mock();
  const audit = new AuditRepository(knex);
  const sent: string[] = [];
  const replicas = ['a', 'b'].map(name => {
    const session = openSession({ knex, logger });
    return {
      session,
      publisher: new EventPublisher({
        outbox: new Outbox(knex),
        session,
        events: mockServices.events.mock({
          publish: async () => {
            sent.push(name);
          },
        }),
        logger,
      }),
    };
  });
  await replicas[0].publisher.start();
  for (let n = 0; n < 3; n++) {
    await audit.insert(entry(n), { n });
    for (const { publisher } of replicas) await publisher.publish();
  }
  expect(sent).toEqual(['a', 'a', 'a']);
  await replicas[0].session.close();
  await audit.insert(entry(3), { n: 3 });
  await replicas[1].publisher.publish();
  expect(sent).toEqual(['a', 'a', 'a', 'b']);
  await replicas[1].session.close();
});
