/** How pods end: asked, waited for, whole. */
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import {
  isReady,
  OwnCluster,
  processesWith,
  script,
  workload,
} from '../__testUtils__/clusters';
import type { Json } from '../types';

describe("a pod's end", () => {
  const own = OwnCluster.use({ podPidsLimit: 300 });
  const deployments = '/apis/apps/v1/namespaces/default/deployments';

  it('asks a container to end once, and waits while it does', async () => {
    const path = `${deployments}/polite`;
    await own.client.apply(
      path,
      workload('Deployment', 'polite', {
        command: script(
          `process.on('SIGTERM',()=>{console.log('asked');setTimeout(()=>{console.log('done');process.exit()},900)});console.log('here');setInterval(()=>{},1e3)`,
        ),
      }),
    );
    const pod = await own.client.until('runs', async () =>
      (await own.client.pods('polite')).find(isReady),
    );
    const log = `/api/v1/namespaces/default/pods/${pod.metadata.name}/log`;
    await own.client.until('listens', async () =>
      String((await own.client.call('GET', log)).body).includes('here'),
    );
    const followed = own.client.call('GET', `${log}?follow=true`);
    await own.client.call('DELETE', path);
    expect((await followed).body).toBe('here\nasked\ndone\n');
  });

  it('lets a shorter grace period end the wait of a longer one', async () => {
    const path = '/api/v1/namespaces/default/pods/stubborn';
    const marker = `3604.${process.pid}`;
    await own.client.call('POST', dirname(path), {
      metadata: { name: 'stubborn' },
      spec: {
        terminationGracePeriodSeconds: 3600,
        containers: [
          {
            name: 'main',
            image: 'local/node:24',
            command: ['/bin/sh', '-c', `trap '' TERM; sleep ${marker}`],
          },
        ],
      },
    });
    await own.client.until('runs', async () =>
      processesWith(`sleep ${marker}`),
    );
    await own.client.call('DELETE', path);
    await own.client.call('DELETE', `${path}?gracePeriodSeconds=1`);
    await own.client.until(
      'gone',
      async () => (await own.client.call('GET', path)).status === 404,
    );
    expect(processesWith(`sleep ${marker}`)).toBe(0);
  });

  it('keeps a deleted pod for its finalizers, without its processes', async () => {
    const pods = '/api/v1/namespaces/default/pods';
    const marker = `3603.${process.pid}`;
    await own.client.apply(`${pods}/kept`, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'kept', finalizers: ['example.com/wait'] },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [
          { name: 'main', image: 'local/node:24', command: ['sleep', marker] },
        ],
      },
    });
    await own.client.until('runs', async () =>
      processesWith(`sleep ${marker}`),
    );
    await own.client.call('DELETE', `${pods}/kept`);
    await own.client.until(
      'ended',
      async () => processesWith(`sleep ${marker}`) === 0,
    );
    const waiting = await own.client.until('waits', async () => {
      const { body } = await own.client.call('GET', `${pods}/kept`);
      return body.metadata.deletionGracePeriodSeconds === 0 && body;
    });
    expect(waiting.metadata.deletionTimestamp).toBeDefined();
    await own.client.call(
      'PATCH',
      `${pods}/kept`,
      { metadata: { finalizers: null } },
      { type: 'application/merge-patch+json' },
    );
    expect((await own.client.call('GET', `${pods}/kept`)).status).toBe(404);
  });

  it('ends a container that does not listen when its grace is over', async () => {
    const path = `${deployments}/hasty`;
    const marker = `3602.${process.pid}`;
    await own.client.apply(
      path,
      workload(
        'Deployment',
        'hasty',
        { command: ['sleep', marker] },
        { terminationGracePeriodSeconds: 2 },
      ),
    );
    await own.client.until(
      'begins',
      async () =>
        (
          await own.client.pods('hasty')
        )[0]?.status.containerStatuses?.[0].state.running,
    );
    await own.client.call('DELETE', path);
    await own.client.until(
      'gone',
      async () => !(await own.client.pods('hasty')).length,
    );
    expect(processesWith(`sleep ${marker}`)).toBe(0);
  });

  it('bounds a runaway log and ends whatever a container forked', async () => {
    const marker = `marker-${process.pid}-${Date.now()}`;
    await own.client.apply(
      `${deployments}/noisy`,
      workload('Deployment', 'noisy', {
        command: [
          '/bin/sh',
          '-c',
          `(setsid sleep 1000.${process.pid} # ${marker}\n) & yes 0123456789012345678901234567890123456789 | head -c 60000000; echo END; sleep 999`,
        ],
      }),
    );
    const pod = await own.client.until('all written', async () => {
      const [p] = await own.client.pods('noisy');
      if (!p?.status.containerStatuses?.[0].state.running) return undefined;
      const { body } = await own.client.call(
        'GET',
        `/api/v1/namespaces/default/pods/${p.metadata.name}/log?tailLines=1`,
      );
      return String(body).includes('END') ? p : undefined;
    });
    const size = Number(
      execFileSync(
        'du',
        ['-sb', join(own.directory, 'pods', pod.metadata.uid)],
        {
          encoding: 'utf8',
        },
      ).split('\t')[0],
    );
    expect(size).toBeLessThan(25 * 1024 * 1024);
    expect(processesWith(`sleep 1000.${process.pid}`)).toBeGreaterThan(0);
    await own.client.call('DELETE', `${deployments}/noisy`);
    await own.client.until(
      'no process',
      async () =>
        processesWith(`sleep 1000.${process.pid}`) === 0 &&
        !(
          await own.client.pods('noisy')
        ).length,
    );
  });

  it('fails a pod whose time is over', async () => {
    const path = '/api/v1/namespaces/default/pods/brief';
    await own.client.call('POST', '/api/v1/namespaces/default/pods', {
      metadata: { name: 'brief' },
      spec: {
        activeDeadlineSeconds: 1,
        terminationGracePeriodSeconds: 1,
        containers: [
          { name: 'main', image: 'local/node:24', command: ['sleep', '1000'] },
        ],
      },
    });
    const { status } = await own.client.until('its end', async () => {
      const { body } = await own.client.call('GET', path);
      return body.status.phase === 'Failed' && body;
    });
    expect(status).toMatchObject({
      reason: 'DeadlineExceeded',
      containerStatuses: [{ state: { terminated: { reason: 'Error' } } }],
    });
    await own.client.call('DELETE', path);
  });

  const plainPod = (
    name: string,
    command: string[],
    extra: Json = {},
    graceSeconds = 1,
  ) => ({
    metadata: { name },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: graceSeconds,
      containers: [{ name: 'main', image: 'local/node:24', command, ...extra }],
    },
  });
  const pods = '/api/v1/namespaces/default/pods';

  it('ends a container that holds more memory than its limit', async () => {
    await own.client.call(
      'POST',
      pods,
      plainPod(
        'greedy',
        script(
          'const held=[];setInterval(()=>held.push(Buffer.alloc(16<<20,1)),20)',
        ),
        { resources: { limits: { memory: '128Mi' } } },
      ),
    );
    const { status } = await own.client.until('its end', async () => {
      const { body } = await own.client.call('GET', `${pods}/greedy`);
      return body.status.phase === 'Failed' && body;
    });
    expect(status.containerStatuses[0].state.terminated).toMatchObject({
      exitCode: 137,
      reason: 'OOMKilled',
    });
    await own.client.call('DELETE', `${pods}/greedy`);
  });

  it('14: ends a container that forks and forks, with all that it made', async () => {
    const marker = `77777.${process.pid}`;
    await own.client.call(
      'POST',
      pods,
      plainPod('rabbits', ['sh', '-c', `while :; do sleep ${marker} & done`]),
    );
    const { status } = await own.client.until('its end', async () => {
      const { body } = await own.client.call('GET', `${pods}/rabbits`);
      return body.status.phase === 'Failed' && body;
    });
    const { terminated } = status.containerStatuses[0].state;
    expect(terminated.exitCode).not.toBe(0);
    await own.client.until(
      'no process',
      async () => processesWith(`sleep ${marker}`) === 0,
    );
    await own.client.call('DELETE', `${pods}/rabbits`);
  });

  it.each([
    [
      'listens',
      script(
        `process.on('SIGTERM',()=>process.exit(0));console.log('up');setInterval(()=>{},1000)`,
      ),
      60,
      0,
      'Succeeded',
    ],
    ['is deaf', ['sh', '-c', 'echo up; exec sleep 1000'], 1, 137, 'Failed'],
  ])(
    'tells how a pod that was deleted has ended, one that %s',
    async (what, command, graceSeconds, exitCode, phase) => {
      const name = what.replace(' ', '-');
      await own.client.call(
        'POST',
        pods,
        plainPod(name, command, {}, graceSeconds),
      );
      await own.client.until('its words', async () =>
        String(
          (
            await own.client.call('GET', `${pods}/${name}/log`)
          ).body,
        ).includes('up'),
      );
      const { body: list } = await own.client.call('GET', pods);
      const { resourceVersion } = list.metadata;
      await own.client.call('DELETE', `${pods}/${name}`);
      await own.client.until(
        'gone',
        async () =>
          (await own.client.call('GET', `${pods}/${name}`)).status === 404,
      );
      const { body } = await own.client.call(
        'GET',
        `${pods}?watch=1&resourceVersion=${resourceVersion}&fieldSelector=metadata.name%3D${name}&timeoutSeconds=1`,
      );
      const events: Json[] = String(body)
        .trim()
        .split('\n')
        .map(line => JSON.parse(line));
      const last = events.at(-1)!;
      expect(events.map(({ type }) => type)).toEqual([
        ...events.slice(1).map(() => 'MODIFIED'),
        'DELETED',
      ]);
      expect(last.object.status).toMatchObject({
        phase,
        containerStatuses: [{ state: { terminated: { exitCode } } }],
      });
      expect(last.object.metadata.deletionGracePeriodSeconds).toBe(0);
    },
  );
});
