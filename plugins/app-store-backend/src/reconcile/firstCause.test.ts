/** What is said of a launch that fails, from its first cause on. */
import { mockServices } from '@backstage/backend-test-utils';
import { AppRepository } from '../apps/AppRepository';
import { databaseIds, migrated } from '../database/__testUtils__/databases';
import { appRecord, instanceRecord } from '../__testUtils__/fixtures';
import { InstanceQueue } from './InstanceQueue';
import { InstanceRepository } from '../instances/InstanceRepository';
import type { InstanceRecord } from '../instances/instanceRows';
import { InstanceTransitions } from '../instances/InstanceTransitions';
import { KubeError } from '../kubernetes/client/KubeError';
import { Policy } from '../policy';
import { NEVER_HELD } from '../epoch/__testUtils__/neverHeld';
import type { InstanceCluster } from '../kubernetes/InstanceCluster';
import { InstanceProcessor } from './InstanceProcessor';
import { appliedVersion } from '../instances/appliedVersion';

jest.setTimeout(60_000);

const ago = (seconds: number) =>
  new Date(Date.now() - seconds * 1000).toISOString();

describe.each(databaseIds())('the first cause on %s', database => {
  async function setUp(
    cluster: Record<string, unknown>,
    change: Pick<Partial<InstanceRecord>, 'applied' | 'stages' | 'steps'> = {},
  ) {
    const knex = await migrated(database);
    const policy = Policy.create({
      settings: { publicMode: false, downloads: true },
    });
    const instances = new InstanceRepository(knex, policy);
    const transitions = new InstanceTransitions(knex);
    const app = appRecord();
    await new AppRepository(knex).insert(app, { tagIds: [] });
    const record = instanceRecord(app.id, { desired: 'running' });
    await transitions.insert(
      {
        ...record,
        status: 'PENDING',
        applied: appliedVersion(record),
        appliedObjects: {},
        ...change,
      },
      10,
    );
    const queue = new InstanceQueue(knex);
    // Looks only when it is told to, and not at what is due at its start.
    jest.spyOn(queue, 'claimDue').mockResolvedValue([]);
    const processor = new InstanceProcessor({
      queue,
      epoch: NEVER_HELD,
      logger: mockServices.logger.mock(),
    });
    const whole = {
      unread: () => undefined,
      onAnswer: () => () => {},
      synced: true,
      isListed: true,
      hasPods: () => true,
      endpoint: () => undefined,
      writer: {
        ensureClaim: async () => undefined,
        apply: async () => ({}),
        ...cluster,
      },
      drift: () => [],
      facts: () => ({ pods: [], workloads: [] }),
      ...cluster,
      output: { rawEvents: async () => [], tail: async () => '', ...cluster },
    };
    jest.spyOn(global, 'setInterval').mockReturnValue(0 as never);
    processor.start(whole as unknown as InstanceCluster);
    return {
      look: async () => {
        await processor.process(record.id);
        return (await instances.get(record.id))!;
      },
      stop: () => processor.stop(),
    };
  }
  afterEach(() => jest.restoreAllMocks());

  it('18: is kept when a probe ends what did not listen, and at its next run', async () => {
    const app = (state: object, lastState = {}, restartCount = 0) => ({
      metadata: { name: 'p' },
      spec: {
        containers: [
          {
            name: 'app',
            ports: [{ containerPort: 8080 }],
            startupProbe: { periodSeconds: 1, failureThreshold: 20 },
          },
        ],
      },
      status: {
        conditions: [{ type: 'PodScheduled', status: 'True' }],
        containerStatuses: [{ name: 'app', state, lastState, restartCount }],
      },
    });
    const terminated = {
      exitCode: 143,
      reason: 'Error',
      startedAt: ago(30),
      finishedAt: ago(9),
    };
    let pod: object = app({ running: { startedAt: ago(15) } });
    const { look, stop } = await setUp({
      facts: () => ({ pods: [pod], workloads: [] }),
      rawEvents: async () => [
        {
          metadata: {},
          involvedObject: { name: 'p' },
          reason: 'Unhealthy',
          message: 'dial tcp (the container listens on port 9000)',
          lastTimestamp: ago(1),
        },
        {
          metadata: {},
          involvedObject: { name: 'p' },
          reason: 'Killing',
          message: 'Container app failed startup probe, will be restarted',
          lastTimestamp: ago(10),
        },
      ],
      tail: async () => 'listening on 9000',
    });
    try {
      const cause = {
        code: 'NOT_LISTENING',
        message: expect.stringContaining('listens on port 9000'),
        detail: 'listening on 9000',
      };
      expect(await look()).toMatchObject({ status: 'PENDING', problem: cause });
      pod = app({ terminated });
      expect(await look()).toMatchObject({ status: 'FAILED', problem: cause });
      pod = app({ running: { startedAt: ago(1) } }, { terminated }, 1);
      expect(await look()).toMatchObject({ status: 'FAILED', problem: cause });
    } finally {
      await stop();
    }
  });

  it.each([
    // Applied later than now: however slow the machine is.
    ['waited in our own queue for a minute', 120_000, 0],
    ['has been in the cluster for a minute', 0, 1],
  ])(
    '15: events are asked for of what %s and has no pod: %#',
    async (_, applied, lists) => {
      let asked = 0;
      const { look, stop } = await setUp(
        {
          facts: () => ({
            pods: [],
            workloads: [{ kind: 'Deployment', metadata: { name: 'i' } }],
          }),
          rawEvents: async () => {
            asked++;
            return [];
          },
        },
        { stages: { accepted: ago(60) }, steps: { applied } },
      );
      try {
        await look();
        expect(asked).toBe(lists);
      } finally {
        await stop();
      }
    },
  );

  it('18: that no waiting mends ends the waiting', async () => {
    const { look, stop } = await setUp(
      {
        apply: async () => {
          throw new KubeError(422, 'Invalid', 'spec.x is invalid');
        },
      },
      { applied: undefined },
    );
    try {
      await look();
      await look();
      expect(await look()).toMatchObject({
        status: 'FAILED',
        problem: { code: 'REQUEST_INVALID', owner: 'author' },
      });
    } finally {
      await stop();
    }
  });
});
