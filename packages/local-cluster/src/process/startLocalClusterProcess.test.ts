/** A cluster in a process of its own, and what becomes of both where one is killed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StateLockedError } from '..';
import {
  Client,
  IMAGES,
  killWith,
  processesWith,
  workload,
} from '../__testUtils__/clusters';
import { startLocalCluster } from '../startLocalCluster';
import { startLocalClusterProcess } from './startLocalClusterProcess';

jest.setTimeout(60_000);

const PROGRAM = join(__dirname, '../__fixtures__/served.js');

describe('15: a local cluster in a process of its own', () => {
  const room = mkdtempSync(join(tmpdir(), 'lc-'));

  afterAll(() => rmSync(room, { recursive: true, force: true }));

  it('15: serves, has faults set, is back where it was killed, and ends when it is told to', async () => {
    const directory = join(room, 'a');
    const told: string[] = [];
    const log = (text: string) => told.push(text);
    const cluster = await startLocalClusterProcess(PROGRAM, {
      directory,
      images: IMAGES,
      logger: { info: log, warn: log, error: log },
    });
    expect(cluster.address).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(cluster.description).toContain('app');
    const client = new Client(cluster.kubeconfig);
    const marker = `3601.${process.pid}`;
    await client.apply(
      '/apis/apps/v1/namespaces/default/deployments/d',
      workload('Deployment', 'd', { command: ['sleep', marker] }),
    );
    await client.until(
      'runs',
      async () => processesWith(`sleep ${marker}`) > 0,
    );
    await cluster.setFaults([{ nodeLost: true }]);
    await cluster.setFaults([]);
    await expect(
      cluster.setFaults([{ no: 'such' } as never]),
    ).rejects.toThrow();

    killWith('served.js');
    await client.until(
      'no orphan',
      async () => processesWith(`sleep ${marker}`) === 0,
    );
    // At the same address, with the same credentials.
    await client.until(
      'again',
      async () =>
        processesWith(`sleep ${marker}`) > 0 &&
        (await client.pods('d'))[0]?.status.phase === 'Running',
    );
    expect(told).toContainEqual(expect.stringContaining('started again'));
    await cluster.stop(500);
    expect(processesWith(`sleep ${marker}`)).toBe(0);
    // Once more does nothing.
    await cluster.stop();
  });

  it('15: fails as one in this process does', async () => {
    const directory = join(room, 'b');
    const holder = await startLocalCluster({ directory });
    try {
      await expect(
        startLocalClusterProcess(PROGRAM, { directory }),
      ).rejects.toThrow(StateLockedError);
    } finally {
      await holder.stop(0);
    }
  });
});
