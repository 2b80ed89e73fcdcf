/** A volume that somebody removed from the cluster, and what its instance says of it. */
import { KubeConfig } from '@kubernetes/client-node';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import { behaviourIds, databases } from '../database/__testUtils__/databases';
import { KubeApi } from '../kubernetes/client/KubeApi';
import type { KubeObject } from '../kubernetes/client/kubeObjects';
import {
  API,
  as,
  bundle,
  StoreUnderTest,
} from '../__testUtils__/StoreUnderTest';
import { until } from '../__testUtils__/until';

jest.setTimeout(120_000);

describe.each(behaviourIds())('13: a lost volume on %s', id => {
  let store: StoreUnderTest;
  let knex: Knex;
  let kube: KubeApi;
  let appId: string;

  beforeAll(async () => {
    knex = await databases.init(id);
    store = await StoreUnderTest.start(id, {}, { knex });
    const config = new KubeConfig();
    config.loadFromString(store.cluster.kubeconfig);
    kube = KubeApi.create(config);
    const { body } = await store
      .importApp(
        'dev',
        await bundle({
          name: 'keeper',
          toml: 'VolumeMount = "/v"\nVolumeSize = "1Mi"',
        }),
      )
      .expect(201);
    appId = body.app.id;
  });
  afterAll(async () => {
    kube?.close();
    await store?.stop();
  });

  const post = (path: string, who = 'uma') =>
    store.api.post(`${API}${path}`).set(as(who)).send({});
  const claim = (instance: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { namespace: 'app-store', name: `i-${instance}-data` },
  });
  /** Deletes the claim of an instance as somebody else would. */
  const remove = async (instance: string) => {
    await until(async () => {
      const found = await kube.get<KubeObject>(claim(instance));
      if (found) await kube.delete(found, { uid: found.metadata!.uid! });
      return !found;
    }, 'without the claim');
  };
  /** An instance that ran, is suspended, and whose claim somebody deleted. */
  const lost = async () => {
    const { body } = await post(`/apps/${appId}/instances`).expect(201);
    await store.until(body.id, 'DEPLOYED', 'uma');
    await post(`/instances/${body.id}/suspend`).expect(200);
    await remove(body.id);
    await post(`/instances/${body.id}/resume`).expect(200);
    return body.id as string;
  };

  it('13: fails with the cause and the choice, and no empty volume is made unasked', async () => {
    const instance = await lost();
    const failed = await store.until(instance, 'FAILED', 'uma');
    expect(failed.problem).toMatchObject({ code: 'VOLUME_LOST', owner: 'you' });
    expect(failed.problem.remedy).toContain('empty volume');
    await sleep(300);
    expect(await kube.get(claim(instance))).toBeUndefined();

    // The choice is the owner's.
    await post(`/instances/${instance}/empty-volume`, 'dev').expect(403);
    await post(`/instances/${instance}/empty-volume`).expect(200);
    await store.until(instance, 'DEPLOYED', 'uma');
    expect(await kube.get(claim(instance))).toBeDefined();
    const again = await post(`/instances/${instance}/empty-volume`).expect(409);
    expect(again.body).toMatchObject({ code: 'VOLUME_NOT_LOST' });
    await store.api
      .delete(`${API}/instances/${instance}?purge=true`)
      .set(as('uma'));
  });

  it('13: starts with an empty volume where the instance came back suspended', async () => {
    const { body } = await post(`/apps/${appId}/instances`).expect(201);
    await store.until(body.id, 'DEPLOYED', 'uma');
    await store.api.delete(`${API}/instances/${body.id}`).set(as('uma'));
    // Restored before its objects are gone, it is suspended and nobody asks for its volume.
    await until(async () => {
      const row = await knex('instances').where({ id: body.id }).first();
      return row.desired === 'released';
    }, 'released');
    await remove(body.id);
    await post(`/instances/${body.id}/restore`).expect(200);
    await store.until(body.id, 'FAILED', 'uma');
    await post(`/instances/${body.id}/empty-volume`).expect(200);
    await store.until(body.id, 'DEPLOYED', 'uma');
    expect(await kube.get(claim(body.id))).toBeDefined();
  });

  it('13: starts with the volume that an admin restored', async () => {
    const instance = await lost();
    await store.until(instance, 'FAILED', 'uma');
    await kube.create({
      ...claim(instance),
      metadata: {
        ...claim(instance).metadata,
        labels: {
          'ai-app-store.io/installation': (
            await kube.json<{ items: KubeObject[] }>(
              '/apis/apps/v1/namespaces/app-store/statefulsets',
            )
          ).items[0].metadata!.labels!['ai-app-store.io/installation'],
        },
      },
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Mi' } },
      },
    } as KubeObject);
    await post(`/instances/${instance}/suspend`).expect(200);
    await post(`/instances/${instance}/resume`).expect(200);
    await store.until(instance, 'DEPLOYED', 'uma');
  });
});
