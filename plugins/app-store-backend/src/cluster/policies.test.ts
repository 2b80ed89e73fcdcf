/** Whether the cluster enforces network policies, tried with pods. */
import { ProcessKeyedLock } from '../database/KeyedLock';
import { canaryObjects } from '../kubernetes/manifests/canary';
import { PolicyCanary, policyVerdict } from '../kubernetes/PolicyCanary';
import { ClusterTests } from './__testUtils__/ClusterTests';
import {
  APP_IMAGE,
  IS_REAL,
  type AnyObject,
} from './__testUtils__/ClusterUnderTest';

describe('15: network policies', () => {
  const tests = ClusterTests.use();
  const canaryIn = (namespace: string) =>
    new PolicyCanary({
      api: tests.cluster.api,
      namespace,
      installation: 'of-a-test',
      image: APP_IMAGE.image,
      imagePullSecrets: [],
      locks: ProcessKeyedLock.create(),
    });

  it('15: two pods find out whether they are enforced, and nothing of them is left', async () => {
    const t = await tests.start('policies');
    const canary = canaryIn(t.namespace);
    // A try that was killed left something; what only looks like it is somebody else's.
    const input = {
      namespace: t.namespace,
      image: APP_IMAGE.image,
      imagePullSecrets: [],
    };
    const [left] = canaryObjects(
      { ...input, installation: 'of-a-test' },
      'closed',
      'former',
    );
    const [foreign] = canaryObjects(
      { ...input, installation: 'another' },
      'closed',
      'other',
    );
    for (const object of [left, foreign])
      await tests.cluster.create(object as AnyObject);
    // Two at once take turns.
    const { signal } = new AbortController();
    const [found, again] = await Promise.all([
      canary.try(signal),
      canary.try(signal),
    ]);
    expect(again).toEqual(found);
    console.log('15: network policies:', found);
    // Pods of the local cluster get out through a proxy alone: both say that they reach nothing. An image
    // without the entry program says nothing.
    const unknown = policyVerdict(
      IS_REAL ? {} : { open: false, closed: false },
    );
    const expected =
      IS_REAL && APP_IMAGE.mode === 'node'
        ? [
            policyVerdict({ open: true, closed: false }),
            policyVerdict({ open: true, closed: true }),
          ]
        : [unknown];
    expect(expected).toContainEqual(found);
    for (const [apiVersion, kind] of [
      ['apps/v1', 'Deployment'],
      ['networking.k8s.io/v1', 'NetworkPolicy'],
    ])
      expect(
        (await tests.cluster.list(apiVersion, kind, t.namespace)).map(
          ({ metadata }) => metadata!.name,
        ),
      ).toEqual(kind === 'NetworkPolicy' ? ['canary-closed-other'] : []);
  });

  it('15: a namespace that refuses the pods is no answer, and is left clean', async () => {
    const t = await tests.start('policies');
    await tests.cluster.create({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none', namespace: t.namespace },
      spec: { hard: { 'count/deployments.apps': '0' } },
    });
    const canary = canaryIn(t.namespace);
    await t.eventually(
      async () =>
        canary.try(new AbortController().signal).then(
          () => false,
          error => /exceeded quota/.test(error.message),
        ),
      'it is refused',
    );
    expect(
      await tests.cluster.list(
        'networking.k8s.io/v1',
        'NetworkPolicy',
        t.namespace,
      ),
    ).toEqual([]);
  });
});
