/** One watch a kind of the objects that instances have, and whether what they say can be believed. */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { Heartbeat } from '../client/Heartbeat';
import type { KubeApi } from '../client/KubeApi';
import type { KubeError } from '../client/KubeError';
import type { KubeObject } from '../client/kubeObjects';
import { Watch, type WatchSink } from '../client/Watch';
import { LABELS } from '../manifests/labels';
import type { InstanceIndex } from './InstanceIndex';
import type { ObjectKind } from './mark';

const KINDS: Array<[apiVersion: string, kind: ObjectKind]> = [
  ['networking.k8s.io/v1', 'NetworkPolicy'],
  ['v1', 'Service'],
  ['v1', 'ConfigMap'],
  ['v1', 'PersistentVolumeClaim'],
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'StatefulSet'],
];

/** Why the cluster cannot be read, and since when. */
export interface Unread {
  /** Milliseconds since 1970. */
  since: number;
  error?: KubeError;
}

/** Follows all kinds at once. */
export class InstanceWatches {
  readonly #heartbeat: Heartbeat;
  readonly #watches: Array<Watch<KubeObject>>;
  #isListed = false;

  constructor(options: {
    api: KubeApi;
    namespace: string;
    installation: string;
    index: InstanceIndex;
    logger: LoggerService;
  }) {
    const { index } = options;
    this.#heartbeat = new Heartbeat(options);
    const of = <T extends KubeObject>(
      apiVersion: string,
      kind: string,
      sink: WatchSink<T>,
    ) =>
      new Watch<T>({
        ...options,
        heartbeat: this.#heartbeat,
        apiVersion,
        kind,
        sink,
        labelSelector: `${LABELS.installation}=${options.installation},${LABELS.instance}`,
      }) as unknown as Watch<KubeObject>;
    this.#watches = [
      of('v1', 'Pod', index.podSink()),
      of('discovery.k8s.io/v1', 'EndpointSlice', index.sliceSink()),
      ...KINDS.map(([apiVersion, kind]) =>
        of(apiVersion, kind, index.objectSink(kind)),
      ),
    ];
  }

  get heartbeat(): Heartbeat {
    return this.#heartbeat;
  }

  /** Lists and follows all. */
  start(): void {
    this.#heartbeat.start();
    this.#watches.forEach(watch => watch.follow());
    Promise.all(this.#watches.map(watch => watch.whenListed)).then(() => {
      this.#isListed = true;
    });
  }

  /** True once all was listed for the first time: what is seen is all there is, or was. */
  get isListed(): boolean {
    return this.#isListed;
  }

  async whenListed(): Promise<void> {
    await Promise.all(this.#watches.map(watch => watch.whenListed));
  }

  stop(): void {
    this.#heartbeat.stop();
    this.#watches.forEach(watch => watch.stop());
  }

  /** True while all of them follow the cluster. */
  get synced(): boolean {
    return !this.#unread();
  }

  #unread(): Unread | undefined {
    const { state } = this.#heartbeat;
    if (state.silent) return { since: state.answeredAt, error: state.error };
    const broken = this.#watches
      .filter(watch => watch.brokenAt !== undefined)
      .sort((a, b) => a.brokenAt! - b.brokenAt!)[0];
    return broken && { since: broken.brokenAt!, error: broken.error };
  }

  /** Set where the cluster has not been read since. */
  unread(): Unread | undefined {
    return this.#unread();
  }
}
