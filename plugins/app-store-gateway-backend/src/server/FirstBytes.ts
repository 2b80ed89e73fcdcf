/**
 * Tells the store which instances answered a visitor for the first time since they were launched, a
 * while later and together; it is a figure of the launch's receipt, so that what is lost stays lost.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { RouteTable, StoreClient } from '../routing/RouteTable';

/** Answers within this time are told together, in milliseconds. */
const TOGETHER_MS = 250;
/** As many as the store takes at once. */
const MOST = 1000;

/** Notes first answers. */
export class FirstBytes {
  readonly #store: Pick<StoreClient, 'fetch'>;
  readonly #logger: LoggerService;
  /** The pod of an instance that answered last. */
  readonly #answered = new Map<string, string>();
  /** When, by this process's clock, in milliseconds. */
  readonly #untold = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: {
    store: Pick<StoreClient, 'fetch'>;
    routes: Pick<RouteTable, 'onChange'>;
    logger: LoggerService;
  }) {
    this.#store = options.store;
    this.#logger = options.logger;
    options.routes.onChange((id, route) => {
      if (!route) this.#answered.delete(id);
    });
  }

  /** A visitor got the first byte of an answer of this pod. */
  note(instanceId: string, podUid: string): void {
    if (this.#answered.get(instanceId) === podUid) return;
    this.#answered.set(instanceId, podUid);
    if (this.#untold.size >= MOST) return;
    this.#untold.set(instanceId, Date.now());
    this.#timer ??= setTimeout(() => this.#tell(), TOGETHER_MS).unref();
  }

  #tell(): void {
    this.#timer = undefined;
    const now = Date.now();
    const items = [...this.#untold].map(([instanceId, at]) => ({
      instanceId,
      agoMs: Math.max(0, now - at),
    }));
    this.#untold.clear();
    this.#store
      .fetch('/first-bytes', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ items }),
      })
      .catch(error =>
        this.#logger.debug(`first answers were not told: ${error.message}`),
      );
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
