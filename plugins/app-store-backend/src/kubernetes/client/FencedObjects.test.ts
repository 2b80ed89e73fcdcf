import { FencedObjects } from './FencedObjects';
import type { KubeApi } from './KubeApi';
import { isConflict, KubeError } from './KubeError';
import type { KubeObject } from './kubeObjects';
import { LABELS } from '../manifests/labels';

const WANTED = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'i-1', namespace: 'apps' },
} as KubeObject;

/** A cluster in which a controller writes the status of a Deployment so many times just before it is applied. */
function clusterWith(changes: number, uidOf = () => 'same') {
  let version = 1;
  let left = changes;
  const applied: string[] = [];
  const live = (): KubeObject => ({
    ...WANTED,
    metadata: {
      ...WANTED.metadata,
      uid: uidOf(),
      resourceVersion: String(version),
      labels: { [LABELS.installation]: 'ours' },
    },
  });
  const api = {
    get: async () => live(),
    ownByApply: async (found: KubeObject) => found,
    takeOver: async (found: KubeObject) => found,
    apply: async (object: KubeObject) => {
      if (left-- > 0) version++;
      const named = object.metadata!.resourceVersion!;
      if (named !== String(version))
        throw new KubeError(409, 'Conflict', `it is ${version}, not ${named}`);
      applied.push(named);
      return live();
    },
  } as unknown as KubeApi;
  return {
    applied,
    objects: new FencedObjects({ api, installation: 'ours' }),
  };
}

describe('15: FencedObjects', () => {
  it('writes anew what a controller changed between reading and writing', async () => {
    const { applied, objects } = clusterWith(3);
    await objects.apply([WANTED], async () => true);
    expect(applied).toEqual(['4']);
  });

  it('leaves it to the next try where it changes again and again', async () => {
    const { applied, objects } = clusterWith(50);
    const failure = await objects
      .apply([WANTED], async () => true)
      .catch(error => error);
    expect(isConflict(failure)).toBe(true);
    expect(applied).toEqual([]);
  });

  it('writes nothing anew once another worker has the lease', async () => {
    const { applied, objects } = clusterWith(1);
    let looks = 0;
    const failure = await objects
      .apply([WANTED], async () => ++looks === 1)
      .catch(error => error);
    expect(failure.name).toBe('LeaseLost');
    expect(applied).toEqual([]);
  });

  it('writes nothing over another object of the same name', async () => {
    const uids = ['first', 'second'];
    const { applied, objects } = clusterWith(1, () => uids.shift() ?? 'second');
    const failure = await objects
      .apply([WANTED], async () => true)
      .catch(error => error);
    expect(isConflict(failure)).toBe(true);
    expect(applied).toEqual([]);
  });
});
