/** The API takes other credentials than before: the store follows its files, without a restart. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterTest, isWell } from '../cluster/__testUtils__/ClusterTest';
import { ClusterUnderTest } from '../cluster/__testUtils__/ClusterUnderTest';
import { FaultCluster } from './__testUtils__/FaultCluster';
import { DATABASE } from './__testUtils__/FaultTests';
import { row } from './__testUtils__/rows';

jest.setTimeout(240_000);

describe('15: credentials that change', () => {
  const room = mkdtempSync(join(tmpdir(), 'credentials-'));
  const file = join(room, 'kubeconfig');
  let faults: FaultCluster;
  let cluster: ClusterUnderTest;
  let t: ClusterTest;

  beforeEach(async () => {
    cluster = await ClusterUnderTest.open({
      kubeconfig: async port => {
        faults = await FaultCluster.start(port);
        return faults.kubeconfig;
      },
    });
    writeFileSync(file, faults.kubeconfig, { mode: 0o600 });
    t = await ClusterTest.start(
      cluster,
      'credentials',
      {},
      { database: DATABASE, kubeconfig: file },
    );
  });
  afterEach(async () => {
    await t?.store.stop();
    await cluster?.close();
    await faults?.stop();
  });
  afterAll(() => rmSync(room, { recursive: true, force: true }));

  it.each<[string, (keys: Record<string, unknown>) => void]>([
    [
      'token expired',
      keys => {
        keys.adminToken = randomBytes(32).toString('hex');
      },
    ],
    [
      'CA rotated',
      keys => {
        delete keys.authority;
        delete keys.server;
      },
    ],
  ])('15: %s', async (what, change) => {
    const app = await t.publish({ name: 'app' });
    const id = await t.run(app);
    await t.until(id, isWell);
    await faults.restart(change);
    // It is not taken for an API that is well.
    await t.until(id, 'UNKNOWN', 30_000);
    const late = await t.run(app);
    await sleep(3000);
    writeFileSync(file, faults.kubeconfig, { mode: 0o600 });
    const began = Date.now();
    await t.until(late, isWell);
    // The cluster was started anew, and its apps with it: that they ended is known by now.
    await t.until(id, seen => seen.status !== 'UNKNOWN');
    row(`${what}, then a new file: all right`, '-', Date.now() - began, 10);
  });
});
