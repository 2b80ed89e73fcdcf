/** What a Deployment writes of its ReplicaSets, and says of it. */
import { equal } from '../apply/equal';
import { conditionOf, type Condition } from '../conditions';
import type { EventRecorder } from '../events/EventRecorder';
import { withAnnotations, withStatus } from '../registry/changed';
import { isAlreadyExists } from '../registry/errors';
import type { Registry } from '../registry/Registry';
import { resourceOf } from '../registry/resources';
import type { KubeObject } from '../types';
import {
  REVISION,
  revised,
  sizeAnnotations,
  specReplicas,
} from './deployments';
import { withDeploymentCondition } from './deploymentStatus';
import { newReplicaSet } from './rolloutSteps';

const OPTIONS = { fieldManager: 'kube-controller-manager' };
const SOURCE = { component: 'deployment-controller' };
const SETS = resourceOf('replicasets');
const DEPLOYMENTS = resourceOf('deployments');

export class ReplicaSetWrites {
  readonly #registry: Registry;
  readonly #events: EventRecorder;

  constructor(options: { registry: Registry; events: EventRecorder }) {
    this.#registry = options.registry;
    this.#events = options.events;
  }

  /** @throws StatusError 409 where a set of that name has another template: the next attempt has another hash */
  create(deployment: KubeObject, old: KubeObject[]): KubeObject {
    const wanted = newReplicaSet(deployment, old);
    let object: KubeObject;
    try {
      ({ object } = this.#registry.create(
        SETS,
        deployment.metadata.namespace,
        wanted,
        OPTIONS,
      ));
    } catch (error) {
      if (isAlreadyExists(error)) this.#countCollision(deployment);
      throw error;
    }
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

  #countCollision(deployment: KubeObject): void {
    this.#registry.modify(
      DEPLOYMENTS,
      deployment,
      live =>
        withStatus(live, {
          collisionCount: (live.status?.collisionCount ?? 0) + 1,
        }),
      { ...OPTIONS, subresource: 'status' },
    );
  }

  /** A template that comes back is the newest revision again. */
  takeRevision(
    deployment: KubeObject,
    newest: KubeObject,
    others: KubeObject[],
  ): void {
    const { revision, annotations } = revised(deployment, newest, others);
    if (!equal(annotations, newest.metadata.annotations))
      this.#registry.modify(
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
    this.#registry.modify(
      DEPLOYMENTS,
      deployment,
      live => {
        const noted = withAnnotations(live, { [REVISION]: revision });
        return condition
          ? withStatus(noted, {
              conditions: withDeploymentCondition(
                live.status?.conditions,
                condition,
                this.#registry.now(),
              ),
            })
          : noted;
      },
      { ...OPTIONS, subresource: 'status' },
    );
  }

  scale(deployment: KubeObject, set: KubeObject, replicas: number): void {
    const before = specReplicas(set);
    const wanted = sizeAnnotations(deployment);
    const isNoted = Object.entries(wanted).every(
      ([key, value]) => set.metadata.annotations?.[key] === value,
    );
    if (before === replicas && (isNoted || replicas === 0)) return;
    this.#registry.modify(
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
    this.#events.record(
      deployment,
      'Normal',
      'ScalingReplicaSet',
      `Scaled ${from < to ? 'up' : 'down'} replica set ${
        metadata.name
      } from ${from} to ${to}`,
      SOURCE,
    );
  }
}
