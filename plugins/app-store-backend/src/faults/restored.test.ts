/** A database that was restored from an hour ago, beside the cluster of now. */
import { API, as } from '../__testUtils__/StoreUnderTest';
import { ClusterTest, isWell } from '../cluster/__testUtils__/ClusterTest';
import { Backup } from '../database/__testUtils__/backup';
import { DATABASE, FaultTests } from './__testUtils__/FaultTests';
import { row } from './__testUtils__/rows';

jest.setTimeout(240_000);

describe('15: a database of an hour ago', () => {
  const f = FaultTests.use();

  it('15: what came since is left alone until an admin decides, then runs again', async () => {
    const kept = await f.running();
    const ended = await f.running();
    const suspended = await f.running();
    const backup = await Backup.take(f.t.knex);
    // The hour: one is run, one ends, one is suspended.
    const later = await f.running();
    await f.t.store.api.delete(`${API}/instances/${ended}`).set(as('uma'));
    await f.t.eventually(
      async () =>
        (
          await f.t.store.api.get(`${API}/instances/${ended}`).set(as('uma'))
        ).status === 404,
      'it ended',
    );
    await f.t.post(`/instances/${suspended}/suspend`);
    await f.t.until(suspended, 'SUSPENDED');
    const podOf = async (id: string) => (await f.t.pods(id))[0]?.metadata!.uid;
    const before = { kept: await podOf(kept), later: await podOf(later) };

    // Its bundles stay.
    const { bundles: directory } = f.t.store;
    await f.t.store.backend.stop();
    await backup.restore(f.t.knex);
    const began = Date.now();
    f.t = await ClusterTest.start(
      f.cluster,
      'restored',
      { bundles: { directory } },
      { after: f.t, database: DATABASE },
    );
    const held = async () => (await f.t.store.get('/recovery', 'ada')).held;
    await f.t.eventually(held, 'it notices');
    row('database of an hour ago: noticed', '-', Date.now() - began, 15);
    for (const id of [kept, ended, suspended]) await f.t.until(id, isWell);
    row(
      'database of an hour ago: what it knows runs',
      '-',
      Date.now() - began,
      20,
    );
    // What runs goes on, and what the database does not know is not touched.
    expect({ kept: await podOf(kept), later: await podOf(later) }).toEqual(
      before,
    );

    const { plan } = await f.t.store.get('/recovery', 'ada');
    const decided = Date.now();
    await f.t.post('/recovery', { decision: 'adopt', plan }, 'ada');
    await f.t.until(later, isWell);
    row('adopted: what came since is right', '-', Date.now() - decided, 10);
    expect(await held()).toBe(false);
  });
});
