/** Pods that are records. */
import { isReady, OwnCluster } from '../__testUtils__/clusters';
import type { Json } from '../types';
import { readStages } from './stages';

const TOLERATES = {
  tolerations: [{ key: 'local-cluster/hollow', operator: 'Exists' }],
  nodeSelector: { 'local-cluster/hollow': 'true' },
};
const pod = (name: string, labels: Json = {}) => ({
  metadata: { name, labels },
  spec: { ...TOLERATES, containers: [{ name: 'main', image: 'any' }] },
});

describe('hollow nodes', () => {
  const own = OwnCluster.use({
    hollowNodes: {
      count: 2,
      stages: readStages(`
name: fail
selector:
  matchLabels: { fails: 'yes' }
  matchExpressions:
    - { key: .status.phase, operator: In, values: [Pending] }
    - { key: .metadata.deletionTimestamp, operator: DoesNotExist }
delayMs: 20
next:
  status: { phase: Failed, reason: Chosen }
  containerState: { terminated: { exitCode: 3, reason: Error } }
  event: { type: Warning, reason: Chosen, message: It was chosen to fail. }
---
name: run
selector:
  matchExpressions:
    - { key: .status.phase, operator: In, values: [Pending] }
    - { key: .metadata.deletionTimestamp, operator: DoesNotExist }
next:
  status: { phase: Running, conditions: [{ type: Ready, status: 'True' }] }
  containerState: { running: {} }
---
name: end
selector:
  matchExpressions: [{ key: .metadata.deletionTimestamp, operator: Exists }]
next: { delete: true }
`),
    },
  });
  const pods = '/api/v1/namespaces/default/pods';
  const get = async (path: string) => (await own.client.call('GET', path)).body;

  it('have pods that go on by stages, and go when they are deleted', async () => {
    await own.client.call('POST', pods, pod('runs'));
    await own.client.call('POST', pods, pod('fails', { fails: 'yes' }));
    await own.client.until('ready', async () =>
      isReady(await get(`${pods}/runs`)),
    );
    const failed = await own.client.until('failed', async () => {
      const found = await get(`${pods}/fails`);
      return found.status.phase === 'Failed' && found;
    });
    expect(failed.spec.nodeName).toMatch(/^hollow-[01]$/);
    expect(failed.status.containerStatuses[0].state.terminated.exitCode).toBe(
      3,
    );
    const events = await get('/api/v1/namespaces/default/events');
    expect(events.items.map((each: Json) => each.message)).toContain(
      'It was chosen to fail.',
    );
    await own.client.call('DELETE', `${pods}/runs`);
    await own.client.until(
      'gone',
      async () => (await own.client.call('GET', `${pods}/runs`)).status === 404,
    );
  });

  it('are there as long as the cluster is, and take no pod that does not tolerate them', async () => {
    const { items } = await get('/api/v1/nodes');
    const ready = items.map(({ metadata, status }: Json) => [
      metadata.name,
      status.conditions.find((each: Json) => each.type === 'Ready').status,
    ]);
    expect(ready).toEqual([
      ['hollow-0', 'True'],
      ['hollow-1', 'True'],
      ['local', 'True'],
    ]);
    await own.client.call('POST', pods, {
      ...pod('strict'),
      spec: {
        nodeSelector: TOLERATES.nodeSelector,
        containers: [{ name: 'main', image: 'any' }],
      },
    });
    await own.client.until('refused', async () =>
      (
        await get(`${pods}/strict`)
      ).status.conditions?.some((each: Json) =>
        each.message?.includes('untolerated taint {local-cluster/hollow: }'),
      ),
    );
  });

  it.each([
    ['name: a', /stage 1 \(a\): next is missing/],
    ['next: {}', /stage 1: name is missing/],
    ['{', /stage 1: /],
    [
      'name: a\nnext: {}\nselector: { matchExpressions: [{ key: .a, operator: Is }] }',
      /no such operator as "Is" for \.a/,
    ],
  ])('say what is wrong with a stage: %j', (text, message) => {
    expect(() => readStages(text)).toThrow(message);
  });
});
