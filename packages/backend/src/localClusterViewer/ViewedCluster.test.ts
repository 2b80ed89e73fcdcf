import {
  startLocalCluster,
  type LocalCluster,
} from '@ai-app-store/local-cluster';
import {
  ApiException,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
} from '@kubernetes/client-node';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ViewedCluster } from './ViewedCluster';

jest.setTimeout(60_000);

describe("14: the local cluster in Backstage's Kubernetes plugin", () => {
  const directory = mkdtempSync(join(tmpdir(), 'viewed-'));
  const path = join(directory, 'kubeconfig');
  const warn = jest.fn();
  const viewed = new ViewedCluster(path, { warn });
  let cluster: LocalCluster;

  async function start(): Promise<void> {
    cluster = await startLocalCluster({ directory, pods: false });
    writeFileSync(path, cluster.kubeconfig);
  }

  afterAll(async () => {
    await cluster?.stop(0);
    rmSync(directory, { recursive: true, force: true });
  });

  /** What the plugin may do, with what it was told. */
  async function plugin(): Promise<KubeConfig> {
    const [{ url, caData, authMetadata }] = await viewed.details();
    const kubeconfig = new KubeConfig();
    kubeconfig.loadFromClusterAndUser(
      { name: 'local', server: url, caData, skipTLSVerify: false },
      { name: 'plugin', token: authMetadata.serviceAccountToken },
    );
    return kubeconfig;
  }

  it('is not there before it has started', async () => {
    expect(await viewed.details()).toEqual([]);
  });

  it('is read, and neither changed nor asked for secrets', async () => {
    await start();
    const kubeconfig = await plugin();
    const core = kubeconfig.makeApiClient(CoreV1Api);
    expect((await core.listPodForAllNamespaces()).items).toEqual([]);
    expect((await core.listConfigMapForAllNamespaces()).items).not.toEqual([]);
    await expect(
      kubeconfig.makeApiClient(CustomObjectsApi).listNamespacedCustomObject({
        group: 'metrics.k8s.io',
        version: 'v1beta1',
        namespace: 'default',
        plural: 'pods',
      }),
    ).resolves.toMatchObject({ items: [] });
    // One after the other: a refusal that nobody waits for yet ends the test.
    for (const ask of [
      () => core.listSecretForAllNamespaces(),
      () => core.deleteNamespacedPod({ namespace: 'default', name: 'some' }),
      () =>
        core.createNamespacedConfigMap({
          namespace: 'default',
          body: { metadata: { name: 'new' } },
        }),
    ]) {
      const error = await ask().catch((e: unknown) => e);
      expect(error).toBeInstanceOf(ApiException);
      expect((error as ApiException<unknown>).code).toBe(403);
    }
  });

  it('is found again after it stopped and started at another port', async () => {
    const [before] = await viewed.details();
    // The same token is used again.
    expect(await viewed.details()).toEqual([before]);
    await cluster.stop(0);
    await start();
    const [after] = await viewed.details();
    expect(after.url).toBe(cluster.address);
    const core = (await plugin()).makeApiClient(CoreV1Api);
    expect((await core.listPodForAllNamespaces()).items).toEqual([]);
  });

  it('is not there while nothing answers', async () => {
    await cluster.stop(0);
    expect(await new ViewedCluster(path, { warn }).details()).toEqual([]);
    expect(warn).not.toHaveBeenCalled();
  });

  it('leaves other clusters alone where it cannot be viewed, and says why', async () => {
    writeFileSync(path, 'clusters: [');
    expect(await viewed.details()).toEqual([]);
    expect(warn).toHaveBeenCalledWith(
      expect.stringContaining('The local cluster cannot be viewed: '),
    );
  });
});
