/** Plays one case on a local cluster of its own, and compares what comes with what was recorded. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalCluster } from '@ai-app-store/local-cluster';
import { parse } from 'yaml';
import { Client, type Answer, type OpenAnswer } from '../Client';
import type { Json } from '../recording';
import { actionsOf, LATER_SECONDS, type Action } from './actions';
import { messagesOf, type Case, type Revision } from './cases';
import { givenFor, madeIn } from './given';
import { requestsOf } from './requests';
import {
  differences,
  hasReached,
  tracesOf,
  type Difference,
  type Trace,
} from './traces';

/** How long a case may take, in milliseconds. A recorded one takes up to 130 s, most of it back-off. */
const PATIENCE_MS = 150_000;
/** How long a node may be silent here; it was 20 s where the cases were recorded. */
const NODE_GRACE_MS = 4000;
const LOOK_MS = 50;
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
const PLURAL: Record<string, string> = {
  Namespace: 'namespaces',
  ResourceQuota: 'resourcequotas',
  LimitRange: 'limitranges',
  StorageClass: 'storageclasses',
  PersistentVolume: 'persistentvolumes',
  PersistentVolumeClaim: 'persistentvolumeclaims',
  ServiceAccount: 'serviceaccounts',
  Secret: 'secrets',
  ConfigMap: 'configmaps',
  Pod: 'pods',
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  PodDisruptionBudget: 'poddisruptionbudgets',
  ValidatingWebhookConfiguration: 'validatingwebhookconfigurations',
};

/** The path of a collection, or of one object in it. */
export function pathOf(object: Json, name?: string): string {
  const { apiVersion, kind, metadata } = object;
  const root = apiVersion.includes('/')
    ? `/apis/${apiVersion}`
    : `/api/${apiVersion}`;
  const within = metadata.namespace ? `/namespaces/${metadata.namespace}` : '';
  return `${root}${within}/${PLURAL[kind]}${name ? `/${name}` : ''}`;
}

/** An image's own command, where a pod names none: of another machine, else a case would name it. */
const FOREIGN = '/image/app';

/** Images that were there, or came, stand for this machine's Node.js. */
function imagesOf({ revisions }: Case, directory: string) {
  mkdirSync(join(directory, 'image'));
  writeFileSync(join(directory, 'image/app'), 'of another machine', {
    mode: 0o755,
  });
  const node = {
    mounts: [
      { source: dirname(dirname(process.execPath)), target: '/opt/node' },
      { source: join(directory, 'image'), target: dirname(FOREIGN) },
    ],
    path: ['/opt/node/bin'],
    command: [FOREIGN],
  };
  const names = revisions.flatMap(({ kind, object }) => {
    const [, there, pulled] =
      /^(?:Container image "([^"]+)" already|Successfully pulled image "([^"]+)")/.exec(
        kind === 'Event' ? object.message ?? '' : '',
      ) ?? [];
    const name = there ?? pulled;
    return name ? [name.replace(/:[^/:]+$/, '')] : [];
  });
  return Object.fromEntries(names.map(name => [name, node]));
}

function evictionOf(name: string): Json {
  return { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } };
}

/** What became of a case. */
export interface Played {
  differences: Difference[];
  seconds: number;
}

/** Plays it. */
export class Play {
  readonly #case: Case;
  readonly #recorded: Trace[];
  readonly #made: Json[];
  readonly #given: Json[];
  readonly #actions: Action[];
  readonly #revisions: Revision[] = [];
  readonly #watches = new Map<string, { answer: OpenAnswer; read: number }>();
  #cluster!: LocalCluster;
  #client!: Client;
  #token = '';
  #began = 0;

  constructor(recorded: Case) {
    this.#case = recorded;
    this.#recorded = tracesOf(recorded.revisions);
    const made = madeIn(recorded);
    this.#made = made
      .filter(({ at }) => at <= LATER_SECONDS)
      .map(({ object }) => object);
    this.#given = givenFor(
      recorded,
      made.map(({ object }) => object),
    );
    this.#actions = actionsOf(recorded, made);
  }

  async run(): Promise<Played> {
    const directory = mkdtempSync(join(tmpdir(), 'fail-'));
    try {
      await this.#open(directory);
      return await this.#play();
    } finally {
      for (const { answer } of this.#watches.values()) answer.close();
      this.#client?.close();
      await this.#cluster?.stop(0);
      rmSync(directory, { recursive: true, force: true });
    }
  }

  async #open(directory: string): Promise<void> {
    this.#cluster = await LocalCluster.start({
      directory,
      images: imagesOf(this.#case, directory),
      faults: messagesOf(this.#case).some(message =>
        message.startsWith('Successfully pulled image'),
      )
        ? [{ slowPullMs: 10 }]
        : [],
      nodeName: this.#nodeName,
      nodeGraceMs: NODE_GRACE_MS,
    });
    const { clusters, users } = parse(this.#cluster.kubeconfig);
    this.#token = users[0].user.token;
    this.#client = new Client({
      address: this.#cluster.address,
      ca: Buffer.from(
        clusters[0].cluster['certificate-authority-data'],
        'base64',
      ).toString(),
    });
  }

  async #send(
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
  async #do(
    method: string,
    path: string,
    body?: Json,
    type?: string,
  ): Promise<void> {
    const { status, body: answer } = await this.#send(method, path, body, {
      type,
    });
    if (status >= 300 && status !== 409)
      throw new Error(
        `${method} ${path}: ${status} ${answer.toString().slice(0, 300)}`,
      );
  }

  async #play(): Promise<Played> {
    // Where the cases were recorded, no class was the default.
    await this.#do('DELETE', '/apis/storage.k8s.io/v1/storageclasses/standard');
    for (const object of this.#given)
      await this.#do('POST', pathOf(object), object);
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
    const actions = [...this.#actions];
    while (actions[0] && actions[0].at < 0) await this.#act(actions.shift()!);
    for (const object of this.#made)
      await this.#do('POST', pathOf(object), object);
    const refusals = await this.#refusals();
    const deadline = this.#began + PATIENCE_MS;
    let found: Difference[] = [];
    for (;;) {
      this.#look();
      const ours = tracesOf(this.#revisions, this.#recorded);
      found = differences(this.#recorded, ours);
      const [next] = actions;
      if (!next && !found.length) break;
      if (Date.now() > deadline) break;
      if (next && hasReached(this.#recorded, ours, next.at)) {
        await this.#act(next);
        actions.shift();
      }
      await sleep(LOOK_MS);
    }
    return {
      differences: [...refusals, ...found],
      seconds: (Date.now() - this.#began) / 1000,
    };
  }

  /** Takes in what the watches told. */
  #look(): void {
    for (const [kind, watch] of this.#watches) {
      const text = watch.answer.text();
      const end = text.lastIndexOf('\n') + 1;
      for (const line of text.slice(watch.read, end).split('\n')) {
        if (!line) continue;
        const { type, object } = JSON.parse(line);
        if (this.#isOurs(object))
          this.#revisions.push({
            case: this.#case.name,
            at: (Date.now() - this.#began) / 1000,
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

  async #patchNode(spec: Json): Promise<void> {
    await this.#do(
      'PATCH',
      `/api/v1/nodes/${this.#nodeName}`,
      { spec },
      'application/merge-patch+json',
    );
  }

  #isOurs({ metadata, involvedObject }: Json): boolean {
    return (
      !metadata.namespace?.startsWith('kube-') &&
      !this.#given.some(
        each =>
          each.kind === 'Pod' &&
          [metadata.name, involvedObject?.name].includes(each.metadata.name),
      ) &&
      involvedObject?.kind !== 'Node'
    );
  }

  /** The number-th pod in the order in which they came to be. */
  #pod(number: number): Json {
    const pods = new Map<string, Json>();
    for (const { kind, object } of this.#revisions)
      if (kind === 'Pod') pods.set(object.metadata.uid, object);
    return { apiVersion: 'v1', kind: 'Pod', ...[...pods.values()][number - 1] };
  }

  async #act({ what }: Action): Promise<void> {
    switch (what.kind) {
      case 'create':
        for (const object of what.objects)
          await this.#do('POST', pathOf(object), object);
        return;
      case 'update':
        await this.#do(
          'PATCH',
          pathOf(what.object, what.object.metadata.name),
          { spec: what.object.spec },
          'application/merge-patch+json',
        );
        return;
      case 'taint': {
        const timeAdded = new Date().toISOString().replace(/\.\d+/, '');
        const taints = what.taint && [{ ...what.taint, timeAdded }];
        await this.#patchNode({ taints: taints ?? null });
        return;
      }
      case 'cordon':
        await this.#patchNode({ unschedulable: what.isCordoned || null });
        return;
      case 'node-lost':
        await this.#cluster.setFaults(what.isLost ? [{ nodeLost: true }] : []);
        return;
      case 'lose-volume': {
        const path = `/api/v1/persistentvolumes/${what.name}`;
        await this.#do('DELETE', path);
        await this.#do(
          'PATCH',
          path,
          { metadata: { finalizers: null } },
          'application/merge-patch+json',
        );
        return;
      }
      case 'delete-claim':
        await this.#do(
          'DELETE',
          `/api/v1/namespaces/${what.namespace}/persistentvolumeclaims/${what.name}`,
        );
        return;
      default:
        await this.#actOnPod(what, this.#pod(what.pod));
    }
  }

  async #actOnPod(
    what: Extract<Action['what'], { pod: number }>,
    pod: Json,
  ): Promise<void> {
    const { name } = pod.metadata;
    const path = pathOf(pod, name);
    if (what.kind === 'evict-pod')
      await this.#do('POST', `${path}/eviction`, evictionOf(name));
    else if (what.kind === 'release-pod')
      await this.#do(
        'PATCH',
        path,
        { metadata: { finalizers: null } },
        'application/merge-patch+json',
      );
    else
      await this.#do('DELETE', path, {
        gracePeriodSeconds: what.graceSeconds,
      });
  }

  /** Refusals: the bodies that were recorded, in their order. */
  async #refusals(): Promise<Difference[]> {
    const recorded = this.#case.revisions.filter(
      ({ kind }) => kind === 'Status',
    );
    const requests = requestsOf(this.#case);
    const found: Difference[] = [];
    for (const [index, { object }] of recorded.entries()) {
      const request = requests[index];
      if (!request) continue;
      for (const each of request.first ?? [])
        await this.#do('POST', pathOf(each), each);
      if (request.until) await this.#until(request.until);
      if (request.deletes) await this.#do('DELETE', request.deletes);
      if (request.account) request.token = await this.#tokenOf(request.account);
      if (request.evictsPod) {
        const pod = this.#pod(request.evictsPod);
        const { name } = pod.metadata;
        request.path = `${pathOf(pod, name)}/eviction`;
        request.body = evictionOf(name);
      }
      const { body } = await this.#send(
        request.method,
        request.path,
        request.body,
        request,
      );
      const ours = JSON.parse(body.toString() || '{}');
      const [a, b] = [object, ours].map(each =>
        JSON.stringify([each.reason, each.code, each.message]),
      );
      if (a !== b)
        found.push({
          aspect: `refusal ${index + 1}`,
          recorded: [a],
          ours: [b],
        });
    }
    return found;
  }

  async #tokenOf(account: string): Promise<string> {
    const [namespace, name] = account.split('/');
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}`;
    for (;;) {
      const { status, body } = await this.#send('POST', `${path}/token`, {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: {},
      });
      if (status < 300) return JSON.parse(body.toString()).status.token;
      // A namespace has its account in a moment.
      await sleep(LOOK_MS);
    }
  }

  async #until(condition: (revisions: Revision[]) => boolean): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (Date.now() < deadline) {
      this.#look();
      if (condition(this.#revisions)) return;
      await sleep(LOOK_MS);
    }
  }
}
