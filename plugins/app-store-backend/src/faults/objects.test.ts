/** What people and other programs do to the objects of an instance by hand. */
import { has, isWell } from '../cluster/__testUtils__/ClusterTest';
import { API, as } from '../__testUtils__/StoreUnderTest';
import { editEach } from './__testUtils__/editedByHand';
import { FaultTests } from './__testUtils__/FaultTests';
import { nameOf, ownedFields, valueAt } from './__testUtils__/ownedFields';
import { row } from './__testUtils__/rows';

jest.setTimeout(600_000);

describe('15: objects that others touch', () => {
  const f = FaultTests.use();
  const KINDS = [
    'NetworkPolicy',
    'Service',
    'ConfigMap',
    'Deployment',
    'StatefulSet',
    'PersistentVolumeClaim',
  ];

  /** An instance with every kind of object but a Deployment, and one with that. */
  const both = async (): Promise<Record<string, string>> => {
    const whole = await f.t.run(
      await f.t.publish({
        name: 'whole',
        runtime: 'VolumeMount = "/data"\nVolumeSize = "16Mi"',
        tail: '[[File]]\nPath = "conf/note"\nValue = "text"\n',
      }),
    );
    const plain = await f.running();
    await f.t.until(whole, isWell);
    return Object.fromEntries(
      KINDS.map(kind => [kind, kind === 'Deployment' ? plain : whole]),
    );
  };

  /** An object as the store asks for it. */
  const wantedOf = async (id: string, kind: string) => {
    const { objects } = await f.t
      .knex('instance_objects')
      .where({ instance_id: id })
      .first('objects');
    const parts: object[] = Object.values(JSON.parse(objects));
    return parts.find(each => (each as { kind?: string })?.kind === kind);
  };

  it('15: 2, every field of every kind is put right', async () => {
    const of = await both();
    for (const kind of KINDS) {
      const object = f.t.object(kind, of[kind]);
      const wanted = await wantedOf(of[kind], kind);
      // What the store created holds the cluster's defaults, too: those it does not ask for.
      const fields = ownedFields((await f.cluster.get(object))!).filter(
        path =>
          valueAt(wanted, path) !== undefined ||
          nameOf(path).includes('ai-app-store.io/'),
      );
      expect(fields.length).toBeGreaterThan(4);
      const { worst, refused } = await editEach(
        f.cluster,
        object,
        fields,
        (what, name, limitMs) => f.t.eventually(what, name, limitMs),
      );
      // Some cannot be changed by anybody.
      expect(refused.length).toBeLessThan(fields.length / 2);
      row(
        `2 ${kind}, each of ${fields.length} fields edited (the API refuses ${refused.length}): repaired, the slowest`,
        'never',
        worst,
        5,
      );
    }
  });

  it('15: 2, every kind is there again', async () => {
    const of = await both();
    for (const kind of KINDS.filter(each => each !== 'PersistentVolumeClaim')) {
      const object = f.t.object(kind, of[kind]);
      const { uid } = (await f.cluster.get(object))!.metadata!;
      await f.cluster.delete(object);
      const ms = await f.t.eventually(async () => {
        const now = await f.cluster.get(object);
        return now && now.metadata!.uid !== uid;
      }, `${kind} is there again`);
      row(
        `${
          kind === 'Deployment' || kind === 'StatefulSet' ? 4 : 2
        } ${kind} deleted: there again`,
        kind.endsWith('Set') || kind === 'Deployment'
          ? '166 s, or never'
          : 'never',
        ms,
        5,
      );
    }
    for (const id of new Set(Object.values(of))) await f.t.until(id, isWell);
  });

  it('15: 11, a lost claim asks its owner', async () => {
    const { StatefulSet: id } = await both();
    await f.t.post(`/instances/${id}/suspend`);
    await f.t.until(id, 'SUSPENDED');
    await f.cluster.delete(f.t.object('PersistentVolumeClaim', id));
    await f.t.eventually(
      async () =>
        !(await f.cluster.get(f.t.object('PersistentVolumeClaim', id))),
      'the claim is gone',
    );
    await f.t.post(`/instances/${id}/resume`);
    const { ms } = await f.t.until(id, has('VOLUME_LOST'));
    row('11 claim lost: asks its owner', 'made anew without a word', ms, 5);
  });

  it('15: names that others own', async () => {
    const id = await f.running();
    await f.t.post(`/instances/${id}/suspend`);
    await f.t.until(id, 'SUSPENDED');
    // Nobody repairs what is deleted meanwhile.
    await f.t.store.stop();
    const service = f.t.object('Service', id);
    await f.cluster.delete(service);
    await f.cluster.create({ ...service, spec: { ports: [{ port: 1 }] } });
    f.t = await f.store('taken', {}, f.t);
    const { seen, ms } = await f.t.until(id, has('NOT_OURS'));
    expect(seen.problem!.owner).toBe('admin');
    expect((await f.cluster.get(service))!.spec.ports[0].port).toBe(1);
    row('2 a name that somebody else owns: says so', '-', ms, 5);
    await f.cluster.delete(service);
    row(
      '2 its owner lets go of it: right',
      '-',
      await f.took(id, s => !s.problem),
      60,
    );
  });

  it('15: 10, a Secret that is edited', async () => {
    const put = (value: string) =>
      f.t.store.api
        .put(`${API}/secrets/edited`)
        .set(as('dev'))
        .send({ data: { token: value } });
    const becomes = (state: string) =>
      f.t.eventually(
        async () =>
          (await f.t.store.get('/secrets/edited', 'dev')).state === state,
        state,
      );
    await put('c2VjcmV0');
    const [secret] = (
      await f.cluster.list('v1', 'Secret', f.t.namespace)
    ).filter(each => each.metadata!.labels?.['ai-app-store.io/secret']);
    await f.cluster.edit(
      { ...secret, apiVersion: 'v1', kind: 'Secret' },
      { data: { token: 'b3RoZXI=' } },
    );
    // Whose value is right is its owner's to say: nothing overwrites the one or the other.
    row(
      '10 Secret edited by hand: CHANGED_OUTSIDE',
      '-',
      await becomes('CHANGED_OUTSIDE'),
      5,
    );
    await put('dGhpcmQ=');
    row('10 its owner writes it anew: READY', '-', await becomes('READY'), 5);
  });

  it('15: 10, a Secret that is deleted', async () => {
    await f.t.store.api
      .put(`${API}/secrets/database`)
      .set(as('dev'))
      .send({ data: { token: 'c2VjcmV0' } });
    const [secret] = (
      await f.cluster.list('v1', 'Secret', f.t.namespace)
    ).filter(each => each.metadata!.labels?.['ai-app-store.io/secret']);
    const app = await f.t.publish({
      name: 'keyed',
      tail: '[[File]]\nPath = "conf/token"\nSecret = "database"\nSecretKey = "token"\n',
    });
    await f.cluster.delete({ apiVersion: 'v1', kind: 'Secret', ...secret });
    row(
      '10 Secret deleted: LOST',
      'READY for 5 min',
      await f.t.eventually(
        async () =>
          (await f.t.store.get('/secrets/database', 'dev')).state === 'LOST',
        'lost',
      ),
      5,
    );
    const { body } = await f.t.post(`/apps/${app}/instances`);
    // A store that knows it runs nothing that cannot start.
    expect(body.code).toBe('SECRET_MISSING');
    await f.cluster.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: secret.metadata!.name,
        namespace: f.t.namespace,
        labels: secret.metadata!.labels,
      },
      data: secret.data,
    });
    await f.t.eventually(
      async () =>
        (await f.t.store.get('/secrets/database', 'dev')).state === 'READY',
      'back',
    );
    const id = await f.t.run(app);
    await f.t.until(id, isWell);
    await f.t.post(`/instances/${id}/suspend`);
    await f.t.until(id, 'SUSPENDED');
    await f.cluster.delete({ apiVersion: 'v1', kind: 'Secret', ...secret });
    await f.t.post(`/instances/${id}/resume`);
    const { seen, ms } = await f.t.until(id, has('SECRET_MISSING'));
    expect(seen.problem!.message).toContain('"database"');
    row('10 Secret missing as a file: named', 'PENDING, no problem', ms, 5);
  });
});
