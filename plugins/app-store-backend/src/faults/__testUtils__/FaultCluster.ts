/** A local cluster as a process of its own, which fails as it is told to. */
import { KubeConfig } from '@kubernetes/client-node';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KubeApi } from '../../kubernetes/client/KubeApi';
import { nodeImage, SOON } from '../../__testUtils__/localRuntime';

const ROOT = resolve(__dirname, '../../../../..');

export class FaultCluster {
  readonly #directory: string;
  readonly #child: ChildProcess;
  readonly #api: KubeApi;
  readonly kubeconfig: string;

  /**
   * @param hostPort - that pods may reach
   * @param options.hollowNodes - so many nodes on which pods are ready at once and nothing runs, and no other
   */
  static async start(
    hostPort: number,
    { hollowNodes = 0 } = {},
  ): Promise<FaultCluster> {
    const directory = mkdtempSync(join(tmpdir(), 'fault-cluster-'));
    const child = spawn(
      process.execPath,
      [
        '--require',
        require.resolve('@backstage/cli/config/nodeTransform.cjs'),
        join(__dirname, 'cluster.ts'),
        JSON.stringify({
          directory,
          hostPorts: [hostPort],
          ...(hollowNodes
            ? { pods: false, hollowNodes: { count: hollowNodes } }
            : {}),
          backOff: SOON,
          images: {
            runtime: nodeImage(),
          },
        }),
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
    return new FaultCluster(
      directory,
      child,
      readFileSync(output.trim(), 'utf8'),
    );
  }

  private constructor(
    directory: string,
    child: ChildProcess,
    kubeconfig: string,
  ) {
    this.#directory = directory;
    this.#child = child;
    this.kubeconfig = kubeconfig;
    const config = new KubeConfig();
    config.loadFromString(kubeconfig);
    this.#api = KubeApi.create(config);
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
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
