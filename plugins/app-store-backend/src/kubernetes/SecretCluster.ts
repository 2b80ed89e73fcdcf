/**
 * Secrets' values in the cluster: the only place where they are. What leaves this
 * module of them is what somebody asked to see, and a keyed hash.
 */
import type { V1Secret } from '@kubernetes/client-node';
import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { annotationsOf, labelOf, type SecretLabel } from './secretLabel';
import type { KubeApi } from './client/KubeApi';
import {
  collectionPath,
  objectPath,
  type KubeObject,
} from './client/kubeObjects';
import {
  FIELD_MANAGER,
  KEPT_ANNOTATION,
  LABELS,
  secretObjectName,
} from './manifests/labels';

/** Objects of one page of a list. */
const PAGE = 500;

/** Values by key, in base64 as Kubernetes has them. */
export type SecretData = Record<string, string>;

/** An object as it was read: what is written in its place has to name it. */
export interface SeenSecret {
  uid: string;
  resourceVersion: string;
}

/** A secret's object as it was found. */
export interface FoundSecret extends SeenSecret {
  secretId: string;
  createdAt: string;
  keys: string[];
  digest: string;
  /** It stays although no row speaks of it. */
  kept: boolean;
  /** What the object says of itself; releases before this one did not write it. */
  label: SecretLabel | undefined;
}

/** Reads and writes the Kubernetes Secrets of the store. */
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
      await this.#api.create({
        ...object,
        metadata: { ...object.metadata, labels: this.#labels() },
        data: { hashKey: randomBytes(32).toString('base64') },
      } as KubeObject);
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

  /** A secret of another part of the portal; nobody learns the key of the hashes from it. */
  async secretFor(use: string): Promise<string> {
    const key = hkdfSync('sha256', await this.#hashKey(), '', use, 32);
    return Buffer.from(key).toString('base64');
  }

  /** The object that is there now, for {@link put}. */
  async look(secretId: string): Promise<SeenSecret | undefined> {
    const found = await this.#api.get<KubeObject>(this.#object(secretId));
    return (
      found && {
        uid: found.metadata!.uid!,
        resourceVersion: found.metadata!.resourceVersion!,
      }
    );
  }

  /**
   * Puts values there, instead of all that were there.
   *
   * @param seen - what is replaced; undefined where nothing was there
   * @throws KubeError 409 where somebody else wrote meanwhile
   */
  async put(
    secretId: string,
    label: SecretLabel,
    data: SecretData,
    seen: SeenSecret | undefined,
  ): Promise<void> {
    const { metadata, ...object } = this.#object(secretId);
    const secret = {
      ...object,
      metadata: {
        ...metadata,
        labels: this.#labels(secretId),
        annotations: annotationsOf(label),
      },
      type: 'Opaque',
      data,
    } as KubeObject;
    if (!seen) {
      await this.#api.create(secret);
      return;
    }
    const found = await this.#api.get<KubeObject>(secret);
    // Whoever made or changed it since is not overwritten: the version that was seen is named.
    const owned =
      found?.metadata?.resourceVersion === seen.resourceVersion
        ? (await this.#api.ownByApply(found)).metadata!
        : seen;
    await this.#api.apply({
      ...secret,
      metadata: {
        ...secret.metadata,
        uid: seen.uid,
        resourceVersion: owned.resourceVersion,
      },
    });
  }

  /** Has an object say whose it is; leaves it alone where it was changed since it was found. */
  async describe(found: FoundSecret, label: SecretLabel): Promise<void> {
    await this.#annotate(found, annotationsOf(label));
  }

  /** Has an object stay although no row speaks of it. */
  async keepWithoutRow(found: FoundSecret): Promise<void> {
    await this.#annotate(found, { [KEPT_ANNOTATION]: 'true' });
  }

  async #annotate(
    found: FoundSecret,
    annotations: Record<string, string>,
  ): Promise<void> {
    const { uid, resourceVersion } = found;
    await this.#api.json(objectPath(this.#object(found.secretId)), {
      method: 'PATCH',
      contentType: 'application/merge-patch+json',
      body: {
        metadata: { uid, resourceVersion, annotations },
      },
      query: { fieldManager: FIELD_MANAGER },
    });
  }

  /** The values; undefined where they are gone. */
  async read(secretId: string): Promise<SecretData | undefined> {
    const found = await this.#api.get<V1Secret & KubeObject>(
      this.#object(secretId),
    );
    return found && (found.data ?? {});
  }

  /** @param seen - what is to be removed; another one under its name stays */
  async remove(
    secretId: string,
    seen: Pick<SeenSecret, 'uid'> | undefined,
  ): Promise<void> {
    if (seen) await this.#api.delete(this.#object(secretId), { uid: seen.uid });
  }

  async #found({ metadata, data = {} }: V1Secret): Promise<FoundSecret> {
    return {
      secretId: metadata!.labels![LABELS.secret],
      uid: metadata!.uid!,
      resourceVersion: metadata!.resourceVersion!,
      createdAt: String(metadata!.creationTimestamp),
      keys: Object.keys(data).sort(),
      kept: Boolean(metadata!.annotations?.[KEPT_ANNOTATION]),
      label: labelOf({ metadata }),
      digest: await this.digest(data),
    };
  }

  /** The object of a secret, where it is there and is ours. */
  async find(secretId: string): Promise<FoundSecret | undefined> {
    const secret = await this.#api.get<V1Secret & KubeObject>(
      this.#object(secretId),
    );
    return secret?.metadata?.labels?.[LABELS.secret] === secretId
      ? this.#found(secret)
      : undefined;
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
      for (const secret of page.items) found.push(await this.#found(secret));
      next = page.metadata.continue || undefined;
    } while (next);
    return found;
  }
}
