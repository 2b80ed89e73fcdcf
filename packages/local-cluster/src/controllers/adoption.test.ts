/** Whose pods are whose. */
import { OwnCluster, workload } from '../__testUtils__/clusters';
import type { Json } from '../types';

describe('a ReplicaSet', () => {
  const own = OwnCluster.use();
  const pods = '/api/v1/namespaces/default/pods';
  const sets = '/apis/apps/v1/namespaces/default/replicasets';
  const sleeper = { command: ['sleep', '3000'] };
  const ownersOf = async (name: string): Promise<string[]> =>
    (
      (await own.client.call('GET', `${pods}/${name}`)).body.metadata
        .ownerReferences ?? []
    ).map((each: Json) => each.kind);

  it('takes a pod that its selector matches and nobody controls', async () => {
    await own.client.call('POST', pods, {
      metadata: { name: 'alone', labels: { app: 'taken' } },
      spec: {
        containers: [{ name: 'main', image: 'local/node:24', ...sleeper }],
      },
    });
    await own.client.call(
      'POST',
      sets,
      workload('ReplicaSet', 'taken', sleeper),
    );
    await own.client.until(
      'taken',
      async () => (await ownersOf('alone'))[0] === 'ReplicaSet',
    );
    const all = await own.client.pods('taken');
    expect(all.map(({ metadata }) => metadata.name)).toEqual(['alone']);
  });

  it('lets go of a pod whose labels it does not match any more, and makes another', async () => {
    await own.client.call(
      'POST',
      sets,
      workload('ReplicaSet', 'left', sleeper),
    );
    const [first] = await own.client.until('one', async () => {
      const found = await own.client.pods('left');
      return found.length === 1 && found;
    });
    const { name } = first.metadata;
    await own.client.call(
      'PATCH',
      `${pods}/${name}`,
      { metadata: { labels: { app: 'looked-at' } } },
      { type: 'application/merge-patch+json' },
    );
    await own.client.until('free', async () => !(await ownersOf(name)).length);
    const other = await own.client.until('another', async () => {
      const found = await own.client.pods('left');
      return found.length === 1 && found[0].metadata.name;
    });
    expect(other).not.toBe(name);
  });
});
