/**
 * Says again and again that the node is there: by its Lease, and less often by its status
 * (https://kubernetes.io/docs/concepts/architecture/nodes/#node-heartbeats).
 */
import type { Registry } from '../registry/Registry';
import { resourceOf } from '../registry/resources';
import type { Isolation } from './isolation';
import { writeNodeStatus } from './nodeStatus';

const NAMESPACE = 'kube-node-lease';
const LEASES = resourceOf('leases');
const OPTIONS = { fieldManager: 'kubelet' };
/** How long a lease holds, in seconds. */
const LEASE_SECONDS = 40;
/** How often a kubelet renews it, in milliseconds. */
export const RENEW_MS = 10_000;
/** The status is written after as many renewals: every five minutes. */
const RENEWALS_A_STATUS = 30;

/** The heartbeat of one node. */
export class Heartbeat {
  readonly #registry: Registry;
  readonly #isolation: Isolation;
  readonly #nodeName: string;
  readonly #renewMs: number;
  #timer: NodeJS.Timeout | undefined;
  #renewals = 0;

  constructor(options: {
    registry: Registry;
    isolation: Isolation;
    nodeName: string;
    renewMs?: number;
  }) {
    this.#registry = options.registry;
    this.#isolation = options.isolation;
    this.#nodeName = options.nodeName;
    this.#renewMs = options.renewMs ?? RENEW_MS;
  }

  /** Says it now, and from now on. */
  start(): void {
    this.stop();
    this.#renewals = 0;
    this.#beat();
    this.#timer = setInterval(() => this.#beat(), this.#renewMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    try {
      if (this.#renewals++ % RENEWALS_A_STATUS === 0)
        writeNodeStatus(this.#registry, this.#isolation, this.#nodeName);
      this.#renew();
    } catch {
      // On a full disk; the next one may be written.
    }
  }

  #renew(): void {
    const { store } = this.#registry;
    const renewTime = this.#registry.now().toISOString().replace('Z', '000Z');
    const lease = store.get(LEASES.plural, NAMESPACE, this.#nodeName);
    if (lease) {
      this.#registry.modify(
        LEASES,
        lease,
        live => ({ ...live, spec: { ...live.spec, renewTime } }),
        OPTIONS,
      );
      return;
    }
    const node = store.get('nodes', undefined, this.#nodeName);
    if (!node) return;
    const { name, uid } = node.metadata;
    this.#registry.create(
      LEASES,
      NAMESPACE,
      {
        metadata: {
          name: this.#nodeName,
          ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }],
        },
        spec: {
          holderIdentity: this.#nodeName,
          leaseDurationSeconds: LEASE_SECONDS,
          renewTime,
        },
      },
      OPTIONS,
    );
  }
}
