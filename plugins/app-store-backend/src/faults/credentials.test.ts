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
  });
  afterEach(async () => {
    await t?.store.stop();
    await cluster?.close();
    await faults?.stop();
  });
  afterAll(() => rmSync(room, { recursive: true, force: true }));

  /** The kubeconfig as it is now, with its token in it or beside it. */
  const write = (hasTokenFile: boolean) => {
    const { kubeconfig } = faults;
    const own = /\btoken: *"?([^"\s]+)"?/;
    if (hasTokenFile)
      writeFileSync(join(room, 'token'), own.exec(kubeconfig)![1]);
    writeFileSync(
      file,
      hasTokenFile ? kubeconfig.replace(own, 'tokenFile: token') : kubeconfig,
      { mode: 0o600 },
    );
  };
  const anotherToken = (keys: Record<string, unknown>) => {
    keys.adminToken = randomBytes(32).toString('hex');
  };

  it.each<[string, (keys: Record<string, unknown>) => void, boolean]>([
    ['token expired', anotherToken, false],
    ['12 token of a tokenFile expired', anotherToken, true],
    [
      'CA rotated',
      keys => {
        delete keys.authority;
        delete keys.server;
      },
      false,
    ],
  ])('15: %s', async (what, change, hasTokenFile) => {
    write(hasTokenFile);
    t = await ClusterTest.start(
      cluster,
      'credentials',
      {},
      { database: DATABASE, kubeconfig: file },
    );
    const app = await t.publish({ name: 'app' });
    const id = await t.run(app);
    await t.until(id, isWell);
    await faults.restart(change);
    // It is not taken for an API that is well.
    await t.until(id, 'UNKNOWN', 30_000);
    const late = await t.run(app);
    await sleep(3000);
    write(hasTokenFile);
    const began = Date.now();
    await t.until(late, isWell);
    // The cluster was started anew, and its apps with it: that they ended is known by now.
    await t.until(id, seen => seen.status !== 'UNKNOWN');
    row(
      `${what}, then a new file: all right`,
      hasTokenFile ? 'silently ignored' : '-',
      Date.now() - began,
      10,
    );
  });
});
