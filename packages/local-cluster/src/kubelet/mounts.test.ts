/** What a container finds where its pod mounts something, and what it leaves there. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OwnCluster } from '../__testUtils__/clusters';
import type { Json } from '../types';

describe('mounts of a container', () => {
  const own = OwnCluster.use();
  const core = '/api/v1/namespaces/default';

  async function run(name: string, spec: Json): Promise<Json> {
    await own.client.call('POST', `${core}/pods`, {
      metadata: { name },
      spec: {
        restartPolicy: 'Never',
        ...spec,
        containers: spec.containers.map((container: Json) => ({
          name: 'main',
          image: 'local/node:24',
          ...container,
        })),
      },
    });
    return own.client.until(`${name} is over`, async () => {
      const { body } = await own.client.call('GET', `${core}/pods/${name}`);
      return ['Succeeded', 'Failed'].includes(body.status.phase) && body;
    });
  }

  it('takes what a container leaves as its message, from its own file too', async () => {
    const pod = await run('leaver', {
      containers: [
        {
          name: 'a',
          command: ['/bin/sh', '-c', 'printf gone > /dev/termination-log'],
        },
        {
          name: 'b',
          command: ['/bin/sh', '-c', 'printf bad > /run/why; exit 3'],
          terminationMessagePath: '/run/why',
        },
        {
          name: 'c',
          command: ['/bin/sh', '-c', 'echo last; exit 4'],
          terminationMessagePolicy: 'FallbackToLogsOnError',
        },
      ],
    });
    const messages = pod.status.containerStatuses.map(
      ({ state }: Json) => state.terminated.message,
    );
    expect(messages).toEqual(['gone', 'bad', 'last\n']);
  });

  it('mounts one file of a Secret, and nothing that leads out of a volume', async () => {
    await own.client.call('POST', `${core}/secrets`, {
      metadata: { name: 'files' },
      stringData: { 'a.txt': 'secret' },
    });
    const spec = (subPath: string) => ({
      containers: [
        {
          command: ['/bin/sh', '-c', 'cat /etc/app/a.txt'],
          volumeMounts: [
            { name: 'files', mountPath: '/etc/app/a.txt', subPath },
          ],
        },
      ],
      volumes: [{ name: 'files', secret: { secretName: 'files' } }],
    });
    await run('file', spec('a.txt'));
    const { body } = await own.client.call('GET', `${core}/pods/file/log`);
    expect(body).toBe('secret\n');
    const volumes = [{ name: 'data', emptyDir: {} }];
    const mount = { name: 'data', mountPath: '/data' };
    await own.client.call('POST', `${core}/pods`, {
      metadata: { name: 'climber' },
      spec: {
        volumes,
        initContainers: [
          {
            name: 'init',
            image: 'local/node:24',
            command: ['/bin/ln', '-s', '/etc', '/data/out'],
            volumeMounts: [mount],
          },
        ],
        containers: [
          {
            name: 'main',
            image: 'local/node:24',
            command: ['/bin/ls', '/data'],
            volumeMounts: [{ ...mount, subPath: 'out' }],
          },
        ],
      },
    });
    const waiting = await own.client.until('refused', async () => {
      const { body: pod } = await own.client.call(
        'GET',
        `${core}/pods/climber`,
      );
      const { state } = pod.status.containerStatuses?.[0] ?? {};
      return (
        state?.waiting?.reason === 'CreateContainerConfigError' && state.waiting
      );
    });
    expect(waiting.message).toBe(
      'failed to prepare subPath for volumeMount "data" of container "main"',
    );
  });

  it('fills volumes that containers only read, with the mode that is asked for', async () => {
    await own.client.call('POST', `${core}/configmaps`, {
      metadata: { name: 'texts' },
      data: { 'a.txt': 'text' },
    });
    await run('reads', {
      containers: [
        {
          command: [
            '/bin/sh',
            '-c',
            'cat /texts/a.txt; stat -c %a /texts/a.txt; ln -sf /etc/passwd /texts/a.txt 2>/dev/null || echo read-only',
          ],
          volumeMounts: [{ name: 'texts', mountPath: '/texts' }],
        },
      ],
      volumes: [
        { name: 'texts', configMap: { name: 'texts', defaultMode: 0o440 } },
      ],
    });
    const { body } = await own.client.call('GET', `${core}/pods/reads/log`);
    expect(body).toBe('text440\nread-only\n');
  });

  it("has a volume made by hand on the node's own paths, and for one claim alone", async () => {
    await own.client.call('POST', '/api/v1/persistentvolumes', {
      metadata: { name: 'by-hand' },
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        hostPath: { path: '/etc' },
      },
    });
    const claim = async (name: string) => {
      await own.client.call('POST', `${core}/persistentvolumeclaims`, {
        metadata: { name },
        spec: {
          volumeName: 'by-hand',
          storageClassName: '',
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: '1Gi' } },
        },
      });
    };
    const phase = async (name: string) =>
      (await own.client.call('GET', `${core}/persistentvolumeclaims/${name}`))
        .body.status.phase;
    const inNode = join(own.directory, 'volumes/host/etc/hello');
    mkdirSync(dirname(inNode), { recursive: true });
    writeFileSync(inNode, 'hello');
    await claim('first');
    await own.client.until(
      'bound',
      async () => (await phase('first')) === 'Bound',
    );
    await claim('second');
    await own.client.until('told', async () => {
      const { body } = await own.client.call('GET', `${core}/events`);
      return body.items.some(
        ({ involvedObject, message }: Json) =>
          involvedObject.name === 'second' &&
          message === 'volume "by-hand" already bound to a different claim.',
      );
    });
    expect(await phase('second')).toBe('Pending');
    await run('reader', {
      containers: [
        {
          command: ['/bin/sh', '-c', 'cat /data/hello; echo more > /data/more'],
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
        },
      ],
      volumes: [
        { name: 'data', persistentVolumeClaim: { claimName: 'first' } },
      ],
    });
    const { body } = await own.client.call('GET', `${core}/pods/reader/log`);
    expect(body).toBe('hello\n');
    expect(readFileSync(join(dirname(inNode), 'more'), 'utf8')).toBe('more\n');
  });
});
