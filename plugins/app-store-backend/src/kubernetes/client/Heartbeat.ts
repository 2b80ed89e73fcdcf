/**
 * Proves that the Kubernetes API answers, several times a minute. A watch alone proves nothing for
 * as long as nothing happens: bookmarks come about once a minute, and a server that stands still
 * keeps its connections. So one watch of a single name is opened anew every few seconds; when it
 * neither begins nor ends in time, the API is silent.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { KubeApi } from './KubeApi';
import { KubeError } from './KubeError';
import { collectionPath } from './kubeObjects';
import { afterSilence } from './silence';

/** Each watch lasts this long, in seconds. */
const BEAT_SECONDS = 4;
/** The server has this long to begin and to end, in milliseconds. */
const GRACE_MS = 2500;
/** Between two tries while it is silent, in milliseconds. */
const RETRY_MS = 1000;

/** What has no answer for longer than this while it is silent gets none, in milliseconds. */
const GIVE_UP_MS = 5000;

/** Credentials that are not accepted; who asks too much is not refused for good. */
const REFUSALS = [401, 403];

/** What the last try brought. */
export interface ApiState {
  /** Milliseconds since 1970. */
  answeredAt: number;
  /** Set while it is silent. */
  silent: boolean;
  /** Why the last try was refused or failed. */
  error?: KubeError;
}

/** Says whether the API answers. */
export class Heartbeat {
  readonly #api: KubeApi;
  readonly #namespace: string;
  readonly #logger: LoggerService;
  readonly #abort = new AbortController();
  readonly #onAnswer = new Set<() => void>();
  #state: ApiState = { answeredAt: Date.now(), silent: false };

  constructor(options: {
    api: KubeApi;
    namespace: string;
    logger: LoggerService;
  }) {
    this.#api = options.api;
    this.#namespace = options.namespace;
    this.#logger = options.logger;
  }

  get state(): ApiState {
    return this.#state;
  }

  /** Told when the API answers again after it was silent, or had refused everything. */
  onAnswer(listener: () => void): () => void {
    this.#onAnswer.add(listener);
    return () => this.#onAnswer.delete(listener);
  }

  start(): void {
    this.#run().catch(error =>
      this.#logger.error(`the heartbeat ended: ${error.message}`),
    );
  }

  stop(): void {
    this.#abort.abort();
  }

  async #run(): Promise<void> {
    while (!this.#abort.signal.aborted) {
      try {
        await this.#beat();
      } catch (error) {
        if (this.#abort.signal.aborted) return;
        this.#failed(error as Error);
        await sleep(RETRY_MS * (1 + Math.random() / 4), undefined, {
          signal: this.#abort.signal,
        }).catch(() => {});
      }
    }
  }

  async #beat(): Promise<void> {
    const head = new AbortController();
    const ended = afterSilence(GRACE_MS, () =>
      head.abort(new Error(`no answer within ${GRACE_MS} ms`)),
    );
    try {
      const stream = await this.#api.stream(
        collectionPath('v1', 'ConfigMap', this.#namespace),
        {
          query: {
            watch: true,
            fieldSelector: 'metadata.name=app-store-heartbeat',
            resourceVersion: '0',
            timeoutSeconds: BEAT_SECONDS,
          },
          signal: AbortSignal.any([this.#abort.signal, head.signal]),
        },
      );
      this.#answered();
      ended();
      const closed = afterSilence(BEAT_SECONDS * 1000 + GRACE_MS, () =>
        head.abort(new Error('a watch did not end in time')),
      );
      try {
        for await (const _ of stream);
      } finally {
        closed();
      }
      this.#answered();
    } finally {
      ended();
    }
  }

  #answered(error?: KubeError): void {
    const before = this.#state;
    this.#state = { answeredAt: Date.now(), silent: false, error };
    // Whoever was refused, as with a token that is no longer valid, has waited, too.
    const isAccepted = REFUSALS.includes(before.error?.code ?? 0) && !error;
    if (!before.silent && !isAccepted) return;
    this.#logger.info('the Kubernetes API answers again');
    this.#onAnswer.forEach(listener => listener());
  }

  #failed(error: Error): void {
    // Refused is answered: what is forbidden is not silent.
    if (error instanceof KubeError && error.code > 0 && error.code < 500) {
      this.#answered(error);
      return;
    }
    if (!this.#state.silent)
      this.#logger.warn(`the Kubernetes API is silent: ${error.message}`);
    this.#state = {
      ...this.#state,
      silent: true,
      error:
        error instanceof KubeError
          ? error
          : KubeError.unreachable(error.message),
    };
    // Whoever waits has to say so, and to be there once it answers.
    if (this.#state.error?.code === 0) this.#api.giveUp(GIVE_UP_MS);
  }
}
