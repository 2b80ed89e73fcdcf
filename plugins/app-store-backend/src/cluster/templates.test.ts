/** What runs stays what was started: another release of the builders changes no running pod. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { V1PodTemplateSpec, V1StatefulSet } from '@kubernetes/client-node';
import { API, as } from '../__testUtils__/StoreUnderTest';
import { ClusterTest, isWell } from './__testUtils__/ClusterTest';
import {
  ClusterUnderTest,
  TEST_TIMEOUT_MS,
} from './__testUtils__/ClusterUnderTest';

jest.setTimeout(TEST_TIMEOUT_MS);

/** The next release of the store. */
let isNext = false;

jest.mock('../kubernetes/manifests/podTemplate', () => {
  const { podTemplate, ...rest } = jest.requireActual(
    '../kubernetes/manifests/podTemplate',
  );
  return {
    ...rest,
    podTemplate(input: unknown): V1PodTemplateSpec {
      const template = podTemplate(input);
      if (isNext)
        template.spec.containers[0].env.push({ name: 'NEXT', value: 'yes' });
      return template;
    },
  };
});

/** The release before pods of a StatefulSet could be replaced while they are not ready; there is no node for them. */
let isBefore = false;

jest.mock('../kubernetes/manifests/workload', () => {
  const { workloadOf, ...rest } = jest.requireActual(
    '../kubernetes/manifests/workload',
  );
  return {
    ...rest,
    workloadOf(input: unknown): V1StatefulSet {
      const workload = workloadOf(input);
      if (isBefore) {
        workload.spec.podManagementPolicy = 'OrderedReady';
        workload.spec.template.spec.nodeSelector = { nowhere: 'yes' };
      }
      return workload;
    },
  };
});

describe('15: templates', () => {
  let cluster: ClusterUnderTest;
  const directory = mkdtempSync(join(tmpdir(), 'templates-'));
  const appStore = { bundles: { directory } };

  beforeAll(async () => {
    cluster = await ClusterUnderTest.open();
  });
  afterAll(async () => {
    await cluster?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('15: a swapped builder changes no template, until it is asked to', async () => {
    isNext = false;
    const t = await ClusterTest.start(cluster, 'templates', appStore);
    const id = await t.run(await t.publish({ name: 'stays' }));
    await t.until(id, 'DEPLOYED');
    const workload = async () =>
      (await cluster.get(t.object('Deployment', id)))!;
    const before = await workload();
    const [pod] = await t.pods(id);
    await t.store.stop();

    isNext = true;
    const next = await ClusterTest.start(cluster, 'templates', appStore, {
      after: t,
    });
    try {
      // It has looked at all that there is once what is asked of it is done.
      const other = await next.run(await next.publish({ name: 'later' }));
      await next.until(other, 'DEPLOYED');
      const after = await workload();
      expect(after.metadata!.uid).toBe(before.metadata!.uid);
      expect(after.spec).toEqual(before.spec);
      expect((await next.pods(id))[0].metadata!.uid).toBe(pod.metadata!.uid);

      // A resumed one is what was started, too.
      const env = async () =>
        JSON.stringify((await workload()).spec.template.spec.containers[0].env);
      await next.post(`/instances/${id}/suspend`);
      await next.until(id, 'SUSPENDED');
      await next.post(`/instances/${id}/resume`);
      await next.until(id, 'DEPLOYED');
      expect(await env()).not.toContain('NEXT');
      await next.store.api
        .post(`${API}/instances/${id}/redeploy`)
        .set(as('ada'))
        .send({});
      await next.eventually(async () => (await env()).includes('NEXT'), 'new');
    } finally {
      await next.stop();
    }
  });

  it('15: 6, a StatefulSet of an older release that cannot start is replaced, and its volume is not', async () => {
    isBefore = true;
    const t = await ClusterTest.start(cluster, 'ordered', appStore);
    await t.prepareVolume();
    const id = await t.run(
      await t.publish({
        name: 'keeps',
        runtime: 'VolumeMount = "/data"\nVolumeSize = "16Mi"',
      }),
    );
    const seen = async (kind: string) =>
      (await cluster.get(t.object(kind, id)))!;
    await t.until(id, ({ problem }) => Boolean(problem));
    const [set, claim] = [
      await seen('StatefulSet'),
      await seen('PersistentVolumeClaim'),
    ];
    expect(set.spec.podManagementPolicy).toBe('OrderedReady');
    await t.store.stop();

    isBefore = false;
    const next = await ClusterTest.start(cluster, 'ordered', appStore, {
      after: t,
    });
    try {
      await next.store.api
        .post(`${API}/instances/${id}/redeploy`)
        .set(as('ada'))
        .send({});
      await next.until(id, isWell);
      const now = await seen('StatefulSet');
      expect(now.spec.podManagementPolicy).toBe('Parallel');
      expect(now.metadata!.uid).not.toBe(set.metadata!.uid);
      expect((await seen('PersistentVolumeClaim')).metadata!.uid).toBe(
        claim.metadata!.uid,
      );
    } finally {
      await next.stop();
    }
  });
});
