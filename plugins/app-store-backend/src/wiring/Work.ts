/** What the store does by itself: begun when the backend is up, ended with it. */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreConfig } from '../config/StoreConfig';
import type { Epoch } from '../recovery/Epoch';
import { ChangePoll } from '../service/ChangePoll';
import { importExamples } from '../service/apps/ExampleApps';
import type { Repositories } from './repositories';
import type { Services } from './services';

/** Work under way at the end has this long, in milliseconds. */
const STOP_MS = 5000;
/** Between two looks for instances whose time is up, in milliseconds. */
const DEADLINES_MS = 5000;
/** Between two looks for what other replicas changed. */
const CHANGES_MS = 2000;
/** Between two comparisons of secrets with the cluster. */
const SECRETS_MS = 5 * 60_000;
/** Between two looks for what is no longer kept. */
const CLEAN_MS = 10 * 60_000;
/** Between two looks for apps whose preconditions are to be decided anew. */
const PRECONDITIONS_MS = 30_000;

/** See the module's comment. */
export class Work {
  readonly #o: {
    config: StoreConfig;
    repositories: Repositories;
    services: Services;
    epoch: Epoch;
    logger: LoggerService;
  };
  readonly #stopping = new AbortController();
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(options: {
    config: StoreConfig;
    repositories: Repositories;
    services: Services;
    epoch: Epoch;
    logger: LoggerService;
  }) {
    this.#o = options;
  }

  /** Tries until it is done: a cluster that is down does not keep the portal down. */
  async #insist(what: string, work: () => Promise<void>): Promise<void> {
    let pauseMs = 500;
    while (!this.#stopping.signal.aborted) {
      try {
        await work();
        return;
      } catch (error) {
        this.#o.logger.warn(
          `${what}: ${(error as Error).message}; again in ${pauseMs} ms`,
        );
        await sleep(pauseMs, undefined, {
          signal: this.#stopping.signal,
        }).catch(() => {});
        pauseMs = Math.min(pauseMs * 2, 30_000);
      }
    }
  }

  /** Does something now and then, one time after the other. */
  #every(ms: number, work: () => Promise<unknown>): void {
    let busy = false;
    this.#timers.push(
      setInterval(() => {
        if (busy) return;
        busy = true;
        work()
          .catch(error => this.#o.logger.warn(error.message))
          .finally(() => {
            busy = false;
          });
      }, ms),
    );
  }

  async begin(): Promise<void> {
    const { config, repositories, services, logger } = this.#o;
    const { cluster, processor, lifecycle, preconditions } = services;
    // What needs no cluster goes on without one.
    const poll = new ChangePoll({
      instances: repositories.instances,
      aliases: repositories.aliases,
      feed: services.feeds.instances,
      aliasFeed: services.feeds.aliases,
      apps: repositories.apps,
      appFeed: services.feeds.apps,
      tags: repositories.tags,
      tagFeed: services.feeds.tags,
    });
    this.#every(CHANGES_MS, () => poll.look());
    this.#every(CHANGES_MS, () => services.iam.reload());
    this.#every(DEADLINES_MS, async () => {
      await lifecycle.suspendOverdue(new Date());
      await lifecycle.purgeOverdue(new Date());
    });
    this.#every(CLEAN_MS, async () => {
      await services.auditReader.dropOld(new Date());
      await services.idempotency.dropExpired();
    });
    if (config.preconditionSeconds > 0)
      this.#every(PRECONDITIONS_MS, () =>
        preconditions.refreshOlderThan(config.preconditionSeconds),
      );
    // The configuration may be another one than at the last start.
    this.#checkApps(0).catch(error => logger.warn(error.message));
    await this.#insist('the Kubernetes API does not answer', () =>
      cluster.start(),
    );
    if (this.#stopping.signal.aborted) return;
    await this.#insist('the cluster does not say what it has seen', () =>
      this.#o.epoch.check('cluster'),
    );
    if (this.#stopping.signal.aborted) return;
    processor.start(cluster);
    this.#every(SECRETS_MS, () => services.secretProcessor.look());
    const { examples } = config;
    if (examples)
      await this.#insist('importing the examples', () =>
        importExamples({
          examples,
          apps: repositories.apps,
          settings: repositories.settings,
          imports: services.imports,
          secretService: services.secrets,
          logger,
        }),
      );
  }

  /** Decides anew of all apps that were last looked at longer ago. */
  async #checkApps(seconds: number): Promise<void> {
    const began = Date.now();
    let checked: number;
    do {
      checked = await this.#o.services.preconditions.refreshOlderThan(
        seconds + (Date.now() - began) / 1000,
      );
    } while (checked && !this.#stopping.signal.aborted);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#timers.forEach(timer => clearInterval(timer));
    this.#o.services.cluster.stop();
    // What a silent cluster holds up is done again by whoever has the lease next.
    await Promise.race([
      this.#o.services.processor.stop(),
      sleep(STOP_MS, undefined, { ref: false }),
    ]);
  }
}
