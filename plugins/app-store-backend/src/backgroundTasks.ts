/**
 * What the store does by itself: begun when the backend is up, ended with it. Every timer of the
 * store that is not one request's stands in {@link BackgroundTasks.tasks}.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { setTimeout as sleep } from 'node:timers/promises';
import { importExamples } from './apps/import/ExampleApps';
import type { StoreConfig } from './config/StoreConfig';
import type { DatabaseSession } from './database/DatabaseSession';
import type { Epoch } from './epoch/Epoch';
import type { Repositories } from './wiring/repositories';
import { dropOld } from './dropOld';
import type { Services } from './wiring/services';

/** Work under way at the end has this long, in milliseconds. */
const STOP_MS = 5000;
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
/** The cluster has this long to list what it has, in milliseconds. */
const LISTED_MS = 8000;
/** Held by the replica that does what one of them has to do. */
const ONE_REPLICA = 'background-tasks';

/** Something that is done now and then, one time after the other. */
interface Task {
  everyMs: number;
  /** Why it is done at all, and this often. */
  reason: string;
  /** By `each` replica, or by `one` of them. */
  by: 'each' | 'one';
  /** It makes sense once the cluster was read. */
  needsCluster?: boolean;
  run(): Promise<unknown>;
  /** In a replica that is not the one. */
  otherwise?(): void;
}

/** The work of one process. */
export class BackgroundTasks {
  readonly #o: {
    config: StoreConfig;
    repositories: Repositories;
    services: Services;
    session: DatabaseSession;
    epoch: Epoch;
    logger: LoggerService;
    pace: number;
  };
  readonly #stopping = new AbortController();
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(options: {
    config: StoreConfig;
    repositories: Repositories;
    services: Services;
    session: DatabaseSession;
    epoch: Epoch;
    logger: LoggerService;
    /** How many times as often as their periods say. */
    pace: number;
  }) {
    this.#o = options;
  }

  /** All of them; periods are such that a replica with nothing to do sends at most one query a second. */
  tasks(): Task[] {
    const { config, repositories, services } = this.#o;
    const { changeReader, processor, autoSuspension, preconditions } = services;
    const { preconditionSeconds } = config;
    return [
      {
        everyMs: 10 * SECOND_MS,
        reason: 'changes of other replicas, should their notification be lost',
        by: 'each',
        run: () => changeReader.read(),
      },
      {
        everyMs: 2.5 * SECOND_MS,
        reason:
          'a cluster that went silent, or speaks again, and instances that are due and that woke nobody, as those of a replica that died',
        by: 'each',
        needsCluster: true,
        run: async () => {
          await processor.noticeSilence();
          await processor.claimDue();
        },
      },
      {
        everyMs: MINUTE_MS,
        reason:
          'policies, should they not have been readable when they changed',
        by: 'each',
        run: () => services.iam.reload(),
      },
      {
        everyMs: MINUTE_MS,
        reason: 'events of a replica that ended before it sent them',
        by: 'one',
        run: () => services.eventPublisher.publish(),
      },
      {
        everyMs: 5 * MINUTE_MS,
        reason: 'routes that a gateway was told wrongly',
        by: 'each',
        run: () => services.routes.verify(),
      },
      {
        everyMs: 5 * SECOND_MS,
        reason: 'instances to suspend, and volumes to purge: their time is up',
        by: 'one',
        run: () => autoSuspension.endOverdue(new Date()),
      },
      {
        everyMs: 5 * MINUTE_MS,
        reason: 'resync: what a watch may have missed',
        by: 'one',
        needsCluster: true,
        run: () => processor.resync(),
      },
      {
        everyMs: MINUTE_MS,
        reason: 'what must hold between store and cluster: the doctor',
        by: 'one',
        needsCluster: true,
        run: () => services.doctor.watch({ whole: false }),
        otherwise: () => services.doctor.forget(),
      },
      {
        everyMs: 60 * MINUTE_MS,
        reason: 'the same, with what has to be asked of the cluster',
        by: 'one',
        needsCluster: true,
        run: () => services.doctor.watch({ whole: true }),
      },
      ...(services.policyEnforcement
        ? [
            {
              everyMs: 2 * MINUTE_MS,
              reason: 'whether network policies are enforced, once a day',
              by: 'one' as const,
              needsCluster: true,
              run: () =>
                services.policyEnforcement!.tryIfOld(this.#stopping.signal),
            },
          ]
        : []),
      ...(services.contentVolumes
        ? [
            {
              everyMs: MINUTE_MS,
              reason:
                'whether the cluster takes volumes made of images: once an hour, once it is known',
              by: 'each' as const,
              needsCluster: true,
              run: () => services.contentVolumes!.lookIfOld(),
            },
          ]
        : []),
      {
        everyMs: 5 * MINUTE_MS,
        reason: 'secrets that were changed or removed in the cluster',
        by: 'one',
        needsCluster: true,
        run: () => services.secretProcessor.look(),
      },
      ...(services.aliasRoutes
        ? [
            {
              everyMs: 5 * MINUTE_MS,
              reason: 'objects of aliases: what a watch may have missed',
              by: 'one' as const,
              needsCluster: true,
              run: () => services.aliasRoutes!.processor.look(),
            },
          ]
        : []),
      {
        everyMs: config.declarations.interval * SECOND_MS,
        reason: 'what is declared in repositories',
        by: 'one',
        needsCluster: true,
        run: () => services.declarationSweep.run(this.#stopping.signal),
      },
      ...(preconditionSeconds > 0
        ? [
            {
              everyMs: 30 * SECOND_MS,
              reason: 'whether apps can be run here, which changes around them',
              by: 'one' as const,
              run: () => preconditions.refreshOlderThan(preconditionSeconds),
            },
          ]
        : []),
      {
        everyMs: 10 * MINUTE_MS,
        reason:
          'what is no longer kept: audit, answers to repeated requests, changes, launches, logs',
        by: 'one',
        run: () => dropOld(new Date(), { services, repositories }),
      },
    ];
  }

  #start(task: Task): void {
    let busy = false;
    const run = async () => {
      if (task.by === 'one' && !(await this.#o.session.tryLock(ONE_REPLICA))) {
        task.otherwise?.();
        return;
      }
      await task.run();
    };
    this.#timers.push(
      setInterval(() => {
        if (busy) return;
        busy = true;
        run()
          .catch(error => this.#o.logger.warn(error.message))
          .finally(() => {
            busy = false;
          });
      }, task.everyMs / this.#o.pace),
    );
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

  async begin(): Promise<void> {
    const { config, repositories, services, session, logger } = this.#o;
    const { changeReader, eventPublisher, cluster, processor } = services;
    const tasks = this.tasks();
    // At once: the first request may be a secret, which needs the namespace.
    cluster.start();
    services.secretWatch.start();
    const clusterAnswers = this.#insist(
      'the Kubernetes API does not answer',
      async () => {
        await cluster.ensureNamespace();
        await services.tellMissingPermissions();
        await services.contentVolumes
          ?.lookIfOld()
          .catch(error => this.#o.logger.warn(error.message));
      },
    );
    // What needs no cluster goes on without one.
    await this.#insist('the database does not say what changed', async () => {
      await eventPublisher.start();
      await changeReader.start();
    });
    changeReader.of('audit').subscribe(() => {
      eventPublisher
        .publish()
        .catch(error => logger.warn(`events were not sent: ${error.message}`));
    });
    session.onNotify(() => changeReader.wake());
    tasks.filter(task => !task.needsCluster).forEach(task => this.#start(task));
    // The configuration may be another one than at the last start.
    this.#checkApps(0).catch(error => logger.warn(error.message));
    // Where it does not answer, or refuses, instances say so.
    await Promise.race([
      cluster.whenListed().then(() => clusterAnswers),
      sleep(LISTED_MS, undefined, { signal: this.#stopping.signal }).catch(
        () => {},
      ),
    ]);
    if (this.#stopping.signal.aborted) return;
    processor.start(cluster);
    tasks.filter(task => task.needsCluster).forEach(task => this.#start(task));
    await this.#insist('the cluster does not say what it has seen', () =>
      this.#o.epoch.check('cluster'),
    );
    if (this.#stopping.signal.aborted) return;
    services.aliasRoutes?.processor.start();
    const { examples } = config;
    if (examples)
      await this.#insist('importing the examples', () =>
        importExamples({
          examples,
          apps: repositories.apps,
          settings: repositories.settings,
          imports: services.imports,
          secretChanges: services.secretChanges,
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
    const { changeReader, cluster, processor } = this.#o.services;
    this.#stopping.abort();
    this.#timers.forEach(timer => clearInterval(timer));
    cluster.stop();
    this.#o.services.secretWatch.stop();
    // What a silent cluster holds up is done again by whoever has the lease next.
    await Promise.race([
      Promise.all([
        processor.stop(),
        this.#o.services.aliasRoutes?.processor.stop(),
      ]),
      sleep(STOP_MS, undefined, { ref: false }),
    ]);
    await changeReader.stop();
  }
}
