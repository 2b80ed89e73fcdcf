/** What is kept for a time and no longer: answers to repeated requests, lines of the audit; and what ended elsewhere. */
import { mockServices } from '@backstage/backend-test-utils';
import { databaseIds, migrated } from '../database/__testUtils__/databases';
import { AppRepository } from '../apps/AppRepository';
import { AuditRepository } from '../audit/AuditRepository';
import { appRecord, instanceRecord } from '../__testUtils__/fixtures';
import { IdempotencyRepository } from '../idempotency/IdempotencyRepository';
import { InstanceTransitions } from '../instances/InstanceTransitions';
import { Policy } from '../policy';
import { Audit } from '../audit/Audit';
import { AuditReader } from '../audit/AuditReader';
import type { Caller } from '../auth/Caller';
import { ChangeReader } from './ChangeReader';
import { Outbox } from './Outbox';
import { InstanceQueue } from '../reconcile/InstanceQueue';
import { Idempotency } from '../idempotency/Idempotency';
import { StoreError } from '../errors/StoreError';
import { openSession } from '../database/openSession';

jest.setTimeout(60_000);

const DAY_MS = 24 * 3600 * 1000;
const uma: Caller = {
  userEntityRef: 'user:default/uma',
  roles: [],
  fullAccess: true,
  admin: false,
};
const ada: Caller = { ...uma, userEntityRef: 'user:default/ada', admin: true };
const policy = Policy.create({
  settings: { publicMode: false, downloads: true },
});

const silentAuditor = () =>
  mockServices.auditor.mock({
    createEvent: async () => ({
      success: async () => {},
      fail: async () => {},
    }),
  });

describe.each(databaseIds())('on %s', id => {
  it('answers of repeated requests are kept for a day, those of refused ones not at all', async () => {
    const knex = await migrated(id);
    let now = Date.parse('2026-01-01T00:00:00Z');
    const idempotency = new Idempotency({
      repository: new IdempotencyRepository(knex),
      session: openSession({ knex, logger: mockServices.logger.mock() }),
      now: () => now,
    });
    let done = 0;
    let replays = 0;
    const send = (failure?: Error) =>
      idempotency.once(
        uma,
        'run',
        'key',
        { app: 1 },
        async () => {
          if (failure) throw failure;
          return { n: ++done };
        },
        () => replays++,
      );
    await expect(send(new Error('no'))).rejects.toThrow('no');
    expect(await send()).toEqual({ n: 1 });
    now += DAY_MS - 1;
    await idempotency.dropExpired();
    expect(await send()).toEqual({ n: 1 });
    expect(replays).toBe(1);
    now += 1;
    expect(await send()).toEqual({ n: 2 });
    now += DAY_MS;
    await idempotency.dropExpired();
    expect(await knex('idempotency_keys').select('*')).toEqual([]);
  });

  it('a request that never ended holds nobody up for longer than half an hour', async () => {
    const knex = await migrated(id);
    let now = Date.parse('2026-01-01T00:00:00Z');
    const idempotency = new Idempotency({
      repository: new IdempotencyRepository(knex),
      session: openSession({ knex, logger: mockServices.logger.mock() }),
      now: () => now,
    });
    const send = (work: () => Promise<unknown>) =>
      idempotency.once(uma, 'run', 'key', {}, work, () => {});
    const never = new Promise(() => {});
    send(() => never).catch(() => {});
    const again = () => send(async () => 'done');
    for (;;) {
      const [row] = await knex('idempotency_keys').select('*');
      if (row) break;
    }
    await expect(again()).rejects.toMatchObject({
      code: 'IDEMPOTENCY_IN_PROGRESS',
    });
    now += 30 * 60_000;
    expect(await again()).toBe('done');
  });

  it('lines of the audit go after their days, and not before', async () => {
    const knex = await migrated(id);
    const repository = new AuditRepository(knex);
    let now = new Date('2026-01-01T00:00:00Z');
    const audit = new Audit({
      repository,
      auditor: silentAuditor(),
      logger: mockServices.logger.mock(),
      now: () => now,
    });
    const reader = new AuditReader({
      policy,
      audit,
      repository,
      retentionDays: 30,
    });
    const said = async () =>
      (await reader.list(ada, {})).items.map(line => line.resourceId);
    await audit.run(uma, 'app:update', 'old', async () => {});
    now = new Date('2026-01-02T00:00:00Z');
    await audit
      .run(uma, 'app:update', 'new', async () => {
        throw new StoreError({
          status: 403,
          code: 'NOT_ALLOWED',
          message: 'No.',
          owner: 'you',
          remedy: 'None.',
        });
      })
      .catch(() => {});
    await reader.dropOld(new Date('2026-01-30T23:59:59Z'));
    expect(await said()).toEqual(['new', 'old']);
    await reader.dropOld(new Date('2026-01-31T00:00:01Z'));
    expect(await said()).toEqual(['new']);
  });

  it('of people who are not signed in only so many refusals in a minute are written down', async () => {
    const knex = await migrated(id);
    const repository = new AuditRepository(knex);
    let now = Date.parse('2026-01-01T00:00:00Z');
    const warned: string[] = [];
    const audit = new Audit({
      repository,
      auditor: silentAuditor(),
      logger: mockServices.logger.mock({ warn: text => warned.push(text) }),
      now: () => new Date(now),
    });
    const look = (caller: Caller) =>
      audit
        .look(caller, 'app:read', 'hidden', async context => {
          context.refused = true;
          throw new StoreError({
            status: 404,
            code: 'NOT_FOUND',
            message: 'No.',
            owner: 'you',
            remedy: 'None.',
          });
        })
        .catch(() => {});
    const written = async () => {
      const [{ n }] = await knex('audit').count({ n: '*' });
      return Number(n);
    };
    const nobody = { ...uma, userEntityRef: '', address: '192.0.2.1' };
    for (let n = 0; n < 70; n++) await look(nobody);
    expect(await written()).toBe(60);
    expect(warned).toEqual([expect.stringContaining('192.0.2.1')]);
    // Neither those who are signed in nor other addresses have less for that.
    for (let n = 0; n < 70; n++) await look(uma);
    expect(await written()).toBe(130);
    await look({ ...nobody, address: '192.0.2.2' });
    expect(await written()).toBe(131);
    for (let n = 0; n < 700; n++)
      await look({ ...nobody, address: `198.51.100.${n}` });
    expect(await written()).toBe(70 + 600);
    expect(warned).toHaveLength(2);
    now += 60_000;
    await look(nobody);
    expect(await written()).toBe(671);
  });

  it('an instance that another replica took away is told', async () => {
    const knex = await migrated(id);
    const app = appRecord();
    await new AppRepository(knex).insert(app);
    const instances = new InstanceTransitions(knex);
    const queue = new InstanceQueue(knex);
    const told: string[] = [];
    // Of a replica that commits nothing itself.
    const reader = new ChangeReader({
      outbox: new Outbox(knex),
      logger: mockServices.logger.mock(),
    });
    reader.of('instance').subscribe(each => told.push(each));
    await reader.start();
    const now = new Date().toISOString();
    const [going, staying] = [0, 1].map(() =>
      instanceRecord(app.id, { createdAt: now, updatedAt: now }),
    );
    for (const each of [going, staying]) await instances.insert(each, 10);
    await reader.read();
    expect(told.splice(0)).toEqual([going.id, staying.id]);
    const at = new Date(Date.parse(now) + 1000).toISOString();
    await instances.terminate(
      going.id,
      { desired: 'terminated', slot: undefined, updatedAt: at },
      { at },
    );
    await reader.read();
    expect(told.splice(0)).toEqual([going.id]);
    await reader.read();
    expect(told.splice(0)).toEqual([]);
    const [claim] = await queue.claim([going.id], Date.now(), 1000);
    expect(await queue.remove(going.id, claim.token)).toBe(true);
    await reader.read();
    expect(told.splice(0)).toEqual([going.id]);
    await reader.read();
    expect(told).toEqual([]);
    await reader.stop();
  });
});
