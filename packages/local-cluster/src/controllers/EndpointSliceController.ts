/** Keeps one EndpointSlice for each Service with a selector: the addresses of its pods. */
import { resourceOf } from '../registry/resources';
import { BY_OWNER, type StoreEvent } from '../store/ObjectStore';
import type { Json, KubeObject } from '../types';
import { matches } from '../store/selectors';
import {
  Controller,
  controlledBy,
  keyOf,
  parseKey,
  type Key,
} from './Controller';
import { isReady, templateHash } from './pods';

const OPTIONS = { fieldManager: 'endpointslice-controller' };
const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';

const SERVICE_NAME = 'kubernetes.io/service-name';

const isOurs = ({ metadata }: KubeObject) =>
  metadata.labels?.[MANAGED_BY] === 'endpointslice-controller.k8s.io';

/** A label as an index has it. */
const pairIn = ({ metadata }: KubeObject, [name, value]: [string, unknown]) =>
  `${metadata.namespace}/${name}=${value}`;

/** Pods by each of their labels. */
const BY_LABEL = 'label';
const labelsOf = (pod: KubeObject) =>
  Object.entries(pod.metadata.labels ?? {}).map(pair => pairIn(pod, pair));

/** Services by one label of their selector: whatever pod they select has it. */
const BY_SELECTOR = 'selector';
const selectorOf = (service: KubeObject) =>
  Object.entries(service.spec?.selector ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, 1)
    .map(pair => pairIn(service, pair));

const byName = (a: KubeObject, b: KubeObject) =>
  a.metadata.name < b.metadata.name ? -1 : 1;

export class EndpointSliceController extends Controller {
  /** Events come while a write goes on. */
  #isWriting = false;

  start(): void {
    const { store } = this.registry;
    // Among ten thousand pods and as many Services each is found without a look at the others.
    store.index('pods', BY_LABEL, labelsOf);
    store.index('services', BY_SELECTOR, selectorOf);
    this.watch('services', event => [keyOf(event.object)]);
    this.watch('endpointslices', event => this.#serviceOf(event));
    this.watch('pods', ({ object, previous }) =>
      // Also those that selected it before.
      [object, previous].flatMap(pod => (pod ? this.#servicesOf(pod) : [])),
    );
  }

  #servicesOf(pod: KubeObject): Key[] {
    return labelsOf(pod)
      .flatMap(label =>
        this.registry.store.indexed('services', BY_SELECTOR, label),
      )
      .filter(service =>
        matches({ matchLabels: service.spec.selector }, pod.metadata.labels),
      )
      .map(keyOf);
  }

  /** Of a slice that somebody else changed or removed. */
  #serviceOf({ object, previous }: StoreEvent): Key[] {
    if (this.#isWriting) return [];
    const { namespace, labels } = object.metadata;
    const service = this.registry.store.get(
      'services',
      namespace,
      labels?.[SERVICE_NAME] ?? '',
    );
    const wasOurs = isOurs(object) || (previous && isOurs(previous));
    return service && wasOurs ? [keyOf(service)] : [];
  }

  protected sync(key: Key): void {
    this.#isWriting = true;
    try {
      this.#write(key);
    } finally {
      this.#isWriting = false;
    }
  }

  #write(key: Key): void {
    const { namespace, name } = parseKey(key);
    const service = this.registry.store.get('services', namespace, name);
    if (!service?.spec.selector) return;
    const pods = selectorOf(service)
      .flatMap(label => this.registry.store.indexed('pods', BY_LABEL, label))
      .sort(byName)
      .filter(pod =>
        matches({ matchLabels: service.spec.selector }, pod.metadata.labels),
      )
      .filter(
        pod =>
          pod.status?.podIP &&
          !['Succeeded', 'Failed'].includes(pod.status?.phase),
      );
    const body = {
      addressType: 'IPv4',
      endpoints: pods.map(pod => this.#endpoint(pod)),
      ports: service.spec.ports.map((port: Json) => ({
        name: port.name ?? '',
        protocol: port.protocol,
        port: this.#targetPort(port, pods[0]),
      })),
    };
    const sliceName = `${name}-${templateHash(service.metadata.uid).slice(
      0,
      5,
    )}`;
    const resource = resourceOf('endpointslices');
    for (const other of this.registry.store.indexed(
      'endpointslices',
      BY_OWNER,
      service.metadata.uid,
    ))
      if (isOurs(other) && other.metadata.name !== sliceName)
        this.registry.delete(resource, namespace, other.metadata.name);
    const slice = this.registry.store.get(
      'endpointslices',
      namespace,
      sliceName,
    );
    if (slice) {
      this.registry.modify(
        resource,
        slice,
        live => ({ ...live, ...body }),
        OPTIONS,
      );
      return;
    }
    this.registry.create(
      resource,
      namespace,
      {
        metadata: {
          name: sliceName,
          labels: {
            ...service.metadata.labels,
            [SERVICE_NAME]: name,
            [MANAGED_BY]: 'endpointslice-controller.k8s.io',
          },
          ownerReferences: [controlledBy(service)],
        },
        ...body,
      },
      OPTIONS,
    );
  }

  #endpoint(pod: KubeObject): Json {
    const terminating = Boolean(pod.metadata.deletionTimestamp);
    const serving = isReady(pod);
    return {
      addresses: [pod.status.podIP],
      conditions: { ready: serving && !terminating, serving, terminating },
      nodeName: pod.spec.nodeName,
      targetRef: {
        kind: 'Pod',
        namespace: pod.metadata.namespace,
        name: pod.metadata.name,
        uid: pod.metadata.uid,
      },
    };
  }

  /** The port of the pods; where the node maps ports (see the node agent), the mapped one. */
  #targetPort(port: Json, pod: KubeObject | undefined): number {
    const named = (pod?.spec.containers ?? [])
      .flatMap((c: Json) => c.ports ?? [])
      .find((p: Json) => p.name === port.targetPort);
    const target =
      typeof port.targetPort === 'number'
        ? port.targetPort
        : named?.containerPort ?? port.port;
    const mapped = pod?.metadata.annotations?.[`local-cluster/port-${target}`];
    return mapped ? Number(mapped) : target;
  }
}
