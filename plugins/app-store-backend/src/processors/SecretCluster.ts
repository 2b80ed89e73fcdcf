/**
 * Secrets' values in the cluster: the only place where they are. What leaves this
 * module of them is what somebody asked to see, and a keyed hash.
 */
import type { V1Secret } from '@kubernetes/client-node';
import { createHmac, randomBytes } from 'node:crypto';
import type { KubeApi, KubeObject } from '../kubernetes/KubeApi';
import { collectionPath } from '../kubernetes/KubeApi';
import { LABELS, secretObjectName } from '../kubernetes/labels';

/** Objects of one page of a list. */
const PAGE = 500;

/** Values by key, in base64 as Kubernetes has them. */
export type SecretData = Record<string, string>;

/** A secret's object as it was found. */
export interface FoundSecret {
  secretId: string;
  name: string;
  uid: string;
  createdAt: string;
  digest: string;
}

/** See the module's comment. */
export class SecretCluster {
  readonly #api: KubeApi;
  readonly #namespace: string;
  readonly #installation: string;
  #key: Promise<string> | undefined;

  constructor(options: {
    api: KubeApi;
    namespace: string;
    installation: string;
  }) {
    this.#api = options.api;
    this.#namespace = options.namespace;
    this.#installation = options.installation;
  }

  #object(secretId: string): KubeObject {
    return {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: secretObjectName(secretId),
        namespace: this.#namespace,
      },
    };
  }

  #labels(secretId?: string): Record<string, string> {
    return {
      'app.kubernetes.io/managed-by': 'ai-app-store',
      [LABELS.installation]: this.#installation,
      ...(secretId ? { [LABELS.secret]: secretId } : {}),
    };
  }

  /** The key of the hashes; in the cluster, so that the database alone tells nothing of a value. */
  async #hashKey(): Promise<string> {
    this.#key ??= this.#findKey().catch(error => {
      this.#key = undefined;
      throw error;
    });
    return this.#key;
  }

  async #findKey(): Promise<string> {
    const object = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: `app-store-${this.#installation}`,
        namespace: this.#namespace,
      },
    };
    const read = async () =>
      (await this.#api.get<V1Secret & KubeObject>(object))?.data?.hashKey;
    const found = await read();
    if (found) return found;
    try {
      // A creation, not an apply: of two replicas one makes it.
      await this.#api.json(collectionPath('v1', 'Secret', this.#namespace), {
        method: 'POST',
        body: {
          ...object,
          metadata: { ...object.metadata, labels: this.#labels() },
          data: { hashKey: randomBytes(32).toString('base64') },
        },
      });
    } catch (error) {
      if ((error as { code?: number }).code !== 409) throw error;
    }
    return (await read())!;
  }

  /** The keyed hash of values. */
  async digest(data: SecretData): Promise<string> {
    const hash = createHmac('sha256', await this.#hashKey());
    for (const key of Object.keys(data).sort())
      hash.update(JSON.stringify([key, data[key]]));
    return hash.digest('hex');
  }

  /** Puts values there, instead of all that were there. */
  async put(secretId: string, data: SecretData): Promise<void> {
    const object = this.#object(secretId);
    await this.#api.apply({
      ...object,
      metadata: { ...object.metadata, labels: this.#labels(secretId) },
      type: 'Opaque',
      data,
    } as KubeObject);
  }

  /** The values; undefined where they are gone. */
  async read(secretId: string): Promise<SecretData | undefined> {
    const found = await this.#api.get<V1Secret & KubeObject>(
      this.#object(secretId),
    );
    return found && (found.data ?? {});
  }

  async remove(secretId: string, uid?: string): Promise<void> {
    await this.#api.delete(this.#object(secretId), uid);
  }

  /** All secrets of this installation. */
  async list(): Promise<FoundSecret[]> {
    const found: FoundSecret[] = [];
    let next: string | undefined;
    do {
      const page = await this.#api.json<{
        items: V1Secret[];
        metadata: { continue?: string };
      }>(collectionPath('v1', 'Secret', this.#namespace), {
        query: {
          labelSelector: `${LABELS.installation}=${this.#installation},${
            LABELS.secret
          }`,
          limit: PAGE,
          continue: next,
        },
      });
      for (const { metadata, data } of page.items)
        found.push({
          secretId: metadata!.labels![LABELS.secret],
          name: metadata!.name!,
          uid: metadata!.uid!,
          createdAt: String(metadata!.creationTimestamp),
          digest: await this.digest(data ?? {}),
        });
      next = page.metadata.continue || undefined;
    } while (next);
    return found;
  }
}
