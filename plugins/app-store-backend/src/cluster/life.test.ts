/** The whole life of an instance whose pods run. */
import { has, type ClusterTest } from './__testUtils__/ClusterTest';
import { ClusterTests } from './__testUtils__/ClusterTests';
import { API, as } from '../__testUtils__/StoreUnderTest';

describe('15: an instance in a cluster', () => {
  const tests = ClusterTests.use();
  const gone = (t: ClusterTest, kind: string, id: string) => async () =>
    !(await tests.cluster.get(t.object(kind, id)));

  it('15: runs, is suspended, resumed and terminated', async () => {
    const t = await tests.start('life');
    const id = await t.run(await t.publish({ name: 'life' }));
    await t.until(id, 'DEPLOYED');
    const [pod] = await t.pods(id);
    expect(pod.spec.automountServiceAccountToken).toBe(false);
    const log = await t.store.api
      .get(`${API}/instances/${id}/logs`)
      .set(as('uma'));
    expect(log.text).toContain('serving life');
    expect((await t.store.get(`/instances/${id}/status`, 'uma')).status).toBe(
      'Running',
    );

    await t.post(`/instances/${id}/suspend`);
    await t.until(id, 'SUSPENDED');
    // It says so only once that is true.
    expect(await t.pods(id)).toEqual([]);

    await t.post(`/instances/${id}/resume`);
    await t.until(id, 'DEPLOYED');
    const [second] = await t.pods(id);
    expect(second.metadata!.uid).not.toBe(pod.metadata!.uid);

    await t.store.api.delete(`${API}/instances/${id}`).set(as('uma'));
    for (const kind of ['Deployment', 'Service', 'NetworkPolicy'])
      await t.eventually(gone(t, kind, id), `${kind} gone`);
    await t.eventually(async () => !(await t.pods(id)).length, 'no pod');
    await t.eventually(
      async () =>
        (
          await t.store.api.get(`${API}/instances/${id}`).set(as('uma'))
        ).status === 404,
      'no row',
    );
  });

  /** Deletes the object of its only secret, as `kubectl` does. */
  const deleteSecret = async (t: ClusterTest) => {
    const [object] = (
      await tests.cluster.list('v1', 'Secret', t.namespace)
    ).filter(each => each.metadata!.labels?.['ai-app-store.io/secret']);
    await tests.cluster.delete({
      apiVersion: 'v1',
      kind: 'Secret',
      ...object,
    });
    return object;
  };

  it('15: a secret that is deleted while no store runs is lost at its next start', async () => {
    const t = await tests.start('away');
    await t.store.api
      .put(`${API}/secrets/database`)
      .set(as('dev'))
      .send({ data: { token: 'c2VjcmV0' } });
    await t.store.stop();
    await deleteSecret(t);
    const next = await tests.start('away', {}, { after: t });
    const lostMs = await next.eventually(
      async () =>
        (await next.store.get('/secrets/database', 'dev')).state === 'LOST',
      'the secret is lost',
    );
    expect(lostMs).toBeLessThan(5000);
  });

  it('15: keeps its volume, over a termination too', async () => {
    const t = await tests.start('volume');
    await t.prepareVolume();
    const app = await t.publish({
      name: 'keeper',
      runtime: 'VolumeMount = "/data"\nVolumeSize = "16Mi"',
      tail: '[[Env]]\nName = "VOLUME"\nValue = "/data"\n',
    });
    const id = await t.run(app);
    await t.until(id, 'DEPLOYED');
    await t.post(`/instances/${id}/suspend`);
    await t.until(id, 'SUSPENDED');
    await t.post(`/instances/${id}/resume`);
    await t.until(id, 'DEPLOYED');
    const logOf = async () =>
      (await t.store.api.get(`${API}/instances/${id}/logs`).set(as('uma')))
        .text;
    expect(await logOf()).toContain('xx');
    const claim = (await tests.cluster.get(
      t.object('PersistentVolumeClaim', id),
    ))!;
    await t.store.api.delete(`${API}/instances/${id}`).set(as('uma'));
    await t.eventually(gone(t, 'StatefulSet', id), 'no workload');
    await t.eventually(
      async () =>
        (
          await t.store.get('/instances?terminated=true', 'uma')
        ).items.length,
      'released',
    );
    await t.post(`/instances/${id}/restore`);
    await t.post(`/instances/${id}/resume`);
    await t.until(id, 'DEPLOYED');
    expect(await logOf()).toContain('xxx');
    expect(
      (await tests.cluster.get(t.object('PersistentVolumeClaim', id)))!
        .metadata!.uid,
    ).toBe(claim.metadata!.uid);
    await t.store.api
      .delete(`${API}/instances/${id}?purge=true`)
      .set(as('uma'));
    await t.eventually(gone(t, 'PersistentVolumeClaim', id), 'no volume');
  });

  it('15: says which secret is missing, and starts once it is back', async () => {
    const t = await tests.start('secrets');
    await t.store.api
      .put(`${API}/secrets/database`)
      .set(as('dev'))
      .send({ data: { token: 'c2VjcmV0' } });
    const app = await t.publish({
      name: 'keyed',
      tail: '[[Env]]\nName = "TOKEN"\nSecret = "database"\nSecretKey = "token"\n[[File]]\nPath = "conf/token"\nSecret = "database"\nSecretKey = "token"\n',
    });
    const object = await deleteSecret(t);
    // Nobody waits for a resync.
    const lostMs = await t.eventually(
      async () =>
        (await t.store.get('/secrets/database', 'dev')).state === 'LOST',
      'the secret is lost',
    );
    expect(lostMs).toBeLessThan(5000);
    await tests.cluster.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: object.metadata!.name,
        namespace: t.namespace,
        labels: object.metadata!.labels,
      },
      data: object.data,
    });
    await t.eventually(
      async () =>
        (await t.store.get('/secrets/database', 'dev')).state === 'READY',
      'the secret is back',
    );
    const id = await t.run(app);
    await t.until(id, 'DEPLOYED');
    await t.post(`/instances/${id}/suspend`);
    await t.until(id, 'SUSPENDED');
    await tests.cluster.delete({ apiVersion: 'v1', kind: 'Secret', ...object });
    await t.post(`/instances/${id}/resume`);
    const { seen } = await t.until(id, has('SECRET_MISSING'));
    expect(seen.problem).toMatchObject({ owner: 'author' });
    expect(seen.problem!.message).toContain('"database"');
  });

  it('15: an image that does not exist, and an app that ends', async () => {
    const t = await tests.start('causes');
    const ends = await t.run(
      await t.publish({
        name: 'ends',
        server: "console.log('about to end'); process.exit(7)",
      }),
    );
    const { seen } = await t.until(ends, has('APP_EXITED'));
    expect(seen.problem!.message).toContain('exit code 7');
    expect(seen.problem!.detail).toContain('about to end');
    const silent = await t.run(
      await t.publish({
        name: 'silent',
        server:
          "console.log('listening on 3000'); process.on('SIGTERM', () => process.exit(0)); require('node:http').createServer().listen(3000)",
      }),
    );
    await t.until(silent, has('NOT_LISTENING'));
  });

  it('15: an app with a volume that does not start is launched anew', async () => {
    const t = await tests.start('anew');
    await t.prepareVolume();
    const app = await t.publish({
      name: 'anew',
      runtime: 'VolumeMount = "/data"\nVolumeSize = "16Mi"',
      server: 'process.exit(3)',
    });
    const id = await t.run(app);
    await t.until(id, has('APP_EXITED'));
    await t.store.api
      .post(`${API}/instances/${id}/redeploy`)
      .set(as('ada'))
      .send({});
    await t.until(id, has('APP_EXITED'));
    const [pod] = await t.pods(id);
    expect(pod.metadata!.annotations?.['ai-app-store.io/launch']).toBe('2');
  });
});
