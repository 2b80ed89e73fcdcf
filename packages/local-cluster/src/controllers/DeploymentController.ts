/**
 * Brings a Deployment's pods to its template by way of ReplicaSets, one for each
 * template: all old ones away first (Recreate), or away once the new are ready.
 */
import { resourceOf } from '../registry/resources';
import type { KubeObject } from '../types';
import {
  Controller,
  controlledBy,
  keyOf,
  ownerKey,
  parseKey,
  type Key,
} from './Controller';
import { controlled, templateHash } from './pods';
import { withCondition } from '../conditions';

const OPTIONS = { fieldManager: 'kube-controller-manager' };
const HASH_LABEL = 'pod-template-hash';

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

  protected sync(key: Key): void {
    const { namespace, name } = parseKey(key);
    const deployment = this.registry.store.get('deployments', namespace, name);
    if (!deployment || deployment.metadata.deletionTimestamp) return;
    const hash = templateHash(deployment.spec.template);
    const sets = controlled(this.registry, 'replicasets', deployment);
    let current = sets.find(set => set.metadata.labels?.[HASH_LABEL] === hash);
    const old = sets.filter(set => set !== current);
    const recreate = deployment.spec.strategy?.type === 'Recreate';

    const oldPods = old.flatMap(set => controlled(this.registry, 'pods', set));
    if (recreate && oldPods.length) {
      old.forEach(set => this.#scale(set, 0));
      this.#writeStatus(deployment, current);
      return;
    }
    if (!current) current = this.#createSet(deployment, hash);
    else this.#scale(current, deployment.spec.replicas);
    const fresh = this.registry.store.get(
      'replicasets',
      namespace,
      current.metadata.name,
    );
    if ((fresh?.status?.readyReplicas ?? 0) >= deployment.spec.replicas)
      old.forEach(set => this.#scale(set, 0));
    this.#prune(deployment, old);
    this.#writeStatus(deployment, fresh);
  }

  #createSet(deployment: KubeObject, hash: string): KubeObject {
    const { template, selector, replicas } = deployment.spec;
    const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
    return this.registry.create(
      resourceOf('replicasets'),
      deployment.metadata.namespace,
      {
        metadata: {
          name: `${deployment.metadata.name}-${hash}`,
          labels,
          ownerReferences: [controlledBy(deployment)],
        },
        spec: {
          replicas,
          selector: {
            ...selector,
            matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash },
          },
          template: { ...template, metadata: { ...template.metadata, labels } },
        },
      },
      OPTIONS,
    ).object;
  }

  #scale(set: KubeObject, replicas: number): void {
    if (set.spec.replicas === replicas) return;
    this.registry.modify(
      resourceOf('replicasets'),
      set,
      now => ({ ...now, spec: { ...now.spec, replicas } }),
      OPTIONS,
    );
  }

  /** Old, empty sets beyond the history limit go. */
  #prune(deployment: KubeObject, old: KubeObject[]): void {
    const empty = old
      .filter(set => set.spec.replicas === 0 && !set.status?.replicas)
      .sort((a, b) =>
        b.metadata.creationTimestamp.localeCompare(
          a.metadata.creationTimestamp,
        ),
      );
    for (const set of empty.slice(deployment.spec.revisionHistoryLimit))
      this.registry.delete(
        resourceOf('replicasets'),
        set.metadata.namespace,
        set.metadata.name,
      );
  }

  #writeStatus(deployment: KubeObject, current: KubeObject | undefined): void {
    const sets = controlled(this.registry, 'replicasets', deployment);
    const sum = (field: string) =>
      sets.reduce((total, set) => total + (set.status?.[field] ?? 0), 0);
    const wanted = deployment.spec.replicas;
    const available = sum('availableReplicas');
    const now = this.registry.timestamp();
    this.registry.modify(
      resourceOf('deployments'),
      deployment,
      live => {
        const enough = available >= wanted;
        let conditions = withCondition(
          live.status?.conditions,
          enough
            ? {
                type: 'Available',
                status: 'True',
                reason: 'MinimumReplicasAvailable',
                message: 'Deployment has minimum availability.',
              }
            : {
                type: 'Available',
                status: 'False',
                reason: 'MinimumReplicasUnavailable',
                message: 'Deployment does not have minimum availability.',
              },
          now,
        );
        conditions = withCondition(
          conditions,
          {
            type: 'Progressing',
            status: 'True',
            reason: enough ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated',
          },
          now,
        );
        return {
          ...live,
          status: {
            observedGeneration: deployment.metadata.generation,
            replicas: sum('replicas'),
            updatedReplicas: current?.status?.replicas ?? 0,
            readyReplicas: sum('readyReplicas'),
            availableReplicas: available,
            unavailableReplicas: Math.max(0, wanted - available),
            conditions,
          },
        };
      },
      { ...OPTIONS, subresource: 'status' },
    );
  }
}
