/** The route table as gateways are told it: whole, then as it changes, and on from a position. */
import { mockServices } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { TableHash } from '@ai-app-store/backstage-plugin-app-store-common';
import { AliasRepository } from '../aliases/AliasRepository';
import { AppRepository } from '../apps/AppRepository';
import { ChangeReader } from '../changes/ChangeReader';
import { Outbox } from '../changes/Outbox';
import { databaseIds, migrated } from '../database/__testUtils__/databases';
import { appRecord, instanceRecord } from '../__testUtils__/fixtures';
import { IamPolicies } from '../iam/IamService';
import { InstanceRepository } from '../instances/InstanceRepository';
import { InstanceTransitions } from '../instances/InstanceTransitions';
import { Policy } from '../policy';
import { TagRepository } from '../tags/TagRepository';
import { RouteFeed, type RouteChange } from './RouteFeed';
import { RouteReader } from './RouteReader';

jest.setTimeout(60_000);

const UMA = 'user:default/uma';

/** A gateway: its table after a snapshot and what came after it. */
function gateway() {
  const table = new Map<string, unknown>();
  const take = (change: RouteChange) => {
    if (!('key' in change)) return;
    const key = `${change.kind}/${change.key}`;
    if (change.value) table.set(key, change.value);
    else table.delete(key);
  };
  return {
    table,
    take,
    whole({ routes, aliases }: Awaited<ReturnType<RouteFeed['snapshot']>>) {
      table.clear();
      routes.forEach(value => table.set(`route/${value.id}`, value));
      aliases.forEach(value => table.set(`alias/${value.name}`, value));
    },
    hash() {
      const hash = new TableHash();
      table.forEach((value, key) => hash.set(key, value));
      return String(hash);
    },
  };
}

describe.each(databaseIds())('RouteFeed on %s', id => {
  async function setUp(given?: Knex) {
    const knex = given ?? (await migrated(id));
    const policy = Policy.create({
      settings: { publicMode: false, downloads: true },
    });
    const logger = mockServices.logger.mock();
    const outbox = new Outbox(knex);
    const repositories = {
      apps: new AppRepository(knex, outbox),
      instances: new InstanceRepository(knex, policy),
      transitions: new InstanceTransitions(knex, outbox),
      aliases: new AliasRepository(knex, policy, outbox),
      tags: new TagRepository(knex, outbox),
    };
    const changes = new ChangeReader({ outbox, logger });
    const feed = new RouteFeed({
      ...repositories,
      reader: new RouteReader(repositories),
      changes,
      outbox,
      policies: new IamPolicies({ enabled: false }),
      logger,
    });
    await changes.start();
    /** Until all that was changed was told. */
    const settled = async () => {
      await changes.read();
      for (let n = 0; n < 500 && feed.position < (await outbox.end()); n++)
        await new Promise(done => setTimeout(done, 10));
      expect(feed.position).toBe(await outbox.end());
    };
    return { knex, ...repositories, outbox, changes, feed, logger, settled };
  }
  const suspend = { desired: 'suspended', slot: undefined } as const;

  async function filled() {
    const world = await setUp();
    const app = appRecord();
    await world.apps.insert(app);
    const records = [0, 1, 2].map(() => instanceRecord(app.id));
    for (const record of records) await world.transitions.insert(record, 10);
    await world.settled();
    return { ...world, app, ids: records.map(record => record.id) };
  }

  it('tells a gateway what it needs to have the table of the database', async () => {
    const { feed, transitions, aliases, tags, changes, ids, settled } =
      await filled();
    const one = gateway();
    const kinds: string[] = [];
    const stop = feed.subscribe(change => {
      kinds.push(change.kind);
      one.take(change);
    });
    one.whole(await feed.snapshot());
    expect(one.hash()).toBe(feed.hash);
    await transitions.change(ids[0], { desired: ['running'] }, suspend);
    await aliases.insert(
      {
        id: '0d2f6c0e-0000-4000-8000-000000000001',
        name: 'x',
        creatorRef: UMA,
      },
      { instanceId: ids[1], primary: true },
      { at: new Date().toISOString() },
      '',
    );
    await tags.insert({
      name: 't',
      title: 'T',
      color: '#000000',
      description: '',
      adminRoles: [],
      visitorRoles: [],
    });
    await settled();
    const two = gateway();
    two.whole(await feed.snapshot());
    expect(one.table).toEqual(two.table);
    expect(one.hash()).toBe(feed.hash);
    expect(one.table.size).toBe(4);
    expect(kinds).toContain('access');
    stop();
    await changes.stop();
  });

  it('goes on from a position, and knows where it cannot', async () => {
    const world = await filled();
    const { knex, feed, outbox, transitions, apps, app, changes, ids } = world;
    const { settled } = world;
    const one = gateway();
    const { position, ...table } = await feed.snapshot();
    one.whole({ position, ...table });
    await transitions.change(ids[0], { desired: ['running'] }, suspend);
    await apps.update(app.id, {
      visibility: 'ALL_USERS',
      updatedAt: new Date().toISOString(),
    });
    await settled();
    const missed = (await feed.since(position))!;
    expect(missed.position).toBe(feed.position);
    // The app's change concerns all of its instances; each is told once.
    expect(missed.changes.map(({ kind }) => kind)).toEqual([
      'route',
      'route',
      'route',
    ]);
    missed.changes.forEach(one.take);
    const two = gateway();
    two.whole(await feed.snapshot());
    expect(one.table).toEqual(two.table);
    expect(await feed.since(feed.position)).toEqual({
      position: feed.position,
      changes: [],
    });

    // A position of another history: a database that was restored from a backup.
    expect(await feed.since(feed.position + 1)).toBeUndefined();
    // Nor one after which something is no longer kept.
    await knex('changes')
      .where({ position: position + 1 })
      .delete();
    expect(await feed.since(position)).toBeUndefined();
    await transitions.change(ids[1], { desired: ['running'] }, suspend);
    await transitions.change(ids[2], { desired: ['running'] }, suspend);
    await settled();
    const { position: end } = feed;
    await knex('changes')
      .where({ position: end - 1 })
      .delete();
    expect(await feed.since(end - 3)).toBeUndefined();
    await outbox.dropBefore('9999');
    expect(await feed.since(position)).toBeUndefined();
    await changes.stop();
  });

  it('corrects what no change told of', async () => {
    const { feed, knex, logger, changes, ids } = await filled();
    const one = gateway();
    feed.subscribe(one.take);
    one.whole(await feed.snapshot());
    await feed.verify();
    expect(logger.error).not.toHaveBeenCalled();
    await knex('instances')
      .where({ id: ids[0] })
      .update({ visibility: 'PUBLIC' });
    await knex('instances').where({ id: ids[1] }).delete();
    await feed.verify();
    expect(one.table.get(`route/${ids[0]}`)).toMatchObject({
      visibility: 'PUBLIC',
    });
    expect(one.table.has(`route/${ids[1]}`)).toBe(false);
    expect(one.hash()).toBe(feed.hash);
    expect(logger.error).toHaveBeenCalledWith(
      expect.stringContaining('2 routes'),
    );
    await changes.stop();
  });
});
