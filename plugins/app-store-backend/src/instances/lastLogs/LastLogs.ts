/**
 * What an instance wrote last can be read for a day after it was terminated, by whoever may read its
 * log. It is bounded: the end of each container's output.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { Readable } from 'node:stream';
import { appFacts, type AppRepository } from '../../apps/AppRepository';
import type { Audit } from '../../audit/Audit';
import type { Caller } from '../../auth/Caller';
import { isUuid } from '../../database/isUuid';
import type { InstanceCluster } from '../../kubernetes/InstanceCluster';
import type { InstanceOutput } from '../../kubernetes/InstanceOutput';
import {
  APP_CONTAINER,
  PREPARE_CONTAINER,
} from '../../kubernetes/manifests/labels';
import { afterSilence } from '../../kubernetes/client/silence';
import type { Policy } from '../../policy';
import type { InstanceRecord } from '../instanceRows';
import {
  LAST_LOGS_KEPT_MS,
  type LastLog,
  type LastLogRepository,
} from './LastLogRepository';

const LINES = 2000;
const BYTES = 64 * 1024;
/** What does not come within this time is done without: its end does not wait for a dead node. */
const READ_MS = 2000;
const CONTAINERS = [APP_CONTAINER, PREPARE_CONTAINER];

/** What is kept of a terminated instance. */
export interface KeptLog {
  endedAt: string;
  text: Readable;
}

export class LastLogs {
  readonly #rows: LastLogRepository;
  readonly #apps: Pick<AppRepository, 'get'>;
  readonly #policy: Policy;
  readonly #audit: Audit;
  readonly #logger: LoggerService;

  constructor(options: {
    lastLogs: LastLogRepository;
    apps: Pick<AppRepository, 'get'>;
    policy: Policy;
    audit: Audit;
    logger: LoggerService;
  }) {
    this.#rows = options.lastLogs;
    this.#apps = options.apps;
    this.#policy = options.policy;
    this.#audit = options.audit;
    this.#logger = options.logger;
  }

  /** It ends for good, and has no pod any more: what was kept of it is kept for a day from now on. */
  async ended(record: InstanceRecord, now: Date): Promise<void> {
    await this.#rows.ended(record.id, now.toISOString());
  }

  /** Before its pod is deleted. An instance ends without its log, too. */
  async keep(
    record: InstanceRecord,
    cluster: Pick<InstanceCluster, 'output'>,
    now: Date,
  ): Promise<void> {
    const silent = new AbortController();
    const end = afterSilence(READ_MS, () => silent.abort());
    await Promise.all(
      CONTAINERS.map(container =>
        this.#keepOf(record, cluster.output, container, now, silent.signal),
      ),
    )
      .catch(error =>
        this.#logger.warn(
          `the last log of ${record.id} is not kept: ${error.message}`,
        ),
      )
      .finally(end);
  }

  async #keepOf(
    record: InstanceRecord,
    output: Pick<InstanceOutput, 'end'>,
    container: string,
    now: Date,
    signal: AbortSignal,
  ): Promise<void> {
    const read = (previous: boolean) =>
      output.end(record, { container, previous, tail: LINES, signal }, BYTES);
    const last = await read(false);
    // Where it was started again and has not said anything yet.
    const text = last || signal.aborted ? last : await read(true);
    if (!text) return;
    await this.#rows.keep({
      instanceId: record.id,
      container,
      appId: record.appId,
      ownerRef: record.ownerRef,
      endedAt: now.toISOString(),
      // No database takes it in a text.
      lines: text.replaceAll('\0', '\uFFFD'),
    });
  }

  /** What is kept of an instance, where the caller may read it. */
  async find(
    caller: Caller,
    instanceId: string,
    container: string = APP_CONTAINER,
  ): Promise<KeptLog | undefined> {
    const since = new Date(Date.now() - LAST_LOGS_KEPT_MS).toISOString();
    const kept = isUuid(instanceId)
      ? await this.#rows.find(instanceId, container, since)
      : undefined;
    if (!kept || !(await this.#mayRead(caller, kept))) return undefined;
    return this.#audit.look(
      caller,
      'instance:view_log',
      instanceId,
      async () => ({
        endedAt: kept.endedAt,
        text: Readable.from([`${kept.lines}\n`]),
      }),
    );
  }

  /** By the rule for logs, as if the instance were still there; admins alone where not even its app is. */
  async #mayRead(
    caller: Caller,
    { instanceId, ownerRef, appId }: LastLog,
  ): Promise<boolean> {
    const app = await this.#apps.get(appId);
    return app
      ? this.#policy.decide('instance', 'view_log', caller, {
          id: instanceId,
          ownerRef,
          visibility: 'PRIVATE',
          app: appFacts(app),
        }).allowed
      : this.#policy.decide('platform', 'list_all', caller, undefined).allowed;
  }
}
