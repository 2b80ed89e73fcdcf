/** Tells of secrets that changed in the cluster; their values are not sent for it. */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Heartbeat } from './client/Heartbeat';
import type { KubeApi } from './client/KubeApi';
import type { KubeObject } from './client/kubeObjects';
import { Watch } from './client/Watch';
import { LABELS } from './manifests/labels';

/** The store writes the object first and its row then: they are compared when both are there, in milliseconds. */
const SETTLE_MS = 250;

/** Follows the store's Secrets. */
export class SecretWatch {
  readonly #watch: Watch<KubeObject>;
  readonly #waiting = new Map<string, NodeJS.Timeout>();

  constructor(options: {
    api: KubeApi;
    namespace: string;
    installation: string;
    heartbeat: Pick<Heartbeat, 'onAnswer'>;
    logger: LoggerService;
    onChange: (secretId: string) => void;
    /** All were listed: at the start, and where changes may have been missed. */
    onListed: () => void;
  }) {
    let isListing = false;
    const tell = (object: KubeObject) => {
      const id = object.metadata?.labels?.[LABELS.secret];
      // What is listed is compared as a whole: what is gone is not in it.
      if (!id || isListing) return;
      clearTimeout(this.#waiting.get(id));
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        options.onChange(id);
      }, SETTLE_MS);
      this.#waiting.set(id, timer);
    };
    this.#watch = new Watch({
      ...options,
      apiVersion: 'v1',
      kind: 'Secret',
      labelSelector: `${LABELS.installation}=${options.installation},${LABELS.secret}`,
      metadataOnly: true,
      sink: {
        begin: () => {
          isListing = true;
        },
        take: tell,
        remove: tell,
        end: () => {
          isListing = false;
          options.onListed();
        },
      },
    });
  }

  start(): void {
    this.#watch.follow();
  }

  stop(): void {
    this.#watch.stop();
    this.#waiting.forEach(timer => clearTimeout(timer));
  }
}
