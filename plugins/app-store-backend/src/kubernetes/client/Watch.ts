/**
 * One list and watch, kept up: a small projection in memory that is whole after
 * `list`, follows every change, and recovers after any break.
 *
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { createInterface } from 'node:readline';
import { KubeError, type KubeApi } from './KubeApi';
import { collectionPath, type KubeObject } from './kubeObjects';

/** A quiet watch is begun anew after this long, in seconds. */
const WATCH_SECONDS = 290;
const PAGE = 500;
const PAUSE_FIRST_MS = 200;
const PAUSE_LAST_MS = 15_000;

/** Options of {@link Watch}. */
export interface WatchOptions<T, P> {
  api: KubeApi;
  apiVersion: string;
  kind: string;
  namespace: string;
  labelSelector: string;
  /** What is kept of an object. */
  project(object: T): P;
  /** Called for each object that came, changed or went. */
  onChange(object: T, removed: boolean): void;
  logger: LoggerService;
}

/** Lists a kind of objects, follows its changes, and keeps a part of each. */
export class Watch<T extends KubeObject, P> {
  readonly #options: WatchOptions<T, P>;
  readonly #items = new Map<string, { projection: P; object: T }>();
  readonly #abort = new AbortController();
  #resourceVersion: string | undefined;
  /** Since when the projection may lag behind; undefined while it follows. */
  #brokenAt: number | undefined = Date.now();

  constructor(options: WatchOptions<T, P>) {
    this.#options = options;
  }

  /** True while the projection is known to follow the cluster. */
  get synced(): boolean {
    return this.#brokenAt === undefined;
  }

  /** Since when it is not, in milliseconds since 1970. */
  get brokenAt(): number | undefined {
    return this.#brokenAt;
  }

  values(): P[] {
    return [...this.#items.values()].map(item => item.projection);
  }

  /** Follows from where {@link Watch.list} was, until {@link Watch.stop}. */
  follow(): void {
    this.#follow().catch(error =>
      this.#options.logger.error(
        `watch of ${this.#options.kind} ended: ${error.message}`,
      ),
    );
  }

  stop(): void {
    this.#abort.abort();
  }

  #take(object: T, removed: boolean): void {
    const { uid } = object.metadata!;
    if (removed) this.#items.delete(uid!);
    else
      this.#items.set(uid!, {
        projection: this.#options.project(object),
        object,
      });
    try {
      this.#options.onChange(object, removed);
    } catch (error) {
      this.#options.logger.error(
        `a watcher of ${this.#options.kind} failed: ${
          (error as Error).message
        }`,
      );
    }
  }

  /** Reads everything there is; once before {@link Watch.follow}. */
  async list(): Promise<void> {
    const { api, apiVersion, kind, namespace, labelSelector } = this.#options;
    const found = new Map<string, T>();
    let next: string | undefined;
    do {
      const page: {
        metadata: { resourceVersion: string; continue?: string };
        items: T[];
      } = await api.json(collectionPath(apiVersion, kind, namespace), {
        query: { labelSelector, limit: PAGE, continue: next },
        signal: this.#abort.signal,
      });
      for (const item of page.items) found.set(item.metadata!.uid!, item);
      next = page.metadata.continue || undefined;
      this.#resourceVersion = page.metadata.resourceVersion;
    } while (next);
    for (const [uid, { object }] of [...this.#items])
      if (!found.has(uid)) this.#take(object, true);
    for (const object of found.values()) this.#take(object, false);
    this.#brokenAt = undefined;
  }

  async #follow(): Promise<void> {
    const { logger, kind } = this.#options;
    let pause = PAUSE_FIRST_MS;
    while (!this.#abort.signal.aborted) {
      try {
        if (!this.#resourceVersion) await this.list();
        await this.#watchOnce();
        pause = PAUSE_FIRST_MS;
      } catch (error) {
        if (this.#abort.signal.aborted) return;
        this.#brokenAt ??= Date.now();
        if (error instanceof KubeError && error.code === 410)
          this.#resourceVersion = undefined;
        else {
          logger.warn(
            `watch of ${kind} broke: ${
              (error as Error).message
            }; again in ${pause} ms`,
          );
          await sleep(pause + Math.random() * pause * 0.2);
          pause = Math.min(pause * 2, PAUSE_LAST_MS);
          // What happened in between is found by listing.
          this.#resourceVersion = undefined;
        }
      }
    }
  }

  async #watchOnce(): Promise<void> {
    const { api, apiVersion, kind, namespace, labelSelector } = this.#options;
    const signal = AbortSignal.any([
      this.#abort.signal,
      AbortSignal.timeout((WATCH_SECONDS + 30) * 1000),
    ]);
    const response = await api.stream(
      collectionPath(apiVersion, kind, namespace),
      {
        query: {
          watch: true,
          labelSelector,
          resourceVersion: this.#resourceVersion,
          allowWatchBookmarks: true,
          timeoutSeconds: WATCH_SECONDS,
        },
        signal,
      },
    );
    this.#brokenAt = undefined;
    const lines = createInterface({ input: response, crlfDelay: Infinity });
    const broken = new Promise<never>((_, reject) =>
      response.once('error', reject),
    );
    broken.catch(() => {});
    const consume = async () => {
      for await (const line of lines) {
        if (!line) continue;
        const { type, object } = JSON.parse(line) as {
          type: string;
          object: T & { code?: number; reason?: string; message?: string };
        };
        if (type === 'ERROR')
          throw new KubeError(
            object.code ?? 500,
            object.reason ?? 'Unknown',
            object.message ?? 'watch error',
          );
        this.#resourceVersion = object.metadata!.resourceVersion;
        if (type !== 'BOOKMARK') this.#take(object, type === 'DELETED');
      }
    };
    await Promise.race([consume(), broken]);
  }
}
