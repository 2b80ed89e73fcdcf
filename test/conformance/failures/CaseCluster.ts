/** A local cluster for one case: what is done on it, and what its watches tell. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  startLocalCluster,
  type LocalCluster,
} from '@ai-app-store/local-cluster';
import type { Answer, Client, OpenAnswer } from '../Client';
import { connect } from '../connect';
import type { Json } from '../recording';
import { messagesOf, type Case, type Revision } from './cases';
import { hasOtherNode } from './surroundings';
import { imagesOf } from './images';

/** How long a node may be silent here; it was 20 s where the cases were recorded. */
const NODE_GRACE_MS = 4000;
export const LOOK_MS = 50;
const JSON_TYPE = {
  'Content-Type': 'application/json',
  Accept: 'application/json',
};
const WATCHED: Record<string, string> = {
  Pod: '/api/v1/pods',
  PersistentVolumeClaim: '/api/v1/persistentvolumeclaims',
  Event: '/api/v1/events',
  Deployment: '/apis/apps/v1/deployments',
  ReplicaSet: '/apis/apps/v1/replicasets',
  StatefulSet: '/apis/apps/v1/statefulsets',
};

/** The cluster of one case. */
export class CaseCluster {
  readonly #case: Case;
  /** Names of objects that are there for the case and not of it. */
  readonly #others: string[];
  readonly revisions: Revision[] = [];
  readonly #watches = new Map<string, { answer: OpenAnswer; read: number }>();
  readonly #directory = mkdtempSync(join(tmpdir(), 'fail-'));
  #cluster: LocalCluster | undefined;
  #client!: Client;
  #token = '';
  #began = 0;

  /** @param others - names of objects that are there for the case and not of it */
  constructor(recorded: Case, others: string[]) {
    this.#case = recorded;
    this.#others = others;
  }

  async start(): Promise<void> {
    const isPulled = messagesOf(this.#case).some(message =>
      message.startsWith('Successfully pulled image'),
    );
    this.#cluster = await startLocalCluster({
      directory: this.#directory,
      images: imagesOf(this.#case, this.#directory),
      faults: isPulled ? [{ slowPullMs: 10 }] : [],
      nodeName: this.#nodeName,
      nodeGraceMs: NODE_GRACE_MS,
      // One that takes nobody.
      hollowNodes: hasOtherNode(this.#case) ? { count: 1 } : undefined,
    });
    const { client, adminToken } = connect(this.#cluster);
    this.#client = client;
    this.#token = adminToken;
  }

  async stop(): Promise<void> {
    for (const { answer } of this.#watches.values()) answer.close();
    this.#client?.close();
    await this.#cluster?.stop(0);
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** Watches what cases are about, from now on. */
  async watch(): Promise<void> {
    for (const [kind, path] of Object.entries(WATCHED))
      this.#watches.set(kind, {
        answer: await this.#client.open({
          method: 'GET',
          path: `${path}?watch=true`,
          headers: JSON_TYPE,
          token: this.#token,
        }),
        read: 0,
      });
    this.#began = Date.now();
  }

  /** Since the watches began. */
  get seconds(): number {
    return (Date.now() - this.#began) / 1000;
  }

  async loseNode(isLost: boolean): Promise<void> {
    await this.#cluster!.setFaults(isLost ? [{ nodeLost: true }] : []);
  }

  async send(
    method: string,
    path: string,
    body?: Json,
    options: { type?: string; token?: string } = {},
  ): Promise<Answer> {
    return this.#client.send({
      method,
      path,
      headers: {
        ...JSON_TYPE,
        ...(options.type ? { 'Content-Type': options.type } : {}),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      token: options.token ?? this.#token,
    });
  }

  /** @throws Error where it is refused */
  async do(
    method: string,
    path: string,
    body?: Json,
    type?: string,
  ): Promise<void> {
    const { status, body: answer } = await this.send(method, path, body, {
      type,
    });
    if (status >= 300 && status !== 409)
      throw new Error(
        `${method} ${path}: ${status} ${answer.toString().slice(0, 300)}`,
      );
  }

  /** Takes in what the watches told. */
  look(): void {
    for (const [kind, watch] of this.#watches) {
      const text = watch.answer.text();
      const end = text.lastIndexOf('\n') + 1;
      for (const line of text.slice(watch.read, end).split('\n')) {
        if (!line) continue;
        const { type, object } = JSON.parse(line);
        if (this.#isOurs(object))
          this.revisions.push({
            case: this.#case.name,
            at: this.seconds,
            kind,
            object,
            type,
          });
      }
      watch.read = end;
    }
  }

  get #nodeName(): string {
    return (
      this.#case.revisions
        .map(({ object }) => object.spec?.nodeName)
        .find(Boolean) ?? 'node1'
    );
  }

  async patchNode(spec: Json): Promise<void> {
    await this.do(
      'PATCH',
      `/api/v1/nodes/${this.#nodeName}`,
      { spec },
      'application/merge-patch+json',
    );
  }

  #isOurs({ metadata, involvedObject }: Json): boolean {
    const names = [metadata.name, involvedObject?.name];
    return (
      !metadata.namespace?.startsWith('kube-') &&
      !names.some(name => this.#others.includes(name)) &&
      involvedObject?.kind !== 'Node'
    );
  }

  /** The number-th pod in the order in which they came to be. */
  pod(number: number): Json {
    const pods = new Map<string, Json>();
    for (const { kind, object } of this.revisions)
      if (kind === 'Pod') pods.set(object.metadata.uid, object);
    return { apiVersion: 'v1', kind: 'Pod', ...[...pods.values()][number - 1] };
  }

  async tokenOf(account: string): Promise<string> {
    const [namespace, name] = account.split('/');
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}`;
    for (;;) {
      const { status, body } = await this.send('POST', `${path}/token`, {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: {},
      });
      if (status < 300) return JSON.parse(body.toString()).status.token;
      // A namespace has its account in a moment.
      await sleep(LOOK_MS);
    }
  }
}
