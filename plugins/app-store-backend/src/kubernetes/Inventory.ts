/** What the cluster has of instances, whether or not a row speaks of them. */
import type { KubeApi } from './client/KubeApi';
import { collectionPath, type KubeObject } from './client/kubeObjects';
import { INSTANCE_ANNOTATION, LABELS } from './manifests/labels';

/** Objects of one page of a list. */
const PAGE = 500;
const WORKLOADS = ['Deployment', 'StatefulSet'];
/** In the order in which they are deleted: a pod first, its volume last. */
const KINDS: Array<[apiVersion: string, kind: string]> = [
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'StatefulSet'],
  ['v1', 'Service'],
  ['networking.k8s.io/v1', 'NetworkPolicy'],
  ['v1', 'ConfigMap'],
  ['v1', 'PersistentVolumeClaim'],
];

/** What an instance's objects say of it; releases before this one did not write it. */
export interface InstanceDescription {
  appId: string;
  ownerRef: string;
  launchProfile?: string;
  /** Whose secrets it was started with. */
  secretsOf?: string;
  parameters?: Record<string, string>;
}

/** All objects of one instance. */
export interface FoundInstanceObjects {
  instanceId: string;
  objects: KubeObject[];
  description?: InstanceDescription;
  /** Of its workload; undefined where there is none. */
  replicas?: number;
  claimUid?: string;
}

/** Lists and deletes the store's objects in the cluster that no row knows. */
export class Inventory {
  readonly #api: KubeApi;
  readonly #namespace: string;
  readonly #installation: string;

  constructor(options: {
    api: KubeApi;
    namespace: string;
    installation: string;
  }) {
    this.#api = options.api;
    this.#namespace = options.namespace;
    this.#installation = options.installation;
  }

  async *#list(apiVersion: string, kind: string): AsyncGenerator<KubeObject> {
    let next: string | undefined;
    do {
      const page: {
        items: KubeObject[];
        metadata: { continue?: string };
      } = await this.#api.json(
        collectionPath(apiVersion, kind, this.#namespace),
        {
          query: {
            labelSelector: `${LABELS.installation}=${this.#installation},${
              LABELS.instance
            }`,
            limit: PAGE,
            continue: next,
          },
        },
      );
      // Items of a list do not say what they are.
      for (const item of page.items) yield { ...item, apiVersion, kind };
      next = page.metadata.continue || undefined;
    } while (next);
  }

  /** All instances of this installation that the cluster has anything of, by id. */
  async instances(): Promise<Map<string, FoundInstanceObjects>> {
    const found = new Map<string, FoundInstanceObjects>();
    for (const [apiVersion, kind] of KINDS)
      for await (const object of this.#list(apiVersion, kind)) {
        const instanceId = object.metadata!.labels![LABELS.instance];
        const instance = found.get(instanceId) ?? { instanceId, objects: [] };
        instance.objects.push(object);
        const text = object.metadata!.annotations?.[INSTANCE_ANNOTATION];
        // The workload's comes first and says more.
        if (text) instance.description ??= JSON.parse(text);
        if (WORKLOADS.includes(kind))
          instance.replicas = (
            object as { spec?: { replicas?: number } }
          ).spec?.replicas;
        if (kind === 'PersistentVolumeClaim')
          instance.claimUid = object.metadata!.uid;
        found.set(instanceId, instance);
      }
    return found;
  }

  /** Deletes all objects that were found of an instance, and no others under their names. */
  async delete({ objects }: FoundInstanceObjects): Promise<void> {
    for (const object of objects)
      await this.#api.delete(object, { uid: object.metadata!.uid! });
  }
}
