import { AppRepository } from '../apps/AppRepository';
import { databaseIds, migrated } from '../database/__testUtils__/databases';
import { appRecord, instanceRecord } from '../__testUtils__/fixtures';
import { Policy } from '../policy';
import { InstanceQueue } from '../reconcile/InstanceQueue';
import { InstanceRepository } from './InstanceRepository';
import { InstanceTransitions } from './InstanceTransitions';

jest.setTimeout(60_000);

describe.each(databaseIds())('InstanceTransitions on %s', id => {
  async function setUp() {
    const knex = await migrated(id);
    const policy = Policy.create({
      settings: { publicMode: false, downloads: true },
    });
    const apps = new AppRepository(knex);
    const app = appRecord();
    await apps.insert(app);
    return {
      knex,
      apps,
      app,
      instances: new InstanceRepository(knex, policy),
      transitions: new InstanceTransitions(knex),
      queue: new InstanceQueue(knex),
    };
  }

  it('admits as many running instances as the limit, however many come at once', async () => {
    const { app, instances, transitions } = await setUp();
    const admitted = await Promise.all(
      Array.from({ length: 20 }, () =>
        transitions.insert(instanceRecord(app.id), 4),
      ),
    );
    expect(admitted.filter(result => result === 'done')).toHaveLength(4);
    expect(await instances.countUse('user:default/uma')).toMatchObject({
      slots: 4,
    });
    expect(
      await transitions.insert(
        instanceRecord(app.id, { ownerRef: 'user:default/other' }),
        4,
      ),
    ).toBe('done');
  });

  it('holds a limit that shrank, whichever slots are taken', async () => {
    const { app, instances, transitions } = await setUp();
    const records = Array.from({ length: 4 }, () => instanceRecord(app.id));
    for (const record of records) await transitions.insert(record, 4);
    // Those with the low slots are suspended; two run, in the high ones.
    for (const { id: each } of records.slice(0, 2))
      await transitions.change(
        each,
        { desired: ['running'] },
        { desired: 'suspended', slot: undefined, status: 'SUSPENDED' },
      );
    const resume = (limit: number) =>
      transitions.resume(records[0].id, records[0].ownerRef, limit, {
        desired: 'running',
      });
    expect(await resume(2)).toBe('quota');
    expect(await transitions.insert(instanceRecord(app.id), 2)).toBe('full');
    expect(await resume(3)).toBe('done');
    expect(await instances.countUse(records[0].ownerRef)).toMatchObject({
      slots: 3,
    });
  });

  it('gives a slot back when suspended and takes one when resumed', async () => {
    const { app, instances, transitions } = await setUp();
    const [first, second] = [instanceRecord(app.id), instanceRecord(app.id)];
    await transitions.insert(first, 1);
    expect(await transitions.insert(second, 1)).toBe('full');
    expect(
      await transitions.change(
        first.id,
        { desired: ['running'] },
        { desired: 'suspended', slot: undefined, status: 'SUSPENDED' },
      ),
    ).toBe(true);
    expect(await transitions.insert(second, 1)).toBe('done');
    expect(
      await transitions.resume(first.id, first.ownerRef, 1, {
        desired: 'running',
      }),
    ).toBe('quota');
    expect(
      await transitions.resume(first.id, first.ownerRef, 2, {
        desired: 'running',
        launch: 2,
      }),
    ).toBe('done');
    expect(
      await transitions.resume(first.id, first.ownerRef, 3, {
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
    const { app, instances, transitions, queue } = await setUp();
    const record = instanceRecord(app.id);
    await transitions.insert(record, 5);
    expect(await queue.isDue(record.id, Date.now())).toBe(true);
    const [first] = await queue.claimDue(1000, 500, 10);
    expect(first.record.id).toBe(record.id);
    expect(await queue.claimDue(1200, 500, 10)).toEqual([]);
    expect(await queue.claim([record.id], 1200, 500)).toEqual([]);
    const [second] = await queue.claim([record.id], 2000, 500);
    expect(second).toBeDefined();
    expect(
      await queue.observe(
        first.record,
        first.token,
        { status: 'FAILED' },
        { shown: true },
      ),
    ).toBe(false);
    expect(
      await queue.observe(
        second.record,
        second.token,
        { status: 'DEPLOYED' },
        { shown: true },
      ),
    ).toBe(true);
    await queue.release(record.id, first.token);
    expect(await queue.claim([record.id], 2100, 500)).toEqual([]);
    await queue.release(record.id, second.token, 5000);
    expect((await instances.get(record.id))!.status).toBe('DEPLOYED');
    expect(await queue.isDue(record.id, 4999)).toBe(false);
    expect(await queue.isDue(record.id, 5000)).toBe(true);
    expect(await queue.claimDue(4999, 500, 10)).toEqual([]);
    expect(await queue.claimDue(5000, 500, 10)).toHaveLength(1);
  });

  it('lets workers who come at once have different instances', async () => {
    const { app, transitions, queue } = await setUp();
    const ids = Array.from({ length: 12 }, () => instanceRecord(app.id));
    for (const each of ids) await transitions.insert(each, 20);
    const claims = await Promise.all([
      ...Array.from({ length: 4 }, () => queue.claimDue(1000, 500, 3)),
      queue.claim([ids[0].id, ids[1].id], 1000, 500),
    ]);
    const claimed = claims.flat().map(({ record }) => record.id);
    expect(new Set(claimed).size).toBe(claimed.length);
    // Whoever came while rows were being claimed has left them to the others.
    const rest = await queue.claimDue(1000, 500, 20);
    expect([...claimed, ...rest.map(({ record }) => record.id)].sort()).toEqual(
      ids.map(({ id: each }) => each).sort(),
    );
    expect(new Set(claims.flat().map(({ token }) => token)).size).toBe(
      claims.filter(each => each.length).length,
    );
  });

  it('reads objects that the release before this one wrote', async () => {
    const { app, instances, transitions, knex } = await setUp();
    const record = instanceRecord(app.id);
    await transitions.insert(record, 5);
    expect(await instances.objectsOf(record.id)).toEqual(record.objects);
    const older = { ...record.objects, files: { data: { a: 'older' } } };
    await knex('instances')
      .where({ id: record.id })
      .update({ objects: JSON.stringify(older) });
    expect(await instances.objectsOf(record.id)).toEqual(older);
    await transitions.change(
      record.id,
      { desired: ['running'] },
      { objects: record.objects },
    );
    expect(await instances.objectsOf(record.id)).toEqual(record.objects);
    const { length } = (await knex('instances').first('objects')).objects;
    expect(length).toBe(JSON.stringify(record.objects).length);
  });

  it('keeps the volumes of terminated instances, also of those that the release before this one wrote', async () => {
    const { app, transitions, knex } = await setUp();
    const kept = '2030-01-01T00:00:00.000Z';
    const volumeOf = async (has: boolean, byOlder: boolean) => {
      const record = instanceRecord(app.id, {
        desired: 'terminated',
        slot: undefined,
      });
      const claim = { kind: 'PersistentVolumeClaim', metadata: { name: 'x' } };
      const objects = { ...record.objects, ...(has ? { claim } : {}) };
      await transitions.insert({ ...record, objects }, 5);
      const older = {
        objects_digest: null,
        has_volume: null,
        purge_after: '2020-01-01T00:00:00.000Z',
      };
      if (byOlder) {
        await knex('instances').where({ id: record.id }).update(older);
        await knex('instance_objects')
          .where({ instance_id: record.id })
          .delete();
      }
      return record.id;
    };
    const ids = [
      await volumeOf(true, false),
      await volumeOf(true, true),
      await volumeOf(false, false),
    ];
    await transitions.keepTerminated(kept);
    const rows = await knex('instances').whereIn('id', ids);
    const until = new Map(rows.map(row => [row.id, row.purge_after]));
    expect(ids.map(each => until.get(each))).toEqual([kept, kept, null]);
  });

  it('does not let an observation undo what a person asked for meanwhile', async () => {
    const { app, instances, transitions, queue } = await setUp();
    const record = instanceRecord(app.id);
    await transitions.insert(record, 5);
    const [claim] = await queue.claim([record.id], 1000, 500);
    await transitions.change(
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
      await queue.observe(
        claim.record,
        claim.token,
        { status: 'DEPLOYED', stage: 'ready' },
        { shown: true },
      ),
    ).toBe(false);
    const now = await instances.get(record.id);
    expect(now).toMatchObject({ desired: 'suspended', status: 'SUSPENDED' });
    expect(now!.stage).toBeUndefined();
    expect(await queue.remove(record.id, claim.token)).toBe(false);
  });

  it('keeps nothing that was given up while it was being ended', async () => {
    const { app, transitions, queue } = await setUp();
    const record = instanceRecord(app.id);
    await transitions.insert(record, 5);
    const at = '2026-12-01T00:00:00.000Z';
    await transitions.terminate(
      record.id,
      { desired: 'terminated', slot: undefined, purgeAfter: at },
      { at },
    );
    const [claim] = await queue.claim([record.id], 1000, 500);
    expect(await transitions.purge({ id: record.id })).toEqual([record.id]);
    expect(
      await queue.observe(
        claim.record,
        claim.token,
        { desired: 'released' },
        { shown: true },
      ),
    ).toBe(false);
    expect(await queue.remove(record.id, claim.token)).toBe(true);
  });

  it('restores what is kept, once, and not what was purged', async () => {
    const { app, transitions } = await setUp();
    const record = instanceRecord(app.id);
    await transitions.insert(record, 5);
    const by = { at: '2026-12-01T00:00:00.000Z' };
    const change = { desired: 'suspended' as const, purgeAfter: undefined };
    expect(await transitions.restore(record.id, change, by)).toBe(false);
    await transitions.terminate(
      record.id,
      { desired: 'terminated', slot: undefined, purgeAfter: by.at },
      by,
    );
    expect(
      await transitions.terminate(record.id, { desired: 'terminated' }, by),
    ).toBe(false);
    expect(await transitions.restore(record.id, change, by)).toBe(true);
    expect(await transitions.restore(record.id, change, by)).toBe(false);
    expect(await transitions.purge({ before: '2027' })).toEqual([]);
  });

  it('holds on to an app while an instance uses it', async () => {
    const { app, apps, transitions } = await setUp();
    await transitions.insert(instanceRecord(app.id), 5);
    expect(await apps.delete(app.id)).toBe(false);
    expect(await apps.get(app.id)).toBeDefined();
  });
});
