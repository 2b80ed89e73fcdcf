/**
 * The highest epoch of the database that a place outside of it has seen. Where a place has seen
 * a higher one than the database knows, the database is a restored backup.
 */
import type { Records } from '../artifacts/Records';
import type { KubeApi } from '../kubernetes/client/KubeApi';
import { KubeError } from '../kubernetes/client/KubeError';
import { objectPath, type KubeObject } from '../kubernetes/client/kubeObjects';
import {
  EPOCH_ANNOTATION,
  FIELD_MANAGER,
  LABELS,
} from '../kubernetes/manifests/labels';

/** The highest epoch that a place outside of the database has seen. */
export interface EpochMark {
  read(): Promise<number | undefined>;
  /** Raises it; a higher one stays. */
  raise(epoch: number): Promise<void>;
}

const FOLDER = 'epoch/';

/** Beside the bundles: one file an epoch, of which the highest counts, since a bucket knows no conditional write. */
export class RecordsMark implements EpochMark {
  readonly #records: Records;

  static create(records: Records): RecordsMark {
    return new RecordsMark(records);
  }

  private constructor(records: Records) {
    this.#records = records;
  }

  async #all(): Promise<number[]> {
    return (await this.#records.list(FOLDER))
      .map(name => Number(name.slice(FOLDER.length)))
      .filter(Number.isSafeInteger);
  }

  async read(): Promise<number | undefined> {
    const all = await this.#all();
    return all.length ? Math.max(...all) : undefined;
  }

  async raise(epoch: number): Promise<void> {
    await this.#records.put(`${FOLDER}${epoch}`, Buffer.alloc(0));
    for (const older of await this.#all())
      if (older < epoch) await this.#records.remove(`${FOLDER}${older}`);
  }
}

/** In the cluster: an annotation of a ConfigMap of the installation's own. */
export class ClusterMark implements EpochMark {
  readonly #api: KubeApi;
  readonly #object: KubeObject;

  static create(options: {
    api: KubeApi;
    namespace: string;
    installation: string;
  }): ClusterMark {
    return new ClusterMark(options);
  }

  private constructor(options: {
    api: KubeApi;
    namespace: string;
    installation: string;
  }) {
    this.#api = options.api;
    this.#object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: `app-store-${options.installation}`,
        namespace: options.namespace,
        labels: {
          'app.kubernetes.io/managed-by': 'ai-app-store',
          [LABELS.installation]: options.installation,
        },
      },
    };
  }

  async #find(): Promise<{ epoch: number; version: string } | undefined> {
    const found = await this.#api.get<KubeObject>(this.#object);
    return (
      found && {
        epoch: Number(found.metadata!.annotations?.[EPOCH_ANNOTATION] ?? 0),
        version: found.metadata!.resourceVersion!,
      }
    );
  }

  async read(): Promise<number | undefined> {
    return (await this.#find())?.epoch;
  }

  async raise(epoch: number): Promise<void> {
    for (;;) {
      const found = await this.#find();
      if (found && found.epoch >= epoch) return;
      try {
        await this.#write(epoch, found?.version);
        return;
      } catch (error) {
        // Another replica was faster: its epoch may do.
        if (!(error instanceof KubeError && error.code === 409)) throw error;
      }
    }
  }

  async #write(epoch: number, version: string | undefined): Promise<void> {
    const annotations = { [EPOCH_ANNOTATION]: String(epoch) };
    const { metadata } = this.#object;
    if (version === undefined)
      await this.#api.create({
        ...this.#object,
        metadata: { ...metadata, annotations },
      });
    else
      await this.#api.json(objectPath(this.#object), {
        method: 'PATCH',
        contentType: 'application/merge-patch+json',
        body: { metadata: { resourceVersion: version, annotations } },
        query: { fieldManager: FIELD_MANAGER },
      });
  }
}
