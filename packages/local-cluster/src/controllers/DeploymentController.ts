/**
 * Brings a Deployment's pods to its template by way of ReplicaSets, one for each template: all old
 * ones away first (Recreate), or in steps that leave enough of them (RollingUpdate).
 */
import { conditionOf, type Condition } from '../conditions';
import { equal } from '../apply/equal';
import { withAnnotations, withStatus } from '../registry/changed';
import { resourceOf } from '../registry/resources';
import type { KubeObject } from '../types';
import { Controller, keyOf, ownerKey, parseKey, type Key } from './Controller';
import {
  beyondHistory,
  DESIRED,
  isRolling,
  newestOf,
  nextReplicas,
  REVISION,
  revised,
  sizeAnnotations,
  specReplicas,
} from './deployments';
import {
  deploymentStatus,
  untilDeadline,
  withDeploymentCondition,
} from './deploymentStatus';
import { controlled } from './pods';
import { newReplicaSet, proportionalSteps, stepsDown } from './rolloutSteps';

const OPTIONS = { fieldManager: 'kube-controller-manager' };
const SOURCE = { component: 'deployment-controller' };
const SETS = resourceOf('replicasets');
const DEPLOYMENTS = resourceOf('deployments');

export class DeploymentController extends Controller {
  start(): void {
    this.watch('deployments', event => [keyOf(event.object)]);
    this.watch('replicasets', event => [ownerKey(event.object, 'Deployment')]);
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
    const sets = this.#sets(deployment);
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
    if (newest) this.#takeRevision(deployment, newest);
    const active = sets.filter(set => specReplicas(set) > 0);
    if (active.length > 1)
      for (const [set, replicas] of proportionalSteps(deployment, active))
        this.#scale(deployment, set, replicas);
    else {
      const only = active[0] ?? newest;
      if (only) this.#scale(deployment, only, deployment.spec.replicas);
    }
  }

  #recreate(deployment: KubeObject): void {
    const newest = this.#newest(deployment);
    if (newest) this.#takeRevision(deployment, newest);
    const old = this.#old(deployment, newest);
    for (const set of old) this.#scale(deployment, set, 0);
    // Whoever was asked to end may still run.
    const isRunning = old.some(set =>
      controlled(this.registry, 'pods', set).some(
        pod => !['Succeeded', 'Failed'].includes(pod.status?.phase),
      ),
    );
    if (isRunning) return;
    const set = newest ?? this.#create(deployment, old);
    this.#scale(deployment, set, deployment.spec.replicas);
    this.#prune(deployment, old);
  }

  #roll(deployment: KubeObject): void {
    const known = this.#newest(deployment);
    if (known) this.#takeRevision(deployment, known);
    const newest =
      known ?? this.#create(deployment, this.#old(deployment, undefined));
    const all = this.#sets(deployment);
    const current =
      all.find(set => set.metadata.uid === newest.metadata.uid) ?? newest;
    const { replicas } = deployment.spec;
    this.#scale(
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
        this.#scale(deployment, set, replicas);
  }

  #create(deployment: KubeObject, old: KubeObject[]): KubeObject {
    const { object } = this.registry.create(
      SETS,
      deployment.metadata.namespace,
      newReplicaSet(deployment, old),
      OPTIONS,
    );
    const { name, annotations } = object.metadata;
    const replicas = specReplicas(object);
    if (replicas > 0) this.#tellScaled(deployment, object, 0, replicas);
    this.#note(deployment, annotations![REVISION], {
      type: 'Progressing',
      status: 'True',
      reason: 'NewReplicaSetCreated',
      message: `Created new replica set ${JSON.stringify(name)}`,
    });
    return object;
  }

  /** A template that comes back is the newest revision again. */
  #takeRevision(deployment: KubeObject, newest: KubeObject): void {
    const { revision, annotations } = revised(
      deployment,
      newest,
      this.#old(deployment, newest),
    );
    if (!equal(annotations, newest.metadata.annotations))
      this.registry.modify(
        SETS,
        newest,
        live => withAnnotations(live, annotations),
        OPTIONS,
      );
    if (deployment.metadata.annotations?.[REVISION] === revision) return;
    const { name } = newest.metadata;
    this.#note(
      deployment,
      revision,
      conditionOf(deployment.status?.conditions, 'Progressing')
        ? undefined
        : {
            type: 'Progressing',
            status: 'True',
            reason: 'FoundNewReplicaSet',
            message: `Found new replica set ${JSON.stringify(name)}`,
          },
    );
  }

  /** Writes the revision, and what is found, by way of the status. */
  #note(
    deployment: KubeObject,
    revision: string,
    condition: Condition | undefined,
  ): void {
    this.registry.modify(
      DEPLOYMENTS,
      deployment,
      live => {
        const noted = withAnnotations(live, { [REVISION]: revision });
        return condition
          ? withStatus(noted, {
              conditions: withDeploymentCondition(
                live.status?.conditions,
                condition,
                this.registry.now(),
              ),
            })
          : noted;
      },
      { ...OPTIONS, subresource: 'status' },
    );
  }

  #scale(deployment: KubeObject, set: KubeObject, replicas: number): void {
    const before = specReplicas(set);
    const wanted = sizeAnnotations(deployment);
    const isNoted = Object.entries(wanted).every(
      ([key, value]) => set.metadata.annotations?.[key] === value,
    );
    if (before === replicas && (isNoted || replicas === 0)) return;
    this.registry.modify(
      SETS,
      set,
      live => ({
        ...withAnnotations(live, wanted),
        spec: { ...live.spec, replicas },
      }),
      OPTIONS,
    );
    if (before !== replicas)
      this.#tellScaled(deployment, set, before, replicas);
  }

  #tellScaled(
    deployment: KubeObject,
    { metadata }: KubeObject,
    from: number,
    to: number,
  ): void {
    this.events.record(
      deployment,
      'Normal',
      'ScalingReplicaSet',
      `Scaled ${from < to ? 'up' : 'down'} replica set ${
        metadata.name
      } from ${from} to ${to}`,
      SOURCE,
    );
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
