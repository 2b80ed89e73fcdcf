/** How containers start, are watched over, and start again. */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  isReady,
  killWith,
  OwnCluster,
  processesWith,
  script,
  workload,
} from '../__testUtils__/clusters';
import type { Json } from '../types';

describe("a pod's containers", () => {
  const own = OwnCluster.use();
  const deployments = '/apis/apps/v1/namespaces/default/deployments';

  it('tries a command probe again and again, and leaves nothing of it behind', async () => {
    const marker = `3605.${process.pid}`;
    const path = `${deployments}/asked`;
    await own.client.apply(
      path,
      workload(
        'Deployment',
        'asked',
        {
          command: ['sleep', '999'],
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
          readinessProbe: {
            exec: {
              command: [
                '/bin/sh',
                '-c',
                `sleep ${marker} & echo >> /data/n; test "$HOSTNAME" && test $(wc -l < /data/n) -ge 3`,
              ],
            },
          },
        },
        { volumes: [{ name: 'data', emptyDir: {} }] },
      ),
    );
    const pod = await own.client.until('ready', async () =>
      (await own.client.pods('asked')).find(isReady),
    );
    expect(pod.status.containerStatuses[0].restartCount).toBe(0);
    await own.client.until(
      'no rest',
      async () => processesWith(`sleep ${marker}`) === 0,
    );
    await own.client.call('DELETE', path);
  });

  it('runs a container whose prepared process has ended before its turn', async () => {
    const path = '/api/v1/namespaces/default/pods/robbed';
    const volumeMounts = [{ name: 'data', mountPath: '/data' }];
    const { body: created } = await own.client.call('POST', dirname(path), {
      metadata: { name: 'robbed' },
      spec: {
        restartPolicy: 'Never',
        initContainers: [
          {
            name: 'init',
            image: 'local/node:24',
            command: [
              '/bin/sh',
              '-c',
              'until test -e /data/go; do sleep 0.1; done',
            ],
            volumeMounts,
          },
        ],
        containers: [
          { name: 'main', image: 'local/node:24', command: ['echo', 'here'] },
        ],
        volumes: [{ name: 'data', emptyDir: {} }],
      },
    });
    const room = join(own.directory, 'pods', created.metadata.uid);
    const prepared = join(room, 'containers/main/run/run.sh');
    await own.client.until('prepared', async () => processesWith(prepared));
    killWith(prepared);
    await own.client.until('ended', async () => processesWith(prepared) === 0);
    writeFileSync(join(room, 'volumes/data/go'), '');
    await own.client.until(
      'over',
      async () =>
        (await own.client.call('GET', path)).body.status.phase === 'Succeeded',
    );
    expect((await own.client.call('GET', `${path}/log`)).body).toBe('here\n');
    await own.client.call('DELETE', path);
  });

  it('measures what a pod and the node use, and nothing of a pod that does not run', async () => {
    const pods = '/api/v1/namespaces/default/pods';
    const metrics = '/apis/metrics.k8s.io/v1beta1';
    const pod = (name: string, code: string) => ({
      metadata: { name },
      spec: {
        restartPolicy: 'Never',
        terminationGracePeriodSeconds: 0,
        containers: [
          { name: 'main', image: 'local/node:24', command: script(code) },
        ],
      },
    });
    await own.client.call(
      'POST',
      pods,
      pod(
        'busy',
        `const held=Buffer.alloc(64<<20,1);console.log('up');setInterval(()=>{for(const end=Date.now()+80;Date.now()<end;);held[0]=1},1)`,
      ),
    );
    await own.client.call('POST', pods, pod('over', ''));
    await own.client.until('both', async () => {
      const { body } = await own.client.call('GET', `${pods}/busy/log`);
      const { body: over } = await own.client.call('GET', `${pods}/over`);
      return String(body).includes('up') && over.status.phase === 'Succeeded';
    });
    const { body } = await own.client.call(
      'GET',
      `${metrics}/namespaces/default/pods`,
    );
    const named = (name: string) =>
      body.items.find((each: Json) => each.metadata.name === name);
    const { usage } = named('busy').containers[0];
    expect(parseInt(usage.memory, 10)).toBeGreaterThan(64 * 1024);
    expect(parseInt(usage.cpu, 10)).toBeGreaterThan(1_000_000);
    expect(named('over')).toBeUndefined();
    const path = `${metrics}/namespaces/default/pods/over`;
    expect((await own.client.call('GET', path)).status).toBe(404);
    const { body: nodes } = await own.client.call('GET', `${metrics}/nodes`);
    expect(parseInt(nodes.items[0].usage.memory, 10)).toBeGreaterThan(
      64 * 1024,
    );
    await own.client.call('DELETE', `${pods}/busy`);
    await own.client.call('DELETE', `${pods}/over`);
  });

  it('says which lines of a log cannot be asked for', async () => {
    const pods = '/api/v1/namespaces/default/pods';
    await own.client.call('POST', pods, {
      metadata: { name: 'nowhere' },
      spec: {
        nodeSelector: { there: 'is none' },
        containers: [
          { name: 'main', image: 'local/node:24', command: ['sleep', '1'] },
        ],
      },
    });
    const log = (query: string) =>
      own.client.call('GET', `${pods}/nowhere/log?${query}`);
    const { status, body } = await log('tailLines=-1&limitBytes=0');
    expect([status, body.message]).toEqual([
      422,
      'PodLogOptions "nowhere" is invalid: [tailLines: Invalid value: -1: must be greater than or equal to 0, limitBytes: Invalid value: 0: must be greater than 0]',
    ]);
    expect(
      (await log('sinceSeconds=1&sinceTime=2030-01-01T00:00:00Z')).status,
    ).toBe(422);
    // No node has a log of it.
    expect((await log('')).status).toBe(204);
    await own.client.call('DELETE', `${pods}/nowhere`);
  });

  it('starts a crashing container again with growing delays, keeps the log before, and says why', async () => {
    await own.client.apply(
      `${deployments}/crash`,
      workload('Deployment', 'crash', {
        command: script(
          `console.log('run of '+process.pid);console.error('bad luck');process.exit(3)`,
        ),
      }),
    );
    const pod = await own.client.until('back-off', async () =>
      (
        await own.client.pods('crash')
      ).find(
        p =>
          p.status.containerStatuses?.[0].state.waiting?.reason ===
            'CrashLoopBackOff' &&
          p.status.containerStatuses[0].restartCount > 0,
      ),
    );
    expect(pod.status.containerStatuses[0].lastState.terminated.exitCode).toBe(
      3,
    );
    const log = await own.client.call(
      'GET',
      `/api/v1/namespaces/default/pods/${pod.metadata.name}/log?previous=true`,
    );
    expect(log.body).toContain('bad luck');
    await own.client.call('DELETE', `${deployments}/crash`);
  });

  it('says on which port an app listens that does not answer on its own', async () => {
    await own.client.apply(
      `${deployments}/elsewhere`,
      workload('Deployment', 'elsewhere', {
        command: script(`require('http').createServer().listen(9090)`),
        ports: [{ containerPort: 8080 }],
        startupProbe: {
          tcpSocket: { port: 8080 },
          periodSeconds: 1,
          failureThreshold: 100,
        },
      }),
    );
    const hint = await own.client.until('the hint', async () => {
      const { body } = await own.client.call(
        'GET',
        '/api/v1/namespaces/default/events',
      );
      return body.items.find((e: Json) =>
        /listens on port 9090/.test(e.message),
      );
    });
    expect(hint.type).toBe('Warning');
    await own.client.call('DELETE', `${deployments}/elsewhere`);
  });

  it('waits with a container for its secret, and never shows the value in arguments', async () => {
    const secret = `s3cret-${Date.now()}`;
    await own.client.apply(
      `${deployments}/secretive`,
      workload('Deployment', 'secretive', {
        command: script(
          `console.log(process.env.S.length); setInterval(()=>{},1000)`,
        ),
        env: [
          {
            name: 'S',
            valueFrom: { secretKeyRef: { name: 'late', key: 'k' } },
          },
        ],
      }),
    );
    await own.client.until(
      'waits',
      async () =>
        (
          await own.client.pods('secretive')
        )[0]?.status.containerStatuses?.[0].state.waiting?.reason ===
        'CreateContainerConfigError',
    );
    await own.client.call('POST', '/api/v1/namespaces/default/secrets', {
      metadata: { name: 'late' },
      stringData: { k: secret },
    });
    await own.client.until(
      'runs',
      async () =>
        (
          await own.client.pods('secretive')
        )[0]?.status.containerStatuses?.[0].state.running,
    );
    expect(processesWith(secret)).toBe(0);
    await own.client.call('DELETE', `${deployments}/secretive`);
  });

  it('mounts inside a mount, and takes no path that leads out of it', async () => {
    const pod = (name: string, init: string[], mountPath: string) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: {
        restartPolicy: 'Never',
        initContainers: [
          {
            name: 'init',
            image: 'local/node:24',
            command: init,
            volumeMounts: [{ name: 'app', mountPath: '/app' }],
          },
        ],
        containers: [
          {
            name: 'main',
            image: 'local/node:24',
            command: [
              '/bin/sh',
              '-c',
              `echo inside > ${mountPath}/file && ls -d ${mountPath} && cat /app/kept`,
            ],
            volumeMounts: [
              { name: 'inner', mountPath },
              { name: 'app', mountPath: '/app' },
            ],
          },
        ],
        volumes: [
          { name: 'app', emptyDir: {} },
          { name: 'inner', emptyDir: {} },
        ],
      },
    });
    const path = '/api/v1/namespaces/default/pods';
    await own.client.call(
      'POST',
      path,
      pod('nested', ['/bin/sh', '-c', 'echo kept > /app/kept'], '/app/conf'),
    );
    await own.client.until(
      'nested done',
      async () =>
        (await own.client.call('GET', `${path}/nested`)).body.status.phase ===
        'Succeeded',
    );
    expect((await own.client.call('GET', `${path}/nested/log`)).body).toBe(
      '/app/conf\nkept\n',
    );

    await own.client.call(
      'POST',
      path,
      pod(
        'linked',
        ['/bin/sh', '-c', 'ln -s /usr/sbin /app/conf'],
        '/app/conf',
      ),
    );
    await own.client.call(
      'POST',
      path,
      pod('climbing', ['/bin/true'], '/app/../../../../tmp/x'),
    );
    for (const name of ['linked', 'climbing']) {
      const waiting = await own.client.until(`${name} refused`, async () => {
        const { body } = await own.client.call('GET', `${path}/${name}`);
        return (
          body.status.containerStatuses?.[0].state.waiting?.reason ===
            'CreateContainerConfigError' &&
          body.status.containerStatuses[0].state.waiting
        );
      });
      expect(waiting.message).toMatch(/not a directory|not plain/);
      await own.client.call('DELETE', `${path}/${name}`);
    }
    await own.client.call('DELETE', `${path}/nested`);
  });
});
