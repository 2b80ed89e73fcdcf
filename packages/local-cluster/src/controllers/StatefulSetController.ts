/**
 * Keeps a StatefulSet's pods: named by ordinal, each with its own claims, and
 * never two of one name. A pod of an older template goes, highest ordinal first.
 */
import { resourceOf } from '../registry/resources';
import type { Json, KubeObject } from '../types';
import { Controller, keyOf, ownerKey, parseKey, type Key } from './Controller';
import { controlled, createPod, isActive, isReady, templateHash } from './pods';

const OPTIONS = { fieldManager: 'kube-controller-manager' };
const SOURCE = { component: 'statefulset-controller' };
const PODS = resourceOf('pods');
const REVISION_LABEL = 'controller-revision-hash';

export class StatefulSetController extends Controller {
  start(): void {
    this.watch('statefulsets', event => [keyOf(event.object)]);
    this.watch('pods', event => [ownerKey(event.object, 'StatefulSet')]);
  }

  protected sync(key: Key): void {
    const { namespace, name } = parseKey(key);
    const set = this.registry.store.get('statefulsets', namespace, name);
    if (!set || set.metadata.deletionTimestamp) return;
    const revision = `${name}-${templateHash(set.spec.template)}`;
    try {
      this.#step(set, revision);
    } finally {
      this.#writeStatus(set, revision);
    }
  }

  /** One step towards the desired pods. The next event of a pod brings the next step. */
  #step(set: KubeObject, revision: string): void {
    const { namespace, name } = set.metadata;
    const byName = new Map(
      controlled(this.registry, 'pods', set).map(pod => [
        pod.metadata.name,
        pod,
      ]),
    );
    const wanted = set.spec.replicas ?? 1;
    const ordered = set.spec.podManagementPolicy !== 'Parallel';
    const ordinal = (podName: string) => Number(podName.slice(name.length + 1));
    const surplus = [...byName.values()]
      .filter(pod => ordinal(pod.metadata.name) >= wanted)
      .sort((a, b) => ordinal(b.metadata.name) - ordinal(a.metadata.name));
    for (const pod of surplus) {
      if (!pod.metadata.deletionTimestamp) this.#delete(set, pod.metadata.name);
      if (ordered) break;
    }
    for (let i = 0; i < wanted; i++) {
      const podName = `${name}-${i}`;
      const pod = byName.get(podName);
      if (pod && !isActive(pod)) {
        if (!pod.metadata.deletionTimestamp) this.#delete(set, podName, 0);
        if (ordered) return;
        continue;
      }
      if (!pod) {
        if (this.registry.store.get('pods', namespace, podName)) return;
        this.#create(set, podName, i, revision);
        if (ordered) return;
        continue;
      }
      if (
        ordered &&
        !isReady(pod) &&
        pod.metadata.labels?.[REVISION_LABEL] === revision
      )
        return;
    }
    const outdated = [...byName.values()]
      .filter(
        pod =>
          isActive(pod) && pod.metadata.labels?.[REVISION_LABEL] !== revision,
      )
      .sort((a, b) => ordinal(b.metadata.name) - ordinal(a.metadata.name));
    if (outdated.length && set.spec.updateStrategy?.type !== 'OnDelete')
      this.#delete(set, outdated[0].metadata.name);
  }

  #create(
    set: KubeObject,
    podName: string,
    ordinal: number,
    revision: string,
  ): void {
    const { namespace } = set.metadata;
    const claims = (set.spec.volumeClaimTemplates ?? []) as Json[];
    for (const claim of claims) {
      const claimName = `${claim.metadata.name}-${podName}`;
      if (
        this.registry.store.get('persistentvolumeclaims', namespace, claimName)
      )
        continue;
      this.registry.create(
        resourceOf('persistentvolumeclaims'),
        namespace,
        {
          metadata: {
            name: claimName,
            labels: {
              ...set.spec.selector.matchLabels,
              ...claim.metadata.labels,
            },
            annotations: claim.metadata.annotations,
          },
          spec: claim.spec,
        },
        OPTIONS,
      );
    }
    const claimNames = claims.map(claim => claim.metadata.name);
    const { spec } = set.spec.template;
    this.#createPod(set, podName, {
      name: podName,
      labels: {
        [REVISION_LABEL]: revision,
        'statefulset.kubernetes.io/pod-name': podName,
        'apps.kubernetes.io/pod-index': String(ordinal),
      },
      spec: {
        ...spec,
        hostname: podName,
        ...(set.spec.serviceName ? { subdomain: set.spec.serviceName } : {}),
        volumes: [
          ...(spec.volumes ?? []).filter(
            (v: Json) => !claimNames.includes(v.name),
          ),
          ...claimNames.map((claimName: string) => ({
            name: claimName,
            persistentVolumeClaim: { claimName: `${claimName}-${podName}` },
          })),
        ],
      },
    });
  }

  /** @throws StatusError where it is not admitted: it is tried again, at growing intervals */
  #createPod(
    set: KubeObject,
    podName: string,
    options: Parameters<typeof createPod>[2],
  ): void {
    const what = `create Pod ${podName} in StatefulSet ${set.metadata.name}`;
    try {
      createPod(this.registry, set, options);
    } catch (error) {
      this.events.record(
        set,
        'Warning',
        'FailedCreate',
        `${what} failed error: ${(error as Error).message}`,
        SOURCE,
      );
      throw error;
    }
    this.events.record(
      set,
      'Normal',
      'SuccessfulCreate',
      `${what} successful`,
      SOURCE,
    );
  }

  #delete(set: KubeObject, podName: string, gracePeriodSeconds?: number): void {
    const { namespace, name } = set.metadata;
    this.registry.delete(PODS, namespace, podName, { gracePeriodSeconds });
    this.events.record(
      set,
      'Normal',
      'SuccessfulDelete',
      `delete Pod ${podName} in StatefulSet ${name} successful`,
      SOURCE,
    );
  }

  #writeStatus(set: KubeObject, revision: string): void {
    const pods = controlled(this.registry, 'pods', set);
    const active = pods.filter(isActive);
    const ready = active.filter(isReady).length;
    const updated = active.filter(
      pod => pod.metadata.labels?.[REVISION_LABEL] === revision,
    ).length;
    this.registry.modify(
      resourceOf('statefulsets'),
      set,
      live => ({
        ...live,
        status: {
          ...live.status,
          observedGeneration: set.metadata.generation,
          collisionCount: 0,
          replicas: pods.length,
          readyReplicas: ready,
          availableReplicas: ready,
          currentReplicas: updated,
          updatedReplicas: updated,
          updateRevision: revision,
          currentRevision:
            updated === pods.length
              ? revision
              : live.status?.currentRevision ?? revision,
        },
      }),
      { ...OPTIONS, subresource: 'status' },
    );
  }
}
