/** A local cluster as a process of its own, which fails as it is told to. */
import { KubeConfig } from '@kubernetes/client-node';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KubeApi } from '../../kubernetes/client/KubeApi';
import { nodeImage, SOON } from '../../__testUtils__/localRuntime';

const ROOT = resolve(__dirname, '../../../../..');

/** What the process is started with. */
type ClusterOptions = { directory: string } & Record<string, unknown>;

/** Starts the process; the text of its kubeconfig once it listens. */
async function started(
  options: ClusterOptions,
): Promise<{ child: ChildProcess; kubeconfig: string }> {
  const child = spawn(
    process.execPath,
    [
      '--require',
      require.resolve('@backstage/cli/config/nodeTransform.cjs'),
      join(__dirname, 'cluster.ts'),
      JSON.stringify(options),
    ],
    {
      cwd: ROOT,
      env: { PATH: process.env.PATH, NODE_ENV: 'test' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  for await (const chunk of child.stdout!) {
    output += chunk;
    if (output.includes('\n')) break;
  }
  return { child, kubeconfig: readFileSync(output.trim(), 'utf8') };
}

function apiOf(kubeconfig: string): KubeApi {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  return KubeApi.create(config);
}

export class FaultCluster {
  readonly #options: ClusterOptions;
  #child: ChildProcess;
  #api: KubeApi;
  kubeconfig: string;

  /**
   * @param hostPort - that pods may reach
   * @param options.hollowNodes - so many nodes on which pods are ready at once and nothing runs, and no other
   */
  static async start(
    hostPort: number,
    { hollowNodes = 0 } = {},
  ): Promise<FaultCluster> {
    const options = {
      directory: mkdtempSync(join(tmpdir(), 'fault-cluster-')),
      hostPorts: [hostPort],
      ...(hollowNodes
        ? { pods: false, hollowNodes: { count: hollowNodes } }
        : {}),
      backOff: SOON,
      images: {
        runtime: nodeImage(),
      },
    };
    const { child, kubeconfig } = await started(options);
    return new FaultCluster(options, child, kubeconfig);
  }

  private constructor(
    options: ClusterOptions,
    child: ChildProcess,
    kubeconfig: string,
  ) {
    this.#options = options;
    this.#child = child;
    this.kubeconfig = kubeconfig;
    this.#api = apiOf(kubeconfig);
  }

  /**
   * Starts it anew at its address, with other keys.
   *
   * @param change - of what the cluster keeps of its keys; what is deleted is made anew
   */
  async restart(
    change: (keys: Record<string, unknown>) => void,
  ): Promise<void> {
    this.#api.close();
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
    const path = join(this.#options.directory, 'credentials.json');
    const keys = JSON.parse(readFileSync(path, 'utf8'));
    change(keys);
    writeFileSync(path, JSON.stringify(keys), { mode: 0o600 });
    const [, port] = /server: https:\/\/[^:]+:(\d+)/.exec(this.kubeconfig)!;
    const { child, kubeconfig } = await started({
      ...this.#options,
      port: Number(port),
    });
    this.#child = child;
    this.kubeconfig = kubeconfig;
    this.#api = apiOf(kubeconfig);
  }

  /** Has it fail like this from now on; not at all without faults. */
  async fail(...faults: object[]): Promise<void> {
    await this.#api.json('/local-cluster/faults', {
      method: 'PUT',
      body: { faults },
    });
  }

  /** The process stands still, as one whose machine swaps or is paused. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  goOn(): void {
    this.#child.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    this.#api.close();
    this.goOn();
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await Promise.race([ended, sleep(5000)]);
    this.#child.kill('SIGKILL');
    rmSync(this.#options.directory, { recursive: true, force: true });
  }
}
