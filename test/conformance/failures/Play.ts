/** Plays one case on a local cluster of its own, and compares what comes with what was recorded. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Json } from '../recording';
import { actionsOf, LATER_SECONDS, type Action } from './actions';
import { CaseCluster, LOOK_MS } from './CaseCluster';
import type { Case, Revision } from './cases';
import { givenFor, madeIn } from './given';
import { pathOf } from './paths';
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
const MERGE = 'application/merge-patch+json';

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
  readonly #cluster: CaseCluster;

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
    const others = this.#given
      .filter(({ kind }) => kind === 'Pod')
      .map(({ metadata }) => metadata.name);
    this.#cluster = new CaseCluster(recorded, others);
  }

  async run(): Promise<Played> {
    try {
      await this.#cluster.start();
      return await this.#play();
    } finally {
      await this.#cluster.stop();
    }
  }

  async #make(objects: Json[]): Promise<void> {
    for (const object of objects) {
      const path = pathOf(object);
      await this.#cluster.do('POST', path, object);
      const { status, metadata } = object;
      if (status)
        await this.#cluster.do(
          'PATCH',
          `${path}/${metadata.name}/status`,
          { status },
          MERGE,
        );
    }
  }

  async #play(): Promise<Played> {
    // Where the cases were recorded, no class was the default.
    await this.#cluster.do(
      'DELETE',
      '/apis/storage.k8s.io/v1/storageclasses/standard',
    );
    await this.#make(this.#given);
    await this.#cluster.watch();
    const actions = [...this.#actions];
    while (actions[0] && actions[0].at < 0) await this.#act(actions.shift()!);
    await this.#make(this.#made);
    const refusals = await this.#refusals();
    const found = await this.#until(async ours => {
      const [next] = actions;
      if (!next || !hasReached(this.#recorded, ours, next.at)) return !next;
      await this.#act(actions.shift()!);
      return false;
    });
    const undone = actions.map(({ at, what }) => ({
      aspect: `action at ${at} s`,
      recorded: [what.kind],
      ours: [],
    }));
    return {
      differences: [...refusals, ...undone, ...found],
      seconds: this.#cluster.seconds,
    };
  }

  /**
   * Looks until everything that was recorded has come, and nothing is left to do.
   *
   * @returns what has not come at the time limit
   */
  async #until(
    isDone: (ours: Trace[]) => Promise<boolean>,
  ): Promise<Difference[]> {
    for (;;) {
      this.#cluster.look();
      const ours = tracesOf(this.#cluster.revisions, this.#recorded);
      const found = differences(this.#recorded, ours);
      const isOver = this.#cluster.seconds * 1000 > PATIENCE_MS;
      if (((await isDone(ours)) && !found.length) || isOver) return found;
      await sleep(LOOK_MS);
    }
  }

  async #act({ what }: Action): Promise<void> {
    switch (what.kind) {
      case 'create':
        await this.#make(what.objects);
        return;
      case 'update':
        await this.#cluster.do(
          'PATCH',
          pathOf(what.object, what.object.metadata.name),
          { spec: what.object.spec },
          MERGE,
        );
        return;
      case 'taint': {
        const timeAdded = new Date().toISOString().replace(/\.\d+/, '');
        const taints = what.taint && [{ ...what.taint, timeAdded }];
        await this.#cluster.patchNode({ taints: taints ?? null });
        return;
      }
      case 'cordon':
        await this.#cluster.patchNode({
          unschedulable: what.isCordoned || null,
        });
        return;
      case 'node-lost':
        await this.#cluster.loseNode(what.isLost);
        return;
      case 'lose-volume': {
        const path = `/api/v1/persistentvolumes/${what.name}`;
        await this.#cluster.do('DELETE', path);
        await this.#cluster.do(
          'PATCH',
          path,
          { metadata: { finalizers: null } },
          MERGE,
        );
        return;
      }
      case 'delete-claim':
        await this.#cluster.do(
          'DELETE',
          `/api/v1/namespaces/${what.namespace}/persistentvolumeclaims/${what.name}`,
        );
        return;
      default:
        await this.#actOnPod(what, this.#cluster.pod(what.pod));
    }
  }

  async #actOnPod(
    what: Extract<Action['what'], { pod: number }>,
    pod: Json,
  ): Promise<void> {
    const { name } = pod.metadata;
    const path = pathOf(pod, name);
    if (what.kind === 'evict-pod')
      await this.#cluster.do('POST', `${path}/eviction`, evictionOf(name));
    else if (what.kind === 'release-pod')
      await this.#cluster.do(
        'PATCH',
        path,
        { metadata: { finalizers: null } },
        MERGE,
      );
    else
      await this.#cluster.do('DELETE', path, {
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
      if (!request) {
        found.push({
          aspect: `refusal ${index + 1}`,
          recorded: [object.message],
          ours: ['the request is not known'],
        });
        continue;
      }
      await this.#make(request.first ?? []);
      if (request.until) await this.#seen(request.until);
      if (request.deletes) await this.#cluster.do('DELETE', request.deletes);
      if (request.account)
        request.token = await this.#cluster.tokenOf(request.account);
      if (request.evictsPod) {
        const pod = this.#cluster.pod(request.evictsPod);
        const { name } = pod.metadata;
        request.path = `${pathOf(pod, name)}/eviction`;
        request.body = evictionOf(name);
      }
      const { body } = await this.#cluster.send(
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

  async #seen(condition: (revisions: Revision[]) => boolean): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (Date.now() < deadline) {
      this.#cluster.look();
      if (condition(this.#cluster.revisions)) return;
      await sleep(LOOK_MS);
    }
  }
}
