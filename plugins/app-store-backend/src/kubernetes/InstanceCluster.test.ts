/** Objects of an instance against the local cluster. */
import { mockServices } from '@backstage/backend-test-utils';
import {
  startLocalCluster,
  type LocalCluster,
} from '@ai-app-store/local-cluster';
import { KubeConfig } from '@kubernetes/client-node';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { instanceRecord } from '../__testUtils__/fixtures';
import { KubeApi } from './client/KubeApi';
import { InstanceCluster } from './InstanceCluster';

jest.setTimeout(60_000);

describe('InstanceCluster', () => {
  let directory: string;
  let local: LocalCluster;
  let api: KubeApi;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'ic-'));
    local = await startLocalCluster({ directory, images: {} });
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromString(local.kubeconfig);
    api = KubeApi.create(kubeConfig);
  });
  afterAll(async () => {
    api?.close();
    await local?.stop(500);
    rmSync(directory, { recursive: true, force: true });
  });

  it('says once that nothing was accepted, and leaves no refusal unheard', async () => {
    const cluster = new InstanceCluster({
      api,
      namespace: 'apps',
      installation: 'i',
      logger: mockServices.logger.mock(),
      onChange: () => {},
    });
    // Its namespace is not there: service, policy and workload are all refused.
    await expect(
      cluster.writer.apply({ ...instanceRecord('app') }, 1, async () => true),
    ).rejects.toThrow('namespaces "apps" not found');
    // A rejection that nobody handles fails the test, if it has time to come.
    await sleep(200);
  });
});
