/**
 * The outbox: what is told is what was committed, in order of commit, to every reader once. Two
 * replicas are two processes, whose clocks differ.
 */
import { mockServices } from '@backstage/backend-test-utils';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { databaseIds, migrated } from '../database/__testUtils__/databases';
import { ChangeReader, EVERYTHING } from './ChangeReader';
import { Outbox, type Change } from './Outbox';
import type { WriterOptions } from './__testUtils__/writer';

jest.setTimeout(180_000);

const logger = mockServices.logger.mock();

describe.each(databaseIds())('Outbox on %s', id => {
  it('tells what was committed, and nothing of what was not', async () => {
    const outbox = new Outbox(await migrated(id));
    let committed = 0;
    outbox.onCommit(() => committed++);
    await outbox.transaction(async (_, tell) => {
      tell('app', 'a', { more: [1] });
      tell('tag', 't');
    });
    await expect(
      outbox.transaction(async (_, tell) => {
        tell('app', 'never');
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await outbox.transaction(async () => {});
    await outbox.transaction(async (_, tell) => tell('alias', 'x'));
    expect(await outbox.after(0, 10)).toEqual([
      { position: 1, kind: 'app', key: 'a', data: { more: [1] } },
      { position: 2, kind: 'tag', key: 't', data: undefined },
      { position: 3, kind: 'alias', key: 'x', data: undefined },
    ]);
    expect(await outbox.after(1, 1)).toHaveLength(1);
    expect(await outbox.end()).toBe(3);
    expect(committed).toBe(2);
  });

  it('takes more than one statement holds', async () => {
    const outbox = new Outbox(await migrated(id));
    await outbox.transaction(async (_, tell) => {
      for (let n = 1; n <= 1234; n++) tell('instance', String(n));
    });
    const changes = await outbox.after(0, 5000);
    expect(changes.map(({ position }) => position)).toEqual(
      Array.from({ length: 1234 }, (_, n) => n + 1),
    );
    expect(changes.every(({ position, key }) => key === `${position}`)).toBe(
      true,
    );
  });

  it('remembers how far a reader came that goes on after a restart', async () => {
    const outbox = new Outbox(await migrated(id));
    await outbox.transaction(async (_, tell) => tell('app', 'a'));
    expect(await outbox.positionOf('events')).toBe(1);
    await outbox.moveTo('events', 0);
    await outbox.moveTo('events', 1);
    await outbox.transaction(async (_, tell) => tell('app', 'b'));
    expect(await outbox.positionOf('events')).toBe(1);
  });

  it('sets back no reader that begins once more', async () => {
    const outbox = new Outbox(await migrated(id));
    await outbox.begin('events');
    await outbox.transaction(async (_, tell) => tell('app', 'a'));
    await outbox.moveTo('events', 1);
    await outbox.transaction(async (_, tell) => tell('app', 'b'));
    await outbox.begin('events');
    expect(await outbox.positionOf('events')).toBe(1);
  });

  it('drops old changes and leaves no gap, whatever the clocks of their writers say', async () => {
    const knex = await migrated(id);
    const outbox = new Outbox(knex);
    for (const at of ['2026-01-01', '2026-01-03', '2026-01-01', '2026-01-03']) {
      await outbox.transaction(async (_, tell) => tell('app', at));
      await knex('changes')
        .where({ position: await outbox.end() })
        .update({ at });
    }
    const positions = async () =>
      (await outbox.after(0, 10)).map(({ position }) => position);
    await outbox.dropBefore('2026-01-02');
    expect(await positions()).toEqual([2, 3, 4]);
    await outbox.dropBefore('2026-01-04');
    expect(await positions()).toEqual([]);
  });

  it('tells a reader that stood still for too long that all may have changed', async () => {
    const knex = await migrated(id);
    const outbox = new Outbox(knex);
    const reader = new ChangeReader({ outbox, logger });
    const told: string[] = [];
    reader.of('app').subscribe(key => told.push(key));
    await reader.start();
    await outbox.transaction(async (_, tell) => tell('app', 'missed'));
    await outbox.dropBefore('9999');
    await outbox.transaction(async (_, tell) => tell('app', 'next'));
    // The first may have been read before it was dropped.
    await reader.read();
    expect(told.slice(-1)).toEqual(['next']);
    expect(told[0] === 'missed' || told[0] === EVERYTHING).toBe(true);
    await reader.stop();
  });

  it('reads on also where a listener fails', async () => {
    const outbox = new Outbox(await migrated(id));
    const reader = new ChangeReader({ outbox, logger });
    const told: string[] = [];
    reader.of('app').subscribe(key => {
      told.push(key);
      if (key === 'bad') throw new Error('a fault of a listener');
    });
    const others: string[] = [];
    reader.of('app').subscribe(key => others.push(key));
    await reader.start();
    for (const key of ['bad', 'good'])
      await outbox.transaction(async (_, tell) => tell('app', key));
    await reader.read();
    expect(told).toEqual(['bad', 'good']);
    expect(others).toEqual(['bad', 'good']);
    await reader.stop();
  });
});

describe('two replicas that change 2,000 things', () => {
  it('have every reader see each once, in order of commit', async () => {
    const knex = await migrated('POSTGRES_17');
    const outbox = new Outbox(knex);
    await knex.schema.createTable('commits', table => {
      table.string('key', 64).primary();
    });
    const seen = { steady: [] as Change[], restarted: [] as Change[] };
    const follow = async (into: Change[], from: number) => {
      const reader = new ChangeReader({ outbox, logger });
      reader
        .of('instance')
        .subscribe(key =>
          into.push({ position: reader.position, kind: 'instance', key }),
        );
      await reader.start(from);
      return reader;
    };
    const steady = await follow(seen.steady, 0);
    let restarted = await follow(seen.restarted, 0);
    const writers = [0, 1].map(replica => {
      const options: WriterOptions = {
        connection: knex.client.config.connection,
        searchPath: knex.client.config.searchPath,
        replica,
        changes: 1000,
        // A clock that is hours off: nothing may be found by it.
        clockSkewMs: replica ? -5 * 3600_000 : 3 * 3600_000,
      };
      return fork(
        join(__dirname, '__testUtils__/writer.ts'),
        [JSON.stringify(options)],
        {
          execArgv: [
            '--require',
            require.resolve('@backstage/cli/config/nodeTransform.cjs'),
          ],
          env: { PATH: process.env.PATH, NODE_ENV: 'test' },
        },
      );
    });
    const polling = setInterval(() => {
      steady.wake();
      restarted.wake();
    }, 20);
    let ended = false;
    const all = Promise.all(writers.map(writer => once(writer, 'exit'))).then(
      codes => {
        ended = true;
        return codes;
      },
    );
    // A position that is seen before a lower one would be a gap, told as `*`.
    // Ended and continued at its position, again and again.
    while (!ended) {
      await new Promise(done => setTimeout(done, 100));
      const { position } = restarted;
      await restarted.stop();
      restarted = await follow(seen.restarted, restarted.position);
      expect(restarted.position).toBeGreaterThanOrEqual(position);
    }
    expect((await all).map(([code]) => code)).toEqual([0, 0]);
    clearInterval(polling);
    await steady.read();
    await restarted.read();
    await steady.stop();
    await restarted.stop();

    for (const changes of Object.values(seen)) {
      expect(changes).toHaveLength(2000);
      expect(changes.map(({ position }) => position)).toEqual(
        Array.from({ length: 2000 }, (_, n) => n + 1),
      );
      expect(new Set(changes.map(({ key }) => key)).size).toBe(2000);
      // A long transaction is told when it ends, and holds up nobody until then.
      const positionOf = new Map(
        changes.map(({ key, position }) => [key, position]),
      );
      for (const replica of [0, 1]) {
        const long = positionOf.get(`${replica}-0`)!;
        const before = changes.filter(
          ({ key, position }) =>
            key.startsWith(`${replica}-`) && position < long,
        );
        expect(before.length).toBeGreaterThanOrEqual(10);
      }
    }
    expect(seen.restarted).toEqual(seen.steady);
  });
});
