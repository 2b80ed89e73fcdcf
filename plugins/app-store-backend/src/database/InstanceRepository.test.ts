import { AppRepository } from './AppRepository';
import { databaseIds, migrated } from './__testUtils__/databases';
import { appRecord, instanceRecord } from './fixtures.testing';
import { Policy } from '../policy';
import { InstanceQueue } from './InstanceQueue';
import { InstanceRepository } from './InstanceRepository';

jest.setTimeout(60_000);

describe.each(databaseIds())('InstanceRepository on %s', id => {
  async function setUp() {
    const knex = await migrated(id);
    const policy = Policy.create({
      settings: { publicMode: false, downloads: true },
    });
    const apps = new AppRepository(knex, policy);
    const app = appRecord();
    await apps.insert(app);
    return {
      apps,
      app,
      instances: new InstanceRepository(knex, policy),
      queue: new InstanceQueue(knex),
    };
  }

  it('admits as many running instances as the limit, however many come at once', async () => {
    const { app, instances } = await setUp();
    const admitted = await Promise.all(
      Array.from({ length: 20 }, () =>
        instances.insert(instanceRecord(app.id), 4),
      ),
    );
    expect(admitted.filter(result => result === 'done')).toHaveLength(4);
    expect(await instances.countUse('user:default/uma')).toMatchObject({
      slots: 4,
    });
    expect(
      await instances.insert(
        instanceRecord(app.id, { ownerRef: 'user:default/other' }),
        4,
      ),
    ).toBe('done');
  });

  it('holds a limit that shrank, whichever slots are taken', async () => {
    const { app, instances } = await setUp();
    const records = Array.from({ length: 4 }, () => instanceRecord(app.id));
    for (const record of records) await instances.insert(record, 4);
    // Those with the low slots are suspended; two run, in the high ones.
    for (const { id: each } of records.slice(0, 2))
      await instances.change(
        each,
        { desired: ['running'] },
        { desired: 'suspended', slot: undefined, status: 'SUSPENDED' },
      );
    const resume = (limit: number) =>
      instances.resume(records[0].id, records[0].ownerRef, limit, {
        desired: 'running',
      });
    expect(await resume(2)).toBe('quota');
    expect(await instances.insert(instanceRecord(app.id), 2)).toBe('full');
    expect(await resume(3)).toBe('done');
    expect(await instances.countUse(records[0].ownerRef)).toMatchObject({
      slots: 3,
    });
  });

  it('gives a slot back when suspended and takes one when resumed', async () => {
    const { app, instances } = await setUp();
    const [first, second] = [instanceRecord(app.id), instanceRecord(app.id)];
    await instances.insert(first, 1);
    expect(await instances.insert(second, 1)).toBe('full');
    expect(
      await instances.change(
        first.id,
        { desired: ['running'] },
        { desired: 'suspended', slot: undefined, status: 'SUSPENDED' },
      ),
    ).toBe(true);
    expect(await instances.insert(second, 1)).toBe('done');
    expect(
      await instances.resume(first.id, first.ownerRef, 1, {
        desired: 'running',
      }),
    ).toBe('quota');
    expect(
      await instances.resume(first.id, first.ownerRef, 2, {
        desired: 'running',
        launch: 2,
      }),
    ).toBe('done');
    expect(
      await instances.resume(first.id, first.ownerRef, 3, {
        desired: 'running',
      }),
    ).toBe('changed');
    expect(await instances.get(first.id)).toMatchObject({
      desired: 'running',
      launch: 2,
      slot: 1,
    });
  });

  it('lets one worker at an instance, and a stalled one write nothing', async () => {
    const { app, instances, queue } = await setUp();
    const record = instanceRecord(app.id);
    await instances.insert(record, 5);
    expect(await queue.listDue(Date.now(), 10)).toEqual([record.id]);
    const first = await queue.claim(record.id, 1000, 500);
    expect(await queue.claim(record.id, 1200, 500)).toBeUndefined();
    const second = await queue.claim(record.id, 2000, 500);
    expect(second).toBeDefined();
    expect(
      await queue.observe(first!.record, first!.token, {
        status: 'FAILED',
      }),
    ).toBe(false);
    expect(
      await queue.observe(second!.record, second!.token, {
        status: 'DEPLOYED',
      }),
    ).toBe(true);
    await queue.release(record.id, first!.token);
    expect(await queue.claim(record.id, 2100, 500)).toBeUndefined();
    await queue.release(record.id, second!.token, 5000);
    expect((await instances.get(record.id))!.status).toBe('DEPLOYED');
    expect(await queue.listDue(4999, 10)).toEqual([]);
    expect(await queue.listDue(5000, 10)).toEqual([record.id]);
  });

  it('does not let an observation undo what a person asked for meanwhile', async () => {
    const { app, instances, queue } = await setUp();
    const record = instanceRecord(app.id);
    await instances.insert(record, 5);
    const claim = await queue.claim(record.id, 1000, 500);
    await instances.change(
      record.id,
      { desired: ['running'] },
      {
        desired: 'suspended',
        slot: undefined,
        status: 'SUSPENDED',
        stage: undefined,
      },
    );
    expect(
      await queue.observe(claim!.record, claim!.token, {
        status: 'DEPLOYED',
        stage: 'ready',
      }),
    ).toBe(false);
    const now = await instances.get(record.id);
    expect(now).toMatchObject({ desired: 'suspended', status: 'SUSPENDED' });
    expect(now!.stage).toBeUndefined();
    expect(await queue.remove(record.id, claim!.token)).toBe(false);
  });

  it('keeps nothing that was given up while it was being ended', async () => {
    const { app, instances, queue } = await setUp();
    const record = instanceRecord(app.id);
    await instances.insert(record, 5);
    const at = '2026-12-01T00:00:00.000Z';
    await instances.terminate(
      record.id,
      { desired: 'terminated', slot: undefined, purgeAfter: at },
      { at },
    );
    const claim = await queue.claim(record.id, 1000, 500);
    expect(await instances.purge({ ids: [record.id] })).toEqual([record.id]);
    expect(
      await queue.observe(claim!.record, claim!.token, { desired: 'released' }),
    ).toBe(false);
    expect(await queue.remove(record.id, claim!.token)).toBe(true);
  });

  it('takes back what is kept, once, and not what was purged', async () => {
    const { app, instances } = await setUp();
    const record = instanceRecord(app.id);
    await instances.insert(record, 5);
    const by = { at: '2026-12-01T00:00:00.000Z' };
    const change = { desired: 'suspended' as const, purgeAfter: undefined };
    expect((await instances.restore(record.id, change, by)).done).toBe(false);
    await instances.terminate(
      record.id,
      { desired: 'terminated', slot: undefined, purgeAfter: by.at },
      by,
    );
    expect(
      (await instances.terminate(record.id, { desired: 'terminated' }, by))
        .done,
    ).toBe(false);
    expect((await instances.restore(record.id, change, by)).done).toBe(true);
    expect((await instances.restore(record.id, change, by)).done).toBe(false);
    expect(await instances.purge({ before: '2027' })).toEqual([]);
  });

  it('holds on to an app while an instance uses it', async () => {
    const { app, apps, instances } = await setUp();
    await instances.insert(instanceRecord(app.id), 5);
    expect(await apps.delete(app.id)).toBe(false);
    expect(await apps.get(app.id)).toBeDefined();
  });
});
