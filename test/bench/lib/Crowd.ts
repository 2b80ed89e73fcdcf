/** A local cluster with many hollow pods, and one that runs now and then. */
import {
  startLocalCluster,
  type LocalCluster,
} from '@ai-app-store/local-cluster';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, OpenAnswer } from '../../conformance/Client';
import { connect } from '../../conformance/connect';

/** Of a Deployment. */
const REPLICAS = 500;
const JSON_TYPE = {
  'Content-Type': 'application/json',
  Accept: 'application/json',
};
/** A cluster with hollow pods. */
export class Crowd {
  readonly #directory = mkdtempSync(join(tmpdir(), 'bench-'));
  #cluster!: LocalCluster;
  #client!: Client;
  #token = '';

  async start(nodes: number): Promise<number> {
    const began = performance.now();
    const node = {
      mounts: [
        { source: dirname(dirname(process.execPath)), target: '/opt/node' },
      ],
      path: ['/opt/node/bin'],
    };
    this.#cluster = await startLocalCluster({
      directory: this.#directory,
      images: { 'local/node': node },
      hollowNodes: nodes ? { count: nodes } : undefined,
    });
    const { client, adminToken } = connect(this.#cluster);
    this.#client = client;
    this.#token = adminToken;
    await this.call('GET', '/readyz');
    return performance.now() - began;
  }

  async stop(): Promise<void> {
    this.#client.close();
    await this.#cluster.stop(0);
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async call(method: string, path: string, body?: unknown) {
    const answer = await this.#client.send({
      method,
      path,
      headers: JSON_TYPE,
      body: body === undefined ? undefined : JSON.stringify(body),
      token: this.#token,
    });
    if (answer.status >= 400)
      throw new Error(
        `${method} ${path}: ${answer.body.toString().slice(0, 300)}`,
      );
    return answer.body.toString();
  }

  watch(path: string): Promise<OpenAnswer> {
    return this.#client.open({
      method: 'GET',
      path,
      headers: JSON_TYPE,
      token: this.#token,
    });
  }

  #deployment(name: string, replicas: number, spec: object) {
    const labels = { app: name };
    return {
      metadata: { name },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec },
      },
    };
  }

  /** Makes hollow pods; returns the seconds until all are ready. */
  async fill(count: number): Promise<number> {
    const began = performance.now();
    const path = '/apis/apps/v1/namespaces/kube-public/deployments';
    for (let made = 0; made < count; made += REPLICAS) {
      const replicas = Math.min(REPLICAS, count - made);
      const name = `crowd-${made}`;
      await this.call(
        'POST',
        path,
        this.#deployment(name, replicas, {
          nodeSelector: { 'local-cluster/hollow': 'true' },
          tolerations: [{ key: 'local-cluster/hollow', operator: 'Exists' }],
          containers: [{ name: 'main', image: 'any' }],
        }),
      );
      for (;;) {
        const { status } = JSON.parse(
          await this.call('GET', `${path}/${name}`),
        );
        if (status.readyReplicas === replicas) break;
        await sleep(20);
      }
    }
    return (performance.now() - began) / 1000;
  }

  /** Launches a pod that runs, and ends it; returns the milliseconds until it was ready. */
  async launch(): Promise<number> {
    const path = '/apis/apps/v1/namespaces/default/deployments';
    const watch = await this.watch(
      '/api/v1/namespaces/default/pods?watch=true',
    );
    const began = performance.now();
    await this.call(
      'POST',
      path,
      this.#deployment('one', 1, {
        terminationGracePeriodSeconds: 0,
        containers: [
          { name: 'main', image: 'local/node:24', command: ['sleep', '1000'] },
        ],
      }),
    );
    while (!/"type":"Ready","status":"True"/.test(watch.text())) await sleep(1);
    const took = performance.now() - began;
    await this.call('DELETE', `${path}/one`);
    while (!watch.text().includes('"type":"DELETED"')) await sleep(5);
    watch.close();
    return took;
  }
}
