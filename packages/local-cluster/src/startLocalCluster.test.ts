/** How a cluster starts and ends. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalCluster, StateLockedError } from './';
import {
  Client,
  IMAGES,
  OwnCluster,
  processesWith,
  workload,
} from './__testUtils__/clusters';

describe('startLocalCluster', () => {
  const own = OwnCluster.use();

  it('does not open its directory twice, nor start in production', async () => {
    await expect(
      startLocalCluster({ directory: own.directory }),
    ).rejects.toThrow(StateLockedError);
    const before = process.env.NODE_ENV;
    (process.env as Record<string, string>).NODE_ENV = 'production';
    try {
      await expect(
        startLocalCluster({ directory: `${own.directory}-p` }),
      ).rejects.toThrow('NODE_ENV=production');
    } finally {
      (process.env as Record<string, string | undefined>).NODE_ENV = before;
    }
  });
});

describe('a cluster that ends', () => {
  it('does not wait for clients that are about to connect', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'lc-'));
    const cluster = await startLocalCluster({ directory });
    const { port } = new URL(/server: (\S+)/.exec(cluster.kubeconfig)![1]);
    // TLS has not begun: HTTP knows nothing of it yet.
    const client = connect(Number(port), '127.0.0.1');
    await once(client, 'connect');
    client.on('error', () => {});
    const cut = once(client, 'close');
    await cluster.stop(500);
    await expect(cut).resolves.toEqual([expect.anything()]);
    rmSync(directory, { recursive: true, force: true });
  });
});

describe('a cluster that leaves nothing behind', () => {
  const directory = mkdtempSync(join(tmpdir(), 'lc-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('when it cannot start: its port is taken', async () => {
    const first = await startLocalCluster({ directory: `${directory}/a` });
    const port = Number(new URL(first.address).port);
    const second = { directory: `${directory}/b` };
    await expect(startLocalCluster({ ...second, port })).rejects.toThrow(
      'EADDRINUSE',
    );
    expect(processesWith(`${directory}/b`)).toBe(0);
    await first.stop(0);
    await (await startLocalCluster(second)).stop(0);
  });

  it('when it ends as a pod comes', async () => {
    const cluster = await startLocalCluster({
      directory: `${directory}/c`,
      images: IMAGES,
    });
    const client = new Client(cluster.kubeconfig);
    const pods = '/api/v1/namespaces/default/pods';
    const containers = [
      { name: 'main', image: 'local/node:24', command: ['sleep', '999'] },
    ];
    for (const name of ['early', 'late'])
      await client.call('POST', pods, {
        metadata: { name },
        spec: { containers },
      });
    await cluster.stop(0);
    await client.until(
      'no process',
      async () => processesWith(`${directory}/c`) === 0,
    );
    expect(
      readdirSync(`${directory}/c`).filter(entry => entry.endsWith('.sock')),
    ).toEqual([]);
  });
});

describe('a cluster whose process is killed', () => {
  it('leaves no process behind, and runs everything again after the next start', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'lc-'));
    const main = join(__dirname, '__fixtures__/killable.js');
    const begin = async () => {
      const child = fork(main, [directory], {
        execArgv: [
          '--require',
          require.resolve('@backstage/cli/config/nodeTransform.cjs'),
        ],
      });
      // The transform of TypeScript sends messages of its own.
      const kubeconfig = await new Promise<string>(resolve =>
        child.on('message', message => {
          if (typeof message === 'string') resolve(message);
        }),
      );
      return { child, client: new Client(kubeconfig) };
    };
    const first = await begin();
    const marker = `3600.${process.pid}`;
    await first.client.apply(
      '/apis/apps/v1/namespaces/default/deployments/d',
      workload('Deployment', 'd', { command: ['sleep', marker] }),
    );
    await first.client.until(
      'runs',
      async () =>
        (await first.client.pods('d'))[0]?.status.phase === 'Running' &&
        processesWith(`sleep ${marker}`) > 0,
    );
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    await first.client.until(
      'no orphan',
      async () => processesWith(`sleep ${marker}`) === 0,
    );

    const second = await begin();
    const [pod] = await second.client.until('again', async () => {
      const pods = await second.client.pods('d');
      return pods[0]?.status.containerStatuses?.[0].state.running &&
        processesWith(`sleep ${marker}`) > 0
        ? pods
        : undefined;
    });
    expect(pod.status.containerStatuses[0].restartCount).toBe(1);
    expect((await second.client.pods('d')).length).toBe(1);
    second.child.send('stop');
    await once(second.child, 'exit');
    expect(processesWith(`sleep ${marker}`)).toBe(0);
    expect(readFileSync(join(directory, 'state.db')).length).toBeGreaterThan(0);
    rmSync(directory, { recursive: true, force: true });
  });
});
