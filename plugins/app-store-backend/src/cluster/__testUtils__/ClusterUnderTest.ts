/**
 * The cluster that the suite runs on: a local one, or any that `TEST_KUBECONFIG` names, where each
 * test has a namespace and a store of its own.
 *
 * Environment (set by `npm run test:cluster`, see docs/operate.md):
 *   TEST_KUBECONFIG   path of a kubeconfig; a local cluster where it is not set
 *   TEST_IMAGES       `node=IMAGE` with the entry program, or `container=IMAGE` with Node.js alone
 *   TEST_STORE_HOST   address of this machine as pods see it; the first one that is not loopback
 *   TEST_RECORD       file to which each exchange is written
 */
import { HOST_ALIAS, startLocalCluster } from '@ai-app-store/local-cluster';
import { KubeConfig } from '@kubernetes/client-node';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeApi } from '../../kubernetes/client/KubeApi';
import { KubeError } from '../../kubernetes/client/KubeError';
import type { KubeObject } from '../../kubernetes/client/kubeObjects';
import {
  collectionPath,
  objectPath,
} from '../../kubernetes/client/kubeObjects';
import { readKubeConfig } from '../../kubernetes/client/readKubeConfig';
import { StoreAddress } from '../../__testUtils__/StoreUnderTest';
import { nodeImage, SOON } from '../../__testUtils__/localRuntime';
import { RecordingProxy } from './recording';

const { env } = process;
export const IS_REAL = Boolean(env.TEST_KUBECONFIG);
/** A real kubelet pulls, mounts and waits; graces alone are 10 s. */
export const PATIENCE_MS = IS_REAL ? 180_000 : 60_000;
/** Of one test, which waits more than once. */
export const TEST_TIMEOUT_MS = IS_REAL ? 900_000 : 180_000;

const IMAGES = Object.fromEntries(
  (env.TEST_IMAGES ?? 'node=runtime:1').split(',').map(pair => {
    const at = pair.indexOf('=');
    return [pair.slice(0, at), pair.slice(at + 1)];
  }),
);
/** How apps of the suite are packaged. */
export const APP_IMAGE = IMAGES.node
  ? { mode: 'node' as const, image: IMAGES.node }
  : { mode: 'container' as const, image: IMAGES.container };

function ownAddress(): string {
  const addresses = Object.values(networkInterfaces()).flat();
  return (
    env.TEST_STORE_HOST ??
    addresses.find(each => each?.family === 'IPv4' && !each.internal)
      ?.address ??
    '127.0.0.1'
  );
}

/** Any object, as tests look into it. */
export type AnyObject = KubeObject & Record<string, any>;

export class ClusterUnderTest {
  readonly config: KubeConfig;
  readonly api: KubeApi;
  readonly address: StoreAddress;
  /** The store as pods see it. */
  readonly storeUrl: string;
  readonly #proxy: RecordingProxy | undefined;
  readonly #namespaces: string[] = [];
  readonly #end: () => Promise<void>;

  /**
   * @param options.record - file for the exchanges, in place of the environment's
   * @param options.kubeconfig - of a cluster that runs already
   */
  static async open(
    options: {
      record?: string;
      kubeconfig?: (hostPort: number) => Promise<string>;
    } = {},
  ): Promise<ClusterUnderTest> {
    const address = await StoreAddress.open(IS_REAL ? '0.0.0.0' : undefined);
    let config = new KubeConfig();
    let end = async () => {};
    if (options.kubeconfig)
      config.loadFromString(await options.kubeconfig(address.port));
    else if (env.TEST_KUBECONFIG)
      config = readKubeConfig({ kubeconfig: env.TEST_KUBECONFIG });
    else {
      const directory = mkdtempSync(join(tmpdir(), 'cut-'));
      const local = await startLocalCluster({
        directory,
        hostPorts: [address.port],
        backOff: SOON,
        images: {
          runtime: nodeImage(),
        },
      });
      config.loadFromString(local.kubeconfig);
      end = async () => {
        await local.stop(500);
        rmSync(directory, { recursive: true, force: true });
      };
    }
    const record = options.record ?? env.TEST_RECORD;
    const proxy = record
      ? await RecordingProxy.open(config, record)
      : undefined;
    return new ClusterUnderTest(
      proxy?.config() ?? config,
      // Of a file of its own a test wants what the store does alone.
      options.record ? config : proxy?.config() ?? config,
      proxy,
      address,
      end,
    );
  }

  private constructor(
    config: KubeConfig,
    own: KubeConfig,
    proxy: RecordingProxy | undefined,
    address: StoreAddress,
    end: () => Promise<void>,
  ) {
    this.config = config;
    this.api = KubeApi.create(own);
    this.address = address;
    this.storeUrl = `http://${IS_REAL ? ownAddress() : HOST_ALIAS}:${
      address.port
    }`;
    this.#proxy = proxy;
    this.#end = end;
  }

  /** A namespace of a test's own, which admits restricted pods alone. */
  async namespace(test: string): Promise<string> {
    this.#proxy?.startGroup(test);
    const name = `app-store-test-${randomBytes(4).toString('hex')}`;
    await this.api.create<AnyObject>({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name,
        labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
      },
    });
    this.#namespaces.push(name);
    return name;
  }

  async get(object: AnyObject): Promise<AnyObject | undefined> {
    return this.api.get<AnyObject>(object);
  }

  async list(
    apiVersion: string,
    kind: string,
    namespace: string,
  ): Promise<AnyObject[]> {
    const { items } = await this.api.json<{ items: AnyObject[] }>(
      collectionPath(apiVersion, kind, namespace),
    );
    return items;
  }

  /** Changes an object as `kubectl edit` does: as somebody else. */
  async edit(object: AnyObject, patch: object): Promise<void> {
    await this.api.json(objectPath(object), {
      method: 'PATCH',
      contentType: 'application/strategic-merge-patch+json',
      body: patch,
      query: { fieldManager: 'kubectl-edit' },
    });
  }

  async create(object: AnyObject): Promise<AnyObject> {
    return this.api.json(
      collectionPath(
        object.apiVersion!,
        object.kind!,
        object.metadata?.namespace,
      ),
      { method: 'POST', body: object, query: { fieldManager: 'kubectl' } },
    );
  }

  async delete(object: AnyObject): Promise<void> {
    await this.api
      .json(objectPath(object), { method: 'DELETE' })
      .catch(error => {
        if (!(error instanceof KubeError) || error.code !== 404) throw error;
      });
  }

  async close(): Promise<void> {
    // A local cluster ends with all that is in it.
    if (IS_REAL)
      for (const name of this.#namespaces)
        await this.delete({
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name },
        });
    this.api.close();
    this.#proxy?.close();
    this.address.close();
    await this.#end();
  }
}
