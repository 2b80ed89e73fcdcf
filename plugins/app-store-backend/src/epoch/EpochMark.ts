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
  /** @param options.known - what was seen last may do: {@link raise} tells where that is out of date */
  read(options?: { known?: boolean }): Promise<number | undefined>;
  /**
   * Raises it; a higher one stays.
   *
   * @returns false where somebody else raised it since it was read: it has to be read again
   */
  raise(epoch: number): Promise<boolean>;
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

  async raise(epoch: number): Promise<boolean> {
    await this.#records.put(`${FOLDER}${epoch}`, Buffer.alloc(0));
    for (const older of await this.#all())
      if (older < epoch) await this.#records.remove(`${FOLDER}${older}`);
    return true;
  }
}

/** In the cluster: an annotation of a ConfigMap of the installation's own. */
export class ClusterMark implements EpochMark {
  readonly #api: KubeApi;
  readonly #object: KubeObject;
  /** As it was read or written last. */
  #known: { epoch: number; version: string } | undefined;

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

  async read({ known = false } = {}): Promise<number | undefined> {
    if (!known || !this.#known) this.#known = await this.#find();
    return this.#known?.epoch;
  }

  async raise(epoch: number): Promise<boolean> {
    const known = this.#known;
    if (known && known.epoch >= epoch) return true;
    try {
      this.#known = {
        epoch,
        version: await this.#write(epoch, known?.version),
      };
      return true;
    } catch (error) {
      // Another replica was faster; or it was deleted, and is made anew.
      const isOutOfDate =
        error instanceof KubeError &&
        (error.code === 409 || (error.code === 404 && known));
      if (!isOutOfDate) throw error;
      this.#known = undefined;
      return false;
    }
  }

  /** @returns the version that was written */
  async #write(epoch: number, version: string | undefined): Promise<string> {
    const annotations = { [EPOCH_ANNOTATION]: String(epoch) };
    const { metadata } = this.#object;
    const written =
      version === undefined
        ? await this.#api.create<KubeObject>({
            ...this.#object,
            metadata: { ...metadata, annotations },
          })
        : await this.#api.json<KubeObject>(objectPath(this.#object), {
            method: 'PATCH',
            contentType: 'application/merge-patch+json',
            body: { metadata: { resourceVersion: version, annotations } },
            query: { fieldManager: FIELD_MANAGER },
          });
    return written.metadata!.resourceVersion!;
  }
}
