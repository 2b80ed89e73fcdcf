/**
 * One list and watch, kept up: what it feeds is whole once it was listed, follows every
 * change, and recovers after any break. A break is followed up from where the watch was; all is
 * listed again only where the server has forgotten that (410).
 *
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import type { Heartbeat } from './Heartbeat';
import type { KubeApi } from './KubeApi';
import { KubeError } from './KubeError';
import { collectionPath, type KubeObject } from './kubeObjects';

/** A watch is begun anew after about this long, in seconds. */
const WATCH_SECONDS = 290;
/** Bookmarks come about once a minute: without one for this long a watch is taken for dead, in milliseconds. */
const QUIET_MS = 150_000;
const PAGE = 500;
const PAUSE_FIRST_MS = 200;
const PAUSE_LAST_MS = 15_000;
const METADATA_ONLY =
  'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const METADATA_ONLY_EVENTS =
  'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

/** Takes what a watch brings. */
export interface WatchSink<T> {
  /** All that follows until {@link WatchSink.end} is all there is. */
  begin(): void;
  take(object: T): void;
  remove(object: T): void;
  end(): void;
}

export interface WatchOptions<T> {
  api: KubeApi;
  heartbeat: Pick<Heartbeat, 'onAnswer'>;
  apiVersion: string;
  kind: string;
  namespace: string;
  labelSelector: string;
  /** Nothing but names, labels and annotations are sent. @default false */
  metadataOnly?: boolean;
  sink: WatchSink<T>;
  logger: LoggerService;
  /** A watch that says nothing for this long is taken for dead, in milliseconds. @default 150,000 */
  quietMs?: number;
}

/** Lists a kind of objects and follows its changes. */
export class Watch<T extends KubeObject> {
  readonly #options: WatchOptions<T>;
  readonly #abort = new AbortController();
  #resourceVersion: string | undefined;
  /** Ends the stream or the pause under way. */
  #interrupt = () => {};
  /** Since when what it feeds may lag behind; undefined while it follows. */
  #brokenAt: number | undefined = Date.now();
  #error: KubeError | undefined;
  #listed!: () => void;
  /** Once all was listed for the first time. */
  readonly whenListed = new Promise<void>(resolve => {
    this.#listed = resolve;
  });

  constructor(options: WatchOptions<T>) {
    this.#options = options;
  }

  get kind(): string {
    return this.#options.kind;
  }

  /** Since when it does not follow, in milliseconds since 1970. */
  get brokenAt(): number | undefined {
    return this.#brokenAt;
  }

  /** Why it does not. */
  get error(): KubeError | undefined {
    return this.#error;
  }

  /** Lists and follows, until {@link Watch.stop}; tries until it can. */
  follow(): void {
    const silence = this.#options.heartbeat.onAnswer(() => this.#interrupt());
    this.#follow()
      .catch(error =>
        this.#options.logger.error(
          `watch of ${this.#options.kind} ended: ${error.message}`,
        ),
      )
      .finally(silence);
  }

  stop(): void {
    this.#abort.abort();
    this.#interrupt();
  }

  /** Reads everything there is. */
  async #list(): Promise<void> {
    const { api, apiVersion, kind, namespace, labelSelector, sink } =
      this.#options;
    let next: string | undefined;
    let version: string;
    sink.begin();
    do {
      const page: {
        metadata: { resourceVersion: string; continue?: string };
        /** A real API server says null where a list of metadata is empty. */
        items: T[] | null;
      } = await api.json(collectionPath(apiVersion, kind, namespace), {
        query: { labelSelector, limit: PAGE, continue: next },
        accept: this.#options.metadataOnly ? METADATA_ONLY : undefined,
        signal: this.#abort.signal,
      });
      page.items?.forEach(item => this.#tell(() => sink.take(item)));
      next = page.metadata.continue || undefined;
      version = page.metadata.resourceVersion;
    } while (next);
    this.#tell(() => sink.end());
    this.#resourceVersion = version;
    this.#follows();
    this.#listed();
  }

  #follows(): void {
    this.#brokenAt = undefined;
    this.#error = undefined;
  }

  /** What takes the objects has its own faults. */
  #tell(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#options.logger.error(
        `what follows ${this.#options.kind} failed: ${
          (error as Error).message
        }`,
      );
    }
  }

  async #follow(): Promise<void> {
    const { logger, kind } = this.#options;
    let pause = PAUSE_FIRST_MS;
    let isForgotten = false;
    while (!this.#abort.signal.aborted) {
      try {
        if (!this.#resourceVersion) await this.#list();
        await this.#watchOnce();
        pause = PAUSE_FIRST_MS;
        isForgotten = false;
      } catch (error) {
        if (this.#abort.signal.aborted) return;
        this.#brokenAt ??= Date.now();
        this.#error =
          error instanceof KubeError
            ? error
            : KubeError.unreachable((error as Error).message);
        if (this.#error.code === 410) {
          this.#resourceVersion = undefined;
          // It answers, and refuses nothing: all is listed anew, at once where that is not all that it says.
          this.#error = undefined;
          if (!isForgotten) pause = PAUSE_FIRST_MS;
          isForgotten = true;
        }
        const wait = Math.max(
          pause * (1 + Math.random() / 4),
          (error as Partial<KubeError>).retryAfterMs ?? 0,
        );
        logger.warn(
          `watch of ${kind} broke: ${
            (error as Error).message
          }; again in ${Math.round(wait)} ms`,
        );
        await this.#rest(wait);
        pause = Math.min(pause * 2, PAUSE_LAST_MS);
      }
    }
  }

  /** Waits, but no longer than until the API answers again. */
  #rest(ms: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, ms);
      this.#interrupt = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #watchOnce(): Promise<void> {
    const { api, apiVersion, kind, namespace, labelSelector } = this.#options;
    const ending = new AbortController();
    // The API was silent: whether this connection lives is not known.
    let isInterrupted = false;
    this.#interrupt = () => {
      isInterrupted = true;
      ending.abort();
    };
    try {
      const response = await api.stream(
        collectionPath(apiVersion, kind, namespace),
        {
          query: {
            watch: true,
            labelSelector,
            resourceVersion: this.#resourceVersion,
            allowWatchBookmarks: true,
            // Not all watches at once.
            timeoutSeconds: Math.round(
              WATCH_SECONDS * (0.8 + Math.random() / 5),
            ),
          },
          accept: this.#options.metadataOnly ? METADATA_ONLY_EVENTS : undefined,
          signal: AbortSignal.any([this.#abort.signal, ending.signal]),
        },
      );
      this.#follows();
      await this.#consume(response, ending);
    } catch (error) {
      if (!isInterrupted || this.#abort.signal.aborted) throw error;
    }
  }

  async #consume(
    response: IncomingMessage,
    ending: AbortController,
  ): Promise<void> {
    const { sink, quietMs = QUIET_MS } = this.#options;
    const quiet = setTimeout(
      () => ending.abort(new Error('no bookmark for too long')),
      quietMs,
    );
    const broken = new Promise<never>((_, reject) =>
      response.once('error', reject),
    );
    broken.catch(() => {});
    const consume = async () => {
      const lines = createInterface({ input: response, crlfDelay: Infinity });
      for await (const line of lines) {
        if (!line) continue;
        quiet.refresh();
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
        if (type === 'BOOKMARK') continue;
        this.#tell(() =>
          type === 'DELETED' ? sink.remove(object) : sink.take(object),
        );
      }
    };
    try {
      await Promise.race([consume(), broken]);
    } finally {
      clearTimeout(quiet);
    }
  }
}
