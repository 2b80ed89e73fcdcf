/** What runs stays what was started: another release of the builders changes no running pod. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { V1PodTemplateSpec } from '@kubernetes/client-node';
import { API, as } from '../__testUtils__/StoreUnderTest';
import { ClusterTest } from './__testUtils__/ClusterTest';
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
});
