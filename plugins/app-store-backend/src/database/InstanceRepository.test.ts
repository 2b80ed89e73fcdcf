import { AppRepository } from './AppRepository';
import { databaseIds, migrated } from './__testUtils__/databases';
import { appRecord, instanceRecord } from './fixtures.testing';
import { InstanceRepository } from './InstanceRepository';

jest.setTimeout(60_000);

describe.each(databaseIds())('InstanceRepository on %s', id => {
  async function setUp() {
    const knex = await migrated(id);
    const apps = new AppRepository(knex);
    const app = appRecord();
    await apps.insert(app, []);
    return { apps, app, instances: new InstanceRepository(knex) };
  }

  it('admits as many running instances as the limit, however many come at once', async () => {
    const { app, instances } = await setUp();
    const admitted = await Promise.all(
      Array.from({ length: 20 }, () =>
        instances.insert(instanceRecord(app.id), 4),
      ),
    );
    expect(admitted.filter(Boolean)).toHaveLength(4);
    expect(await instances.countRunning('user:default/uma')).toBe(4);
    expect(
      await instances.insert(
        instanceRecord(app.id, { ownerRef: 'user:default/other' }),
        4,
      ),
    ).toBe(true);
  });

  it('gives a slot back when suspended and takes one when resumed', async () => {
    const { app, instances } = await setUp();
    const [first, second] = [instanceRecord(app.id), instanceRecord(app.id)];
    await instances.insert(first, 1);
    expect(await instances.insert(second, 1)).toBe(false);
    expect(
      await instances.change(
        first.id,
        { desired: ['running'] },
        { desired: 'suspended', slot: undefined, status: 'SUSPENDED' },
      ),
    ).toBe(true);
    expect(await instances.insert(second, 1)).toBe(true);
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
    const { app, instances } = await setUp();
    const record = instanceRecord(app.id);
    await instances.insert(record, 5);
    expect(await instances.listDue(Date.now(), 10)).toEqual([record.id]);
    const first = await instances.claim(record.id, 1000, 500);
    expect(await instances.claim(record.id, 1200, 500)).toBeUndefined();
    const second = await instances.claim(record.id, 2000, 500);
    expect(second).toBeDefined();
    expect(
      await instances.observe(first!.record, first!.token, {
        status: 'FAILED',
      }),
    ).toBe(false);
    expect(
      await instances.observe(second!.record, second!.token, {
        status: 'DEPLOYED',
      }),
    ).toBe(true);
    await instances.release(record.id, first!.token);
    expect(await instances.claim(record.id, 2100, 500)).toBeUndefined();
    await instances.release(record.id, second!.token, 5000);
    expect((await instances.get(record.id))!.status).toBe('DEPLOYED');
    expect(await instances.listDue(4999, 10)).toEqual([]);
    expect(await instances.listDue(5000, 10)).toEqual([record.id]);
  });

  it('does not let an observation undo what a person asked for meanwhile', async () => {
    const { app, instances } = await setUp();
    const record = instanceRecord(app.id);
    await instances.insert(record, 5);
    const claim = await instances.claim(record.id, 1000, 500);
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
      await instances.observe(claim!.record, claim!.token, {
        status: 'DEPLOYED',
        stage: 'ready',
      }),
    ).toBe(false);
    const now = await instances.get(record.id);
    expect(now).toMatchObject({ desired: 'suspended', status: 'SUSPENDED' });
    expect(now!.stage).toBeUndefined();
    expect(await instances.remove(record.id, claim!.token)).toBe(false);
  });

  it('holds on to an app while an instance uses it', async () => {
    const { app, apps, instances } = await setUp();
    await instances.insert(instanceRecord(app.id), 5);
    expect(await apps.delete(app.id)).toBe(false);
    expect(await apps.get(app.id)).toBeDefined();
  });
});
