/** What goes wrong on purpose. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  isReady,
  killWith,
  OwnCluster,
  processesWith,
} from '../__testUtils__/clusters';
import type { Json } from '../types';

describe('a node that is lost', () => {
  const own = OwnCluster.use({ nodeGraceMs: 1000 });
  const pods = '/api/v1/namespaces/default/pods';
  const get = async (path: string) => (await own.client.call('GET', path)).body;
  const ready = (object: Json) =>
    object.status.conditions.find((each: Json) => each.type === 'Ready');

  it('is said to be so, its pods are not ready, and both come back', async () => {
    await own.client.call('POST', pods, {
      metadata: { name: 'stays' },
      spec: {
        containers: [
          { name: 'main', image: 'local/node:24', command: ['sleep', '3000'] },
        ],
      },
    });
    const pod = () => get(`${pods}/stays`);
    const node = () => get('/api/v1/nodes/local');
    await own.client.until('ready', async () => isReady(await pod()));
    // Longer than it may be silent.
    await sleep(1500);
    expect(ready(await node()).status).toBe('True');
    await own.cluster.setFaults([{ nodeLost: true }]);
    await own.client.until(
      'lost',
      async () => ready(await node()).status === 'Unknown',
    );
    expect(ready(await node())).toMatchObject({
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    });
    await own.client.until(
      'not ready',
      async () => ready(await pod()).status === 'False',
    );
    const { status } = await pod();
    expect([status.phase, status.containerStatuses[0].ready]).toEqual([
      'Running',
      true,
    ]);
    // It is the only node: nobody is evicted, but nobody comes, either.
    expect((await node()).spec.taints).toEqual([
      expect.objectContaining({
        key: 'node.kubernetes.io/unreachable',
        effect: 'NoSchedule',
      }),
    ]);
    await own.cluster.setFaults([]);
    await own.client.until('back', async () => isReady(await pod()));
    await own.client.until(
      'free',
      async () => !(await node()).spec.taints?.length,
    );
  });
});

describe('14: a clock that jumps', () => {
  const own = OwnCluster.use({ nodeGraceMs: 1000 });
  const get = async (path: string) => (await own.client.call('GET', path)).body;
  const isThere = async () =>
    isReady(await get('/api/v1/nodes/local')) &&
    isReady(await get('/api/v1/namespaces/default/pods/stays'));
  const jump = (hours: number) =>
    jest.setSystemTime(Date.now() + hours * 3_600_000);

  beforeEach(() =>
    jest.useFakeTimers({
      doNotFake: [
        'hrtime',
        'nextTick',
        'performance',
        'queueMicrotask',
        'setImmediate',
        'clearImmediate',
        'setInterval',
        'clearInterval',
        'setTimeout',
        'clearTimeout',
      ],
      advanceTimers: true,
    }),
  );
  afterEach(() => jest.useRealTimers());

  it('loses no node, hides no lost one, and keeps nobody waiting', async () => {
    await own.client.call('POST', '/api/v1/namespaces/default/pods', {
      metadata: { name: 'stays' },
      spec: {
        containers: [
          { name: 'main', image: 'local/node:24', command: ['sleep', '3000'] },
        ],
      },
    });
    const until = async (holds: () => Promise<boolean>) => {
      const end = performance.now() + 20_000;
      while (!(await holds())) {
        expect(performance.now()).toBeLessThan(end);
        await sleep(30);
      }
    };
    await until(isThere);
    // As a laptop wakes up, and as its clock is set back.
    for (const hours of [5, -10]) {
      jump(hours);
      const end = performance.now() + 2500;
      while (performance.now() < end) {
        expect(await isThere()).toBe(true);
        await sleep(30);
      }
    }
    await own.cluster.setFaults([{ nodeLost: true }]);
    await until(async () => !(await isThere()));
    jump(3);
    await own.cluster.setFaults([]);
    await until(isThere);
    // Neither does a namespace that is to go.
    const shop = '/api/v1/namespaces/shop';
    await own.client.call('POST', '/api/v1/namespaces', {
      metadata: { name: 'shop' },
    });
    await own.client.call('DELETE', shop);
    jump(-4);
    await until(
      async () => (await own.client.call('GET', shop)).status === 404,
    );
    jump(4);
    // A list of a version that is not there yet waits for seconds, not for hours.
    jump(-3);
    const { status } = await own.client.call(
      'GET',
      '/api/v1/pods?resourceVersion=99999999',
    );
    expect(status).toBe(504);
  });
});

describe('faults', () => {
  const own = OwnCluster.use();
  const maps = '/api/v1/namespaces/default/configmaps';
  afterEach(() => own.cluster.setFaults([]));

  it('answer what they say, as often as they say, to those they are for', async () => {
    await own.cluster.setFaults([
      { match: { method: 'GET', path: '/configmaps' }, times: 1, status: 429 },
    ]);
    const created = await own.client.call('POST', maps, {
      metadata: { name: 'a' },
    });
    expect(created.status).toBe(201);
    expect((await own.client.call('GET', maps)).status).toBe(429);
    expect((await own.client.call('GET', maps)).status).toBe(200);
  });

  it('cut a connection', async () => {
    await own.cluster.setFaults([{ drop: true, times: 1 }]);
    await expect(own.client.call('GET', maps)).rejects.toThrow();
    expect((await own.client.call('GET', maps)).status).toBe(200);
  });

  it('have a watch from before start anew', async () => {
    const { body } = await own.client.call('GET', maps);
    const from = body.metadata.resourceVersion;
    await own.client.call('POST', maps, { metadata: { name: 'b' } });
    await own.cluster.setFaults([{ forget: true }]);
    const watch = await own.client.call(
      'GET',
      `${maps}?watch=1&resourceVersion=${from}&timeoutSeconds=2`,
    );
    expect(watch.body).toMatchObject({
      type: 'ERROR',
      object: { code: 410, reason: 'Expired' },
    });
  });

  it('cut the node off: it tells nothing until it is back', async () => {
    const pods = '/api/v1/namespaces/default/pods';
    const phase = async (name: string) =>
      (await own.client.call('GET', `${pods}/${name}`)).body.status.phase;
    const pod = (name: string, seconds: string) => ({
      metadata: { name },
      spec: {
        restartPolicy: 'Never',
        containers: [
          { name: 'main', image: 'local/node:24', command: ['sleep', seconds] },
        ],
      },
    });
    // Ends when it is told to, so that nothing depends on how fast this machine is.
    const marker = `3000.${process.pid}`;
    await own.client.call('POST', pods, pod('before', marker));
    await own.client.until(
      'running',
      async () => (await phase('before')) === 'Running',
    );
    await own.cluster.setFaults([{ nodeLost: true }]);
    await own.client.call('POST', pods, pod('meanwhile', '0'));
    killWith(`sleep ${marker}`);
    await own.client.until(
      'its end',
      async () => processesWith(`sleep ${marker}`) === 0,
    );
    // Longer than the node takes to tell of an end, or to start a pod.
    await sleep(500);
    expect([await phase('before'), await phase('meanwhile')]).toEqual([
      'Running',
      'Pending',
    ]);
    await own.cluster.setFaults([]);
    for (const [name, end] of [
      ['before', 'Failed'],
      ['meanwhile', 'Succeeded'],
    ])
      await own.client.until(name, async () => (await phase(name)) === end);
  });

  it('show an expired certificate, and again a valid one', async () => {
    // A connection from before may be cut while a request picks it, so each is asked for until it comes.
    const answers = (wanted: RegExp) =>
      own.client.until(String(wanted), async () => {
        const answer = await own.client.call('GET', maps).then(
          ({ status }) => `status ${status}`,
          error => String(error.message),
        );
        return wanted.test(answer) && answer;
      });
    await own.cluster.setFaults([{ expiredCertificate: true }]);
    expect(await answers(/certificate/)).toBe('certificate has expired');
    await own.cluster.setFaults([]);
    expect(await answers(/status/)).toBe('status 200');
  });

  it('are switched by the administrator over HTTP, and say what is wrong with them', async () => {
    const path = '/local-cluster/faults';
    const wrong = await own.client.call('PUT', path, {
      faults: [{ latency: 3 }],
    });
    expect([wrong.status, wrong.body.message]).toEqual([
      400,
      expect.stringContaining('faults[0].latency: no such fault; there are'),
    ]);
    await own.client.call('PUT', path, {
      faults: [{ match: { path: '^/api/v1/namespaces$' }, status: 503 }],
    });
    expect((await own.client.call('GET', '/api/v1/namespaces')).status).toBe(
      503,
    );
    await own.client.call('DELETE', path);
    expect((await own.client.call('GET', '/api/v1/namespaces')).status).toBe(
      200,
    );
    expect(
      (await own.client.call('GET', path, undefined, { token: '' })).status,
    ).toBe(403);
  });
});
