/** What is said of instances while the cluster cannot be read. */
import { mockServices } from '@backstage/backend-test-utils';
import { AppRepository } from '../apps/AppRepository';
import { behaviourIds, migrated } from '../database/__testUtils__/databases';
import { appRecord, instanceRecord } from '../__testUtils__/fixtures';
import { InstanceQueue } from './InstanceQueue';
import { InstanceRepository } from '../instances/InstanceRepository';
import { InstanceTransitions } from '../instances/InstanceTransitions';
import { Policy } from '../policy';
import { NEVER_HELD } from '../epoch/__testUtils__/neverHeld';
import { ChangeReader } from '../changes/ChangeReader';
import { Outbox } from '../changes/Outbox';
import type { InstanceCluster } from '../kubernetes/InstanceCluster';
import { InstanceProcessor } from './InstanceProcessor';
import { appliedVersion } from '../instances/appliedVersion';
import { until } from '../__testUtils__/until';

jest.setTimeout(60_000);

const ENDPOINT = { address: '127.0.0.1', port: 1, podUid: 'u' };

describe.each(behaviourIds())('InstanceProcessor on %s', database => {
  async function setUp(options: { isHeld?: () => boolean } = {}) {
    const knex = await migrated(database);
    const policy = Policy.create({
      settings: { publicMode: false, downloads: true },
    });
    const instances = new InstanceRepository(knex, policy);
    const transitions = new InstanceTransitions(knex);
    const app = appRecord();
    await new AppRepository(knex).insert(app, { tagIds: [] });
    const suspended = new Set<string>();
    const changed: string[] = [];
    const reader = new ChangeReader({
      outbox: new Outbox(knex),
      logger: mockServices.logger.mock(),
    });
    reader.of('instance').subscribe(each => changed.push(each));
    await reader.start();
    const cluster = {
      unreadForMs: 0,
      unread: () =>
        cluster.unreadForMs
          ? { since: Date.now() - cluster.unreadForMs }
          : undefined,
      onAnswer: () => () => {},
      synced: true,
      isListed: true,
      hasPods: (id: string) => !suspended.has(id),
      drift: () => [],
      facts: () => ({
        pods: [
          {
            metadata: { uid: 'u' },
            status: { conditions: [{ type: 'Ready', status: 'True' }] },
          },
        ],
        workloads: [],
      }),
      endpoint: () => ENDPOINT,
      writer: {
        apply: jest.fn(async () => ({})),
        remove: jest.fn(async () => true),
      },
    };
    const queue = new InstanceQueue(knex);
    const newProcessor = () =>
      new InstanceProcessor({
        queue,
        epoch: {
          ...NEVER_HELD,
          isHeld: async () => options.isHeld?.() ?? false,
        },
        logger: mockServices.logger.mock(),
      });
    const processor = newProcessor();
    const add = async (desired: 'running' | 'suspended' | 'terminated') => {
      const record = instanceRecord(app.id, { desired });
      await transitions.insert(
        {
          ...record,
          status: desired === 'running' ? 'PENDING' : 'SUSPENDED',
          applied: appliedVersion(record),
          appliedObjects: {},
        },
        10,
      );
      if (desired === 'suspended') suspended.add(record.id);
      return record.id;
    };
    return {
      cluster,
      processor,
      queue,
      newProcessor,
      instances,
      reader,
      changed,
      add,
    };
  }
  /** What `backgroundTasks.ts` does, more often. */
  const ticking = (processor: InstanceProcessor) =>
    setInterval(async () => {
      await processor.noticeSilence();
      await processor.claimDue();
    }, 1000);
  it('says UNKNOWN once nothing was read for a while, and takes it back', async () => {
    const { cluster, processor, instances, reader, changed, add } =
      await setUp();
    const running = await add('running');
    const suspended = await add('suspended');
    const status = async () => (await instances.get(running))!.status;
    processor.start(cluster as unknown as InstanceCluster);
    const tick = ticking(processor);
    try {
      await until(async () => (await status()) === 'DEPLOYED');
      // A short break is none: what was seen still holds.
      cluster.unreadForMs = 5000;
      await processor.process(running);
      expect(await status()).toBe('DEPLOYED');

      cluster.unreadForMs = 9000;
      await until(async () => (await status()) === 'UNKNOWN');
      const record = (await instances.get(running))!;
      expect(record.problem).toMatchObject({
        code: 'CLUSTER_UNREADABLE',
        owner: 'admin',
      });
      // Whoever is in goes on, and the place of the owner's quota stays taken.
      expect(record.endpoint).toEqual(ENDPOINT);
      expect(record.slot).toBe(0);
      expect((await instances.get(suspended))!.status).toBe('SUSPENDED');
      await reader.read();
      expect(changed).toContain(running);

      cluster.unreadForMs = 0;
      await until(async () => (await status()) === 'DEPLOYED');
      expect((await instances.get(running))!.problem).toBeUndefined();
      expect(cluster.writer.apply).not.toHaveBeenCalled();
    } finally {
      clearInterval(tick);
      await processor.stop();
    }
  });

  it('12: ends nothing that a restored backup says has ended, until an admin decides', async () => {
    let held = true;
    const { cluster, processor, queue, instances, add } = await setUp({
      isHeld: () => held,
    });
    const id = await add('terminated');
    const released = jest.spyOn(queue, 'release');
    processor.start(cluster as unknown as InstanceCluster);
    try {
      await until(async () => released.mock.calls.length > 0);
      expect(cluster.writer.remove).not.toHaveBeenCalled();
      expect(await instances.get(id)).toBeDefined();
      held = false;
      processor.wake(id);
      await until(async () => !(await instances.get(id)));
      expect(cluster.writer.remove).toHaveBeenCalledTimes(1);
    } finally {
      await processor.stop();
    }
  });

  it('forgets nobody who was woken while the database was away', async () => {
    const { cluster, processor, queue, instances, add } = await setUp();
    const id = await add('running');
    const claim = jest
      .spyOn(queue, 'claim')
      .mockRejectedValueOnce(new Error('away'));
    // Nothing is due: only what wakes it has it looked at.
    jest.spyOn(queue, 'page').mockResolvedValue([]);
    jest.spyOn(queue, 'claimDue').mockResolvedValue([]);
    processor.start(cluster as unknown as InstanceCluster);
    try {
      processor.wake(id);
      await until(async () => (await instances.get(id))!.status === 'DEPLOYED');
      expect(claim).toHaveBeenCalledTimes(2);
    } finally {
      await processor.stop();
    }
  });

  it('15: claims nothing at a start where all is as it was left', async () => {
    const { cluster, processor, newProcessor, queue, instances, add } =
      await setUp();
    const id = await add('running');
    processor.start(cluster as unknown as InstanceCluster);
    await until(async () => (await instances.get(id))!.status === 'DEPLOYED');
    await processor.stop();
    const claim = jest.spyOn(queue, 'claim');
    const claimDue = jest.spyOn(queue, 'claimDue');
    const restarted = newProcessor();
    // The watches list it.
    restarted.wake(id);
    restarted.start(cluster as unknown as InstanceCluster);
    try {
      await until(async () => claimDue.mock.results.length > 0);
      expect(await claimDue.mock.results[0].value).toEqual([]);
      expect(claim).not.toHaveBeenCalled();
    } finally {
      await restarted.stop();
    }
  });

  it('leaves the word to a replica that reads the cluster', async () => {
    const { cluster, processor, newProcessor, instances, add } = await setUp();
    const id = await add('running');
    const cut = {
      ...cluster,
      unread: () => ({ since: Date.now() - 9000 }),
    };
    const other = newProcessor();
    const seen = new Set<string>();
    processor.start(cluster as unknown as InstanceCluster);
    await until(async () => (await instances.get(id))!.status === 'DEPLOYED');
    other.start(cut as unknown as InstanceCluster);
    const ticks = [processor, other].map(ticking);
    try {
      // Two rounds of the one that reads nothing.
      for (const end = Date.now() + 13_000; Date.now() < end; ) {
        seen.add((await instances.get(id))!.status);
        await new Promise(done => setTimeout(done, 50));
      }
      expect([...seen]).toEqual(['DEPLOYED']);
    } finally {
      ticks.forEach(tick => clearInterval(tick));
      await other.stop();
      await processor.stop();
    }
  });
});
