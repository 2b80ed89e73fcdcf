/**
 * What an instance wrote last can be read for a day after it was terminated: by its owner and by admins. It
 * is bounded: the end of each container's output.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { Readable } from 'node:stream';
import type { Audit } from '../../audit/Audit';
import type { Caller } from '../../auth/Caller';
import { isUuid } from '../../database/isUuid';
import type { InstanceCluster } from '../../kubernetes/InstanceCluster';
import type { InstanceOutput } from '../../kubernetes/InstanceOutput';
import {
  APP_CONTAINER,
  PREPARE_CONTAINER,
} from '../../kubernetes/manifests/labels';
import type { Policy } from '../../policy';
import type { InstanceRecord } from '../instanceRows';
import type { LastLog, LastLogRepository } from './LastLogRepository';

const LINES = 2000;
const BYTES = 64 * 1024;
const CONTAINERS = [APP_CONTAINER, PREPARE_CONTAINER];

/** What is kept of a terminated instance. */
export interface KeptLog {
  endedAt: string;
  text: Readable;
}

export class LastLogs {
  readonly #rows: LastLogRepository;
  readonly #policy: Policy;
  readonly #audit: Audit;
  readonly #logger: LoggerService;

  constructor(options: {
    lastLogs: LastLogRepository;
    policy: Policy;
    audit: Audit;
    logger: LoggerService;
  }) {
    this.#rows = options.lastLogs;
    this.#policy = options.policy;
    this.#audit = options.audit;
    this.#logger = options.logger;
  }

  /** Before its pod is deleted. An instance ends without its log, too. */
  async keep(
    record: InstanceRecord,
    cluster: Pick<InstanceCluster, 'output' | 'hasPods'>,
    now: Date,
  ): Promise<void> {
    if (!cluster.hasPods(record.id)) return;
    await Promise.all(
      CONTAINERS.map(container =>
        this.#keepOf(record, cluster.output, container, now),
      ),
    ).catch(error =>
      this.#logger.warn(
        `the last log of ${record.id} is not kept: ${error.message}`,
      ),
    );
  }

  async #keepOf(
    record: InstanceRecord,
    output: Pick<InstanceOutput, 'tail'>,
    container: string,
    now: Date,
  ): Promise<void> {
    const tail = (previous: boolean) =>
      output.tail(record, container, previous, LINES, BYTES);
    const lines = (await tail(false)) || (await tail(true));
    if (!lines) return;
    await this.#rows.keep({
      instanceId: record.id,
      container,
      ownerRef: record.ownerRef,
      endedAt: now.toISOString(),
      // No database takes it in a text.
      lines: lines.replaceAll('\0', '\uFFFD'),
    });
  }

  /** What is kept of an instance, where the caller may read it. */
  async find(
    caller: Caller,
    instanceId: string,
    container: string = APP_CONTAINER,
  ): Promise<KeptLog | undefined> {
    const kept = isUuid(instanceId)
      ? await this.#rows.find(instanceId, container)
      : undefined;
    if (!kept || !this.#mayRead(caller, kept)) return undefined;
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

  #mayRead(caller: Caller, { ownerRef }: LastLog): boolean {
    return (
      caller.userEntityRef === ownerRef ||
      this.#policy.decide('platform', 'list_all', caller, undefined).allowed
    );
  }
}
