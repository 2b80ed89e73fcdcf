/** The audit, for admins to read. */
import type {
  AuditRecord,
  AuditResult,
  Page,
} from '@ai-app-store/backstage-plugin-app-store-common';
import type { AuditRepository } from './AuditRepository';
import type { Policy } from '../policy';
import type { Audit } from './Audit';
import type { Caller } from '../auth/Caller';

/** Shows the audit to admins, and drops old lines. */
export class AuditReader {
  readonly #policy: Policy;
  readonly #audit: Audit;
  readonly #repository: AuditRepository;
  readonly #retentionDays: number;

  constructor(options: {
    policy: Policy;
    audit: Audit;
    repository: AuditRepository;
    retentionDays: number;
  }) {
    this.#policy = options.policy;
    this.#audit = options.audit;
    this.#repository = options.repository;
    this.#retentionDays = options.retentionDays;
  }

  /** One page, newest first. @throws StoreError 403 for anybody but an admin */
  async list(
    caller: Caller,
    query: {
      actor?: string;
      action?: string;
      resourceId?: string;
      result?: AuditResult;
      since?: string;
      until?: string;
      limit?: number;
      cursor?: string;
    },
  ): Promise<Page<AuditRecord> & { retentionDays: number }> {
    await this.#audit.assertAllowed(
      caller,
      'audit:read',
      this.#policy.decide('platform', 'read_audit', caller, undefined),
      'Only admins can read the audit log.',
    );
    const { actor, limit = 50, since, until, ...rest } = query;
    // Times of another zone compare as text only once they are in this form.
    const utc = (time?: string) => time && new Date(time).toISOString();
    const { items, nextCursor } = await this.#repository.list({
      ...rest,
      actorRef: actor,
      since: utc(since),
      until: utc(until),
      limit,
    });
    return {
      retentionDays: this.#retentionDays,
      nextCursor,
      items: items.map(({ actorRef, ...entry }) => ({
        ...entry,
        actor: actorRef,
      })),
    };
  }

  /** Drops what is older than it is kept. */
  async dropOld(now: Date): Promise<number> {
    return this.#repository.dropBefore(
      new Date(now.getTime() - this.#retentionDays * 86_400_000).toISOString(),
    );
  }
}
