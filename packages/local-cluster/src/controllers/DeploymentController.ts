/**
 * Brings a Deployment's pods to its template by way of ReplicaSets, one for each template: all old
 * ones away first (Recreate), or in steps that leave enough of them (RollingUpdate).
 */
import { resourceOf } from '../registry/resources';
import type { KubeObject } from '../types';
import { claimed, indexOrphans, isOrphan, possibleOwners } from './adoption';
import { Controller, keyOf, ownerKey, parseKey, type Key } from './Controller';
import {
  beyondHistory,
  DESIRED,
  isRolling,
  newestOf,
  nextReplicas,
  specReplicas,
} from './deployments';
import { deploymentStatus, untilDeadline } from './deploymentStatus';
import { controlled } from './pods';
import { ReplicaSetWrites } from './ReplicaSetWrites';
import { proportionalSteps, stepsDown } from './rolloutSteps';

const OPTIONS = { fieldManager: 'kube-controller-manager' };
const SETS = resourceOf('replicasets');
const DEPLOYMENTS = resourceOf('deployments');

export class DeploymentController extends Controller {
  readonly #writes: ReplicaSetWrites;

  constructor(options: ConstructorParameters<typeof Controller>[0]) {
    super(options);
    this.#writes = new ReplicaSetWrites(options);
  }

  start(): void {
    const { store } = this.registry;
    indexOrphans(store, 'replicasets');
    this.watch('deployments', event => [keyOf(event.object)]);
    this.watch('replicasets', ({ object }) => [
      ownerKey(object, 'Deployment'),
      ...(isOrphan(object) ? possibleOwners(store, 'deployments', object) : []),
    ]);
    this.watch('pods', event =>
      event.type === 'DELETED' ? [this.#deploymentOf(event.object)] : [],
    );
  }

  #deploymentOf(pod: KubeObject): Key | undefined {
    const set = ownerKey(pod, 'ReplicaSet');
    if (!set) return undefined;
    const { namespace, name } = parseKey(set);
    const owner = this.registry.store.get('replicasets', namespace, name);
    return owner ? ownerKey(owner, 'Deployment') : undefined;
  }

  #get(key: Key): KubeObject | undefined {
    const { namespace, name } = parseKey(key);
    return this.registry.store.get('deployments', namespace, name);
  }

  #sets(deployment: KubeObject): KubeObject[] {
    return controlled(this.registry, 'replicasets', deployment);
  }

  protected sync(key: Key): void {
    const deployment = this.#get(key);
    if (!deployment || deployment.metadata.deletionTimestamp) return;
    const sets = claimed(this.registry, 'replicasets', deployment);
    const isScaled = sets.some(
      set =>
        specReplicas(set) > 0 &&
        Number(set.metadata.annotations?.[DESIRED]) !==
          deployment.spec.replicas,
    );
    if (deployment.spec.paused || isScaled) this.#scaleOnly(deployment, sets);
    else if (isRolling(deployment)) this.#roll(deployment);
    else this.#recreate(deployment);
    const now = this.#get(key);
    if (now) this.#writeStatus(now);
  }

  #newest(deployment: KubeObject): KubeObject | undefined {
    return newestOf(deployment, this.#sets(deployment));
  }

  #old(deployment: KubeObject, newest: KubeObject | undefined): KubeObject[] {
    return this.#sets(deployment).filter(
      set => set.metadata.uid !== newest?.metadata.uid,
    );
  }

  /** More or fewer replicas of what there is, and no step of a rollout. */
  #scaleOnly(deployment: KubeObject, sets: KubeObject[]): void {
    const newest = this.#newest(deployment);
    if (newest)
      this.#writes.takeRevision(
        deployment,
        newest,
        this.#old(deployment, newest),
      );
    const active = sets.filter(set => specReplicas(set) > 0);
    if (active.length > 1)
      for (const [set, replicas] of proportionalSteps(deployment, active))
        this.#writes.scale(deployment, set, replicas);
    else {
      const only = active[0] ?? newest;
      if (only) this.#writes.scale(deployment, only, deployment.spec.replicas);
    }
  }

  #recreate(deployment: KubeObject): void {
    const newest = this.#newest(deployment);
    if (newest)
      this.#writes.takeRevision(
        deployment,
        newest,
        this.#old(deployment, newest),
      );
    const old = this.#old(deployment, newest);
    for (const set of old) this.#writes.scale(deployment, set, 0);
    // Whoever was asked to end may still run.
    const isRunning = old.some(set =>
      controlled(this.registry, 'pods', set).some(
        pod => !['Succeeded', 'Failed'].includes(pod.status?.phase),
      ),
    );
    if (isRunning) return;
    const set = newest ?? this.#writes.create(deployment, old);
    this.#writes.scale(deployment, set, deployment.spec.replicas);
    this.#prune(deployment, old);
  }

  #roll(deployment: KubeObject): void {
    const known = this.#newest(deployment);
    if (known)
      this.#writes.takeRevision(
        deployment,
        known,
        this.#old(deployment, known),
      );
    const newest =
      known ??
      this.#writes.create(deployment, this.#old(deployment, undefined));
    const all = this.#sets(deployment);
    const current =
      all.find(set => set.metadata.uid === newest.metadata.uid) ?? newest;
    const { replicas } = deployment.spec;
    this.#writes.scale(
      deployment,
      current,
      specReplicas(current) > replicas
        ? replicas
        : nextReplicas(deployment, all, specReplicas(current)),
    );
    this.#scaleOld(deployment, newest.metadata.uid);
    this.#prune(deployment, this.#old(deployment, newest));
  }

  #scaleOld(deployment: KubeObject, newestUid: string): void {
    const all = this.#sets(deployment);
    const newest = all.find(set => set.metadata.uid === newestUid)!;
    for (const [set, replicas] of stepsDown(deployment, all, newest))
      if (replicas !== specReplicas(set))
        this.#writes.scale(deployment, set, replicas);
  }

  /** Old, empty sets beyond the history limit go. */
  #prune(deployment: KubeObject, old: KubeObject[]): void {
    for (const { metadata } of beyondHistory(deployment, old))
      this.registry.delete(SETS, metadata.namespace, metadata.name);
  }

  #writeStatus(deployment: KubeObject): void {
    const newest = this.#newest(deployment);
    const sets = this.#sets(deployment);
    this.registry.modify(
      DEPLOYMENTS,
      deployment,
      live => ({
        ...live,
        status: deploymentStatus(live, sets, newest, this.registry.now()),
      }),
      { ...OPTIONS, subresource: 'status' },
    );
    this.#awaitDeadline(deployment);
  }

  #awaitDeadline({ metadata }: KubeObject): void {
    const { namespace, name } = metadata;
    const live = this.registry.store.get('deployments', namespace, name);
    const left = live && untilDeadline(live, this.registry.now());
    if (left !== undefined) this.enqueueOnceAfter(keyOf(live!), left + 1000);
  }
}
