/**
 * Whether the cluster takes volumes made of images. An API server that does not know them, or has the feature off,
 * drops the field, and refuses the volume that is nothing then: it is asked with an object that is never made.
 * https://kubernetes.io/docs/tasks/configure-pod-container/image-volumes/
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { V1Deployment } from '@kubernetes/client-node';
import type { KubeApi } from './client/KubeApi';
import { KubeError } from './client/KubeError';
import { collectionPath } from './client/kubeObjects';
import { FIELD_MANAGER } from './manifests/labels';
import {
  podSecurityContext,
  securityContext,
} from './manifests/securityContext';

/** Milliseconds that an answer may take. */
const TIMEOUT_MS = 10_000;

/** What was found holds for this long, in milliseconds. */
const HOLDS_MS = 3_600_000;
const RESOURCES = { cpu: '50m', memory: '64Mi' };

function trial(namespace: string, image: string): V1Deployment {
  const name = 'app-store-image-volumes';
  const labels = { 'app.kubernetes.io/managed-by': 'ai-app-store' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          securityContext: podSecurityContext(),
          containers: [
            {
              name: 'app',
              image,
              resources: { limits: RESOURCES, requests: RESOURCES },
              securityContext: securityContext(),
              volumeMounts: [{ name: 'app', mountPath: '/app' }],
            },
          ],
          volumes: [{ name: 'app', image: { reference: image } }],
        },
      },
    },
  };
}

/** What was found. */
export interface ContentVolumesVerdict {
  accepted: boolean;
  /** What the API said against it. */
  message?: string;
}

/** Finds it out, and knows what was found last. */
export class ContentVolumes {
  readonly #api: Pick<KubeApi, 'json'>;
  readonly #namespace: string;
  readonly #image: string;
  readonly #logger: LoggerService;
  readonly #now: () => number;
  #lookedAt = -Infinity;
  #verdict: ContentVolumesVerdict | undefined;

  constructor(options: {
    api: Pick<KubeApi, 'json'>;
    namespace: string;
    /** One that pods may have. */
    image: string;
    logger: LoggerService;
    now?: () => number;
  }) {
    this.#api = options.api;
    this.#namespace = options.namespace;
    this.#image = options.image;
    this.#logger = options.logger;
    this.#now = options.now ?? Date.now;
  }

  /** False until it is known. */
  get accepted(): boolean {
    return this.#verdict?.accepted ?? false;
  }

  /** Finds it out where it is not known, or was not looked at for an hour. */
  async lookIfOld(): Promise<void> {
    if (this.#now() - this.#lookedAt >= HOLDS_MS)
      await this.look().catch(error => {
        throw new Error(
          `whether the cluster takes volumes made of images is not known: ${error.message}`,
        );
      });
  }

  /**
   * Finds it out.
   *
   * @throws KubeError where the API says neither; what was known before holds then
   */
  async look(): Promise<ContentVolumesVerdict> {
    const before = this.#verdict;
    const verdict = await this.#try();
    this.#verdict = verdict;
    this.#lookedAt = this.#now();
    if (!verdict.accepted && before?.accepted !== false)
      this.#logger.warn(
        `appStore.kubernetes.contentRegistry has no effect: the cluster does not take volumes made of images: ${verdict.message}`,
      );
    return verdict;
  }

  async #try(): Promise<ContentVolumesVerdict> {
    try {
      const { spec } = await this.#api.json<V1Deployment>(
        collectionPath('apps/v1', 'Deployment', this.#namespace),
        {
          method: 'POST',
          query: { dryRun: 'All', fieldManager: FIELD_MANAGER },
          body: trial(this.#namespace, this.#image),
          timeoutMs: TIMEOUT_MS,
        },
      );
      const kept = spec?.template.spec?.volumes?.some(({ image }) => image);
      return kept
        ? { accepted: true }
        : { accepted: false, message: 'It drops the field `image`.' };
    } catch (error) {
      // What a policy of the cluster refuses, pods would be refused for, too.
      if (error instanceof KubeError && [400, 403, 422].includes(error.code))
        return { accepted: false, message: error.message };
      throw error;
    }
  }
}
